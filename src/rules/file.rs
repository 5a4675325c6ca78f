//! Rule files: from TOML to a [`RuleSet`], every problem reported at once.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::catalog::Relation;
use crate::config::{Document, Located, Place, Predicates, Problem, RuleSource, Section, plain};
use crate::mask::MaskSpec;
use crate::sql::functions::Class;
use crate::sql::row_condition;

use super::filters::{RowFilter, Subset};
use super::packs;
use super::pattern::{ColumnPattern, Specificity, TableName, parse_function_name};

/// `rules/postgres.toml` as it ships.
const SYSTEM_RULES: &str = include_str!("../../rules/postgres.toml");
/// What a person can say of a function that computes from its arguments and reads nothing else.
const VOUCHED_CLASSES: [(&str, Class); 3] = [
    ("pure", Class::Pure),
    ("fallible", Class::Fallible),
    ("picking", Class::Picking),
];
/// What its problems are reported under.
const SYSTEM_RULES_NAME: &str = "postgres.toml (built in)";

/// The rules of all files, checked as far as they can be without a database.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    pub(super) entries: Vec<Entry>,
    pub(super) functions: Vec<VouchedFunction>,
    pub(super) tests: Vec<RuleTest>,
    pub(super) filters: Vec<RowFilter>,
    pub(super) subset: Option<Subset>,
    /// Over the text of all files.
    digest: Sha256,
}

/// One pattern of a `[[rule]]` or `[[keep]]`.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) pattern: ColumnPattern,
    /// Columns, in lower case, that a table must have for the entry to mean it.
    pub(super) beside: Arc<[String]>,
    pub(super) origin: Origin,
    /// Where the pattern stands.
    pub(super) place: Place,
    pub(super) effect: Effect,
    /// Nothing is said where it matches nothing.
    pub(super) optional: bool,
}

/// Who says so. Of two entries that name a column equally closely, the one of the greater origin holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// The pack `common`, which goes by names alone.
    Common,
    /// A pack for one framework.
    Pack,
    /// A file of the user's, or the rules for the server's own relations.
    Own,
}

/// What an entry does with its columns.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    Mask(Arc<MaskRule>),
    /// With the reason that is written beside, if there is one.
    Keep(Option<String>),
}

impl Entry {
    /// The greater wins.
    pub(super) fn rank(&self) -> (Specificity, Origin) {
        (self.pattern.specificity(), self.origin)
    }

    /// Whether it can mean columns of this relation.
    pub(super) fn means(&self, relation: &Relation) -> bool {
        let has = |name: &String| {
            relation
                .columns
                .iter()
                .any(|column| column.name.to_lowercase() == *name)
        };
        self.pattern.matches_relation(&relation.schema, &relation.name) && self.beside.iter().all(has)
    }
}

/// A `[[rule]]`.
#[derive(Debug)]
pub(super) struct MaskRule {
    /// Where the rule begins.
    pub(super) place: Place,
    pub(super) spec: MaskSpec,
    pub(super) domain: String,
    pub(super) predicates: Option<Predicates>,
    pub(super) tags: Vec<String>,
}

/// A `[[function]]` that a person vouches for.
#[derive(Debug, Clone)]
pub(super) struct VouchedFunction {
    pub(super) schema: String,
    pub(super) name: String,
    /// What it does with its arguments.
    pub(super) class: Class,
    pub(super) place: Place,
}

/// A `[[test]]`: what a rule must never show.
#[derive(Debug, Clone)]
pub struct RuleTest {
    /// The column whose mask is tested.
    pub column: ColumnPattern,
    /// An input value, in Postgres' text form.
    pub value: String,
    /// What stands beside it in its row, for a mask that reads that: columns, each with its value in text form.
    pub row: Vec<(String, String)>,
    /// Texts that may not stand in the masked value, whatever the case.
    pub never_shows: Vec<String>,
    /// Where the test stands.
    pub place: Place,
}

impl Effect {
    /// Whether it is the same rule, or one that says the same.
    pub(super) fn agrees(&self, other: &Effect) -> bool {
        match (self, other) {
            (Effect::Mask(left), Effect::Mask(right)) => {
                left.spec == right.spec && left.domain == right.domain && left.predicates == right.predicates
            }
            (Effect::Keep(_), Effect::Keep(_)) => true,
            _ => false,
        }
    }
}

impl RuleSet {
    /// Reads rule files and packs. Where there are any, the rules for the system catalogs come with them, named or not:
    /// without them statistics would show what the rules hide.
    ///
    /// # Errors
    /// Every problem of every file, and packs that there are none of.
    pub fn load(sources: &[RuleSource]) -> Result<RuleSet, Vec<Problem>> {
        let mut rules = RuleSet::default();
        let mut problems = Vec::new();
        if !sources.is_empty() {
            let document = Document::new(SYSTEM_RULES_NAME, SYSTEM_RULES.to_owned());
            problems.extend(rules.add(&document, Origin::Own));
        }
        for source in sources {
            let read = match source {
                RuleSource::File(path) => Document::read(path).map(|document| (document, Origin::Own)),
                RuleSource::Pack { name, place } => packs::document(name, place),
            };
            match read {
                Ok((document, origin)) => problems.extend(rules.add(&document, origin)),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }

    /// Reads one rule file that is already in memory; `name` is what its problems are reported under.
    ///
    /// # Errors
    /// Every problem of it.
    pub fn parse(name: &str, text: &str) -> Result<RuleSet, Vec<Problem>> {
        let mut rules = RuleSet::default();
        let problems = rules.add(&Document::new(name, text.to_string()), Origin::Own);
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }

    /// Names the rule set in the session log: the first 8 bytes of a SHA-256 over the text of its files, in hex.
    pub fn hash(&self) -> String {
        let digest: [u8; 32] = self.digest.clone().finalize().into();
        digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The `[[test]]`s.
    pub fn tests(&self) -> &[RuleTest] {
        &self.tests
    }

    /// Whether there is nothing that could protect a column.
    pub fn is_empty(&self) -> bool {
        !self.entries.iter().any(|entry| matches!(entry.effect, Effect::Mask(_)))
    }

    pub(super) fn add(&mut self, document: &Document, origin: Origin) -> Vec<Problem> {
        self.digest.update(document.text());
        if let Some(table) = document.parse() {
            let top = document.top(&table);
            for section in top.sections("rule") {
                self.add_rule(section, origin);
            }
            for section in top.sections("keep") {
                self.add_keep(section, origin);
            }
            for section in top.sections("function") {
                self.add_function(section);
            }
            for section in top.sections("test") {
                self.add_test(section);
            }
            for section in top.sections("table") {
                self.add_filter(section);
            }
            if let Some(section) = top.section("subset") {
                self.add_subset(section);
            }
            top.finish();
        }
        document.take_problems()
    }

    fn add_rule(&mut self, section: Section<'_>, origin: Origin) {
        let document = section.document();
        let patterns = read_patterns(&section);
        section.require("mask");
        let spec = section.value("mask").and_then(|written| read_mask(document, &written));
        let domain = section.string("domain");
        let predicates = section.choice("predicates", &Predicates::CHOICES);
        let tags = section.strings("tags").unwrap_or_default();
        let (optional, beside) = read_reach(&section, origin);
        let place = document.place(&section.span());
        if let Some(domain) = &domain
            && domain.value.is_empty()
        {
            document.error(domain.span.clone(), "rule.domain is empty");
        }
        section.finish();
        let Some(spec) = spec else { return };
        let rule = Arc::new(MaskRule {
            domain: domain.map_or_else(|| spec.name().to_string(), |written| written.value),
            place,
            spec,
            predicates,
            tags: tags.into_iter().map(|tag| tag.value).collect(),
        });
        let entry = |(pattern, place)| Entry {
            pattern,
            beside: beside.clone(),
            origin,
            place,
            effect: Effect::Mask(rule.clone()),
            optional,
        };
        self.entries.extend(patterns.into_iter().map(entry));
    }

    fn add_keep(&mut self, section: Section<'_>, origin: Origin) {
        let patterns = read_patterns(&section);
        let (optional, beside) = read_reach(&section, origin);
        let reason = section.string("reason");
        if let Some(reason) = reason.as_ref().filter(|reason| reason.value.trim().is_empty()) {
            section.document().error(reason.span.clone(), "keep.reason is empty");
        }
        section.finish();
        let reason = reason.map(|reason| reason.value);
        let entry = |(pattern, place)| Entry {
            pattern,
            beside: beside.clone(),
            origin,
            place,
            effect: Effect::Keep(reason.clone()),
            optional,
        };
        self.entries.extend(patterns.into_iter().map(entry));
    }

    fn add_function(&mut self, section: Section<'_>) {
        let document = section.document();
        let name = section.required_string("name");
        // Written out, so that whoever reads the file sees what was promised.
        let reads = section.choice("reads", &[("nothing protected", Class::Fallible)]);
        let class = section.choice("class", &VOUCHED_CLASSES);
        if section.value("reads").is_some() == section.value("class").is_some() {
            document.error(section.span(), "function needs either `reads` or `class`");
        }
        section.finish();
        let Some(name) = name else { return };
        match (parse_function_name(&name.value), class.or(reads)) {
            (Ok((schema, function)), Some(class)) => self.functions.push(VouchedFunction {
                schema,
                name: function,
                class,
                place: document.place(&name.span),
            }),
            (Ok(_), None) => {}
            (Err(error), _) => document.error(name.span, format!("function.name \"{}\" {error}", name.value)),
        }
    }

    fn add_test(&mut self, section: Section<'_>) {
        let document = section.document();
        let column = section.required_string("column");
        let value = section.required_string("value");
        section.require("never_shows");
        let never_shows = section.strings("never_shows").unwrap_or_default();
        for word in never_shows.iter().filter(|word| word.value.is_empty()) {
            document.error(
                word.span.clone(),
                "test.never_shows holds an empty text, which stands in every value",
            );
        }
        let row = section.value("row").and_then(|written| read_row(document, &written));
        let place = document.place(&section.span());
        section.finish();
        let pattern = column.and_then(|column| read_pattern(document, &column));
        if let Some((pattern, column)) = &pattern
            && !pattern.is_exact()
        {
            let problem = column.problem(
                crate::config::Severity::Error,
                "test.column must name one column, without *",
            );
            document.report(problem);
        }
        if let (Some((column, _)), Some(value)) = (pattern, value) {
            let never_shows = never_shows.into_iter().map(|word| word.value).collect();
            self.tests.push(RuleTest {
                column,
                value: value.value,
                row: row.unwrap_or_default(),
                never_shows,
                place,
            });
        }
    }
}

/// Whether the entry may match nothing, and what must stand beside the columns that it names.
fn read_reach(section: &Section<'_>, origin: Origin) -> (bool, Arc<[String]>) {
    // Nobody has all tables of a pack.
    let optional = section.boolean("optional").unwrap_or(false) || origin != Origin::Own;
    let beside = section.strings("beside").unwrap_or_default();
    let beside = beside.into_iter().map(|column| column.value.to_lowercase());
    (optional, beside.collect())
}

impl RuleSet {
    fn add_filter(&mut self, section: Section<'_>) {
        let document = section.document();
        let place = document.place(&section.span());
        let name = section.required_string("name");
        let name = name.and_then(|name| read_table(document, &name));
        let written = section.string("where");
        let skip = section.boolean("skip");
        let condition = match (&written, skip) {
            (Some(written), None) => read_condition(document, written).map(Some),
            (None, Some(true)) => Some(None),
            _ => {
                document.error(section.span(), "table needs either `where` or `skip = true`");
                None
            }
        };
        section.finish();
        if let (Some(name), Some(condition)) = (name, condition) {
            self.filters.push(RowFilter { name, condition, place });
        }
    }

    fn add_subset(&mut self, section: Section<'_>) {
        let document = section.document();
        let place = document.place(&section.span());
        let start = section.required_string("start");
        let start = start.and_then(|start| read_table(document, &start));
        let condition = section.required_string("where");
        let condition = condition.and_then(|written| read_condition(document, &written));
        if let Some(other) = &self.subset {
            let message = format!("there is a [subset] already, at {}", other.place.short());
            document.error(section.span(), message);
        }
        section.finish();
        if let (Some(start), Some(condition)) = (start, condition) {
            self.subset = Some(Subset {
                start,
                condition,
                place,
            });
        }
    }
}

fn read_table(document: &Document, written: &Located<String>) -> Option<TableName> {
    let parsed = TableName::parse(&written.value);
    let error = |error| document.error(written.span.clone(), format!("table \"{}\" {error}", written.value));
    parsed.map_err(error).ok()
}

fn read_condition(document: &Document, written: &Located<String>) -> Option<String> {
    let checked = row_condition(&written.value);
    let error = |error| document.error(written.span.clone(), format!("where {error}"));
    checked.map_err(error).ok()
}

fn read_patterns(section: &Section<'_>) -> Vec<(ColumnPattern, Place)> {
    let document = section.document();
    section.require("columns");
    let Some(columns) = section.strings("columns") else {
        return Vec::new();
    };
    if columns.is_empty() {
        document.error(section.span(), "columns is empty");
    }
    columns
        .iter()
        .filter_map(|column| read_pattern(document, column))
        .collect()
}

fn read_pattern(document: &Document, written: &Located<String>) -> Option<(ColumnPattern, Place)> {
    match ColumnPattern::parse(&written.value) {
        Ok(pattern) => Some((pattern, document.place(&written.span))),
        Err(error) => {
            let suggestion = "for example \"public.customer.email\" or \"*.*.email\"".to_string();
            let message = format!("column pattern \"{}\" {error}", written.value);
            document.error_with(written.span.clone(), message, Some(suggestion));
            None
        }
    }
}

/// A table of columns and what they hold.
fn read_row(document: &Document, written: &Located<&toml::de::DeValue<'_>>) -> Option<Vec<(String, String)>> {
    let text = |value: &toml::Value| match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(if *flag { "t" } else { "f" }.to_owned()),
        _ => None,
    };
    let row = match plain(written.value) {
        Some(toml::Value::Table(row)) => row
            .iter()
            .map(|(column, value)| Some((column.clone(), text(value)?)))
            .collect(),
        _ => None,
    };
    if row.is_none() {
        let message = "test.row must be a table of columns and their values: strings, whole numbers, true or false";
        document.error(written.span.clone(), message);
    }
    row
}

fn read_mask(document: &Document, written: &Located<&toml::de::DeValue<'_>>) -> Option<MaskSpec> {
    let Some(value) = plain(written.value) else {
        document.error(written.span.clone(), "mask holds a number out of range");
        return None;
    };
    match MaskSpec::parse(&value) {
        Ok(spec) => Some(spec),
        Err(error) => {
            document.error(written.span.clone(), error.to_string());
            None
        }
    }
}
