//! From protection to a compiled mask and its class.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::{Column, ColumnId, Oid, Relation, Snapshot, Type, TypeKind};
use crate::config::{Policy, Problem, Severity, Unlisted};
use crate::mask::{
    ColumnMask, ColumnShape, Content, Field, Keys, MaskError, MaskSpec, Masked, Shown, Sibling, Uniqueness,
};
use crate::value::{Format, oid};

use super::file::MaskRule;
use super::resolve::{Winners, has_personal_columns};
use super::spread::{How, Protection};
use super::treatment::{Action, ColumnTreatment, UNLISTED};

/// No text mask whose values do not grow with those it masks needs more characters: columns with more room than this show the same masked values.
const TEXT_CHARACTERS_ENOUGH: i32 = 256;

/// What makes two columns show equal values as equal values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum ClassKey {
    Mask {
        spec: MaskSpec,
        domain: String,
        shape: (Oid, i32),
    },
    /// By what stands beside a value in its row: alike in no other column.
    Row(ColumnId),
    Redact {
        shape: (Oid, i32),
    },
    Refuse,
}

pub(super) struct Compiler<'a> {
    snapshot: &'a Snapshot,
    keys: &'a Keys,
    policy: &'a Policy,
    problems: &'a mut Vec<Problem>,
    warnings: &'a mut Vec<Problem>,
    /// Where what does not fit any more is told, for rules that did fit; otherwise a rule that names a column has to fit.
    unfit: Option<&'a mut Vec<Problem>>,
    classes: HashMap<ClassKey, u32>,
    /// Integer columns seen of each domain: one that is smallint and one that is wider.
    integers: HashMap<String, [Option<ColumnId>; 2]>,
    protected: &'a HashMap<ColumnId, Protection<'a>>,
    winners: &'a Winners<'a>,
    /// Treatments that were made; `None` after a problem, or for a clean column.
    done: HashMap<ColumnId, Option<ColumnTreatment>>,
    /// Those that are being made, each for the one before it.
    under_way: Vec<ColumnId>,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        keys: &'a Keys,
        policy: &'a Policy,
        problems: &'a mut Vec<Problem>,
        warnings: &'a mut Vec<Problem>,
        (protected, winners): (&'a HashMap<ColumnId, Protection<'a>>, &'a Winners<'a>),
    ) -> Self {
        Compiler {
            snapshot,
            keys,
            policy,
            problems,
            warnings,
            unfit: None,
            classes: HashMap::new(),
            integers: HashMap::new(),
            protected,
            winners,
            done: HashMap::new(),
            under_way: Vec::new(),
        }
    }

    /// Redacts columns that their masks do not fit any more, instead of having problems with them.
    pub(super) fn redacting(mut self, unfit: Option<&'a mut Vec<Problem>>) -> Self {
        self.unfit = unfit;
        self
    }

    /// The treatment of a column; `None` for a clean one, or after a problem.
    pub(super) fn treatment(&mut self, id: ColumnId) -> Option<ColumnTreatment> {
        if let Some(done) = self.done.get(&id) {
            return done.clone();
        }
        let protected = self.protected;
        let (relation, _) = self.find(id)?;
        self.under_way.push(id);
        let treatment = match protected.get(&id) {
            Some(protection) => self.by_rule(id, protection),
            None if has_personal_columns(relation) && !self.winners.contains_key(&id) => self.unlisted(id),
            None => None,
        };
        self.under_way.pop();
        self.done.insert(id, treatment.clone());
        treatment
    }

    /// The treatment of a column that a rule protects, itself or through another column. `None` after a problem.
    fn by_rule(&mut self, id: ColumnId, protection: &Protection<'_>) -> Option<ColumnTreatment> {
        let (relation, column) = self.find(id)?;
        let shape = self.shape(relation, column);
        let rule = match &protection.how {
            How::Rule(rule) => *rule,
            How::Derived => return Some(self.redact(&shape, protection.origin.clone())),
        };
        let compiled = self
            .siblings(relation, &rule.spec, &shape)
            .and_then(|siblings| ColumnMask::compile_in_row(&rule.spec, &shape, &siblings, self.keys, &rule.domain));
        let mask = match compiled {
            Ok(mask) => mask,
            // Whoever named the column has to choose again; a star or a foreign key may have caught more than was meant.
            Err(error) if protection.exact && self.unfit.is_none() => {
                self.problems
                    .push(rule.place.problem(Severity::Error, error.to_string()));
                return None;
            }
            Err(error) => {
                let message = format!("{error}; it is redacted instead");
                let suggestion = format!("name a mask for {}, or [[keep]] it", shape.name);
                let told = match &mut self.unfit {
                    Some(unfit) if protection.exact => unfit,
                    _ => &mut self.warnings,
                };
                told.push(rule.place.problem(Severity::Warning, message).suggest(suggestion));
                return Some(ColumnTreatment {
                    predicates: rule.predicates.unwrap_or(self.policy.predicates),
                    tags: rule.tags.clone(),
                    ..self.redact(&shape, protection.origin.clone())
                });
            }
        };
        self.check_integer_width(id, rule, &shape);
        let contract = *mask.contract();
        let keeps_null = contract.keeps_null && !makes_null(&mask, &shape);
        let deterministic = contract.deterministic;
        let keeps_uniqueness = contract.uniqueness == Uniqueness::Keeps;
        let key = match mask.reads() {
            [] => ClassKey::Mask {
                spec: rule.spec.clone(),
                domain: rule.domain.clone(),
                shape: class_shape(&rule.spec, &shape),
            },
            _ => ClassKey::Row(id),
        };
        Some(ColumnTreatment {
            class: self.class(key),
            action: Action::Mask(Arc::new(mask)),
            predicates: rule.predicates.unwrap_or(self.policy.predicates),
            rule: protection.origin.clone(),
            mask_name: rule.spec.name(),
            keeps_null,
            keeps_uniqueness,
            deterministic,
            is_constant: contract.constant,
            tags: rule.tags.clone(),
        })
    }

    /// The columns of the table that a mask reads.
    fn siblings(
        &mut self,
        relation: &'a Relation,
        spec: &MaskSpec,
        own: &ColumnShape,
    ) -> Result<Vec<Sibling>, MaskError> {
        let mut siblings: Vec<Sibling> = Vec::new();
        for read in spec.reads() {
            let (mask, column, sibling) = (spec.name(), own.name.clone(), read.column.clone());
            let Some(found) = relation.column_named(&read.column) else {
                return Err(MaskError::Sibling { mask, column, sibling });
            };
            let id = ColumnId {
                relation: relation.oid,
                attribute: found.number,
            };
            let shown = match read.as_shown {
                true if self.under_way.contains(&id) => return Err(MaskError::Circle { mask, column, sibling }),
                true => match self.treatment(id).map(|treatment| treatment.action) {
                    None if self.protected.contains_key(&id) => Shown::Not,
                    None => Shown::AsTheyAre,
                    Some(Action::Mask(mask)) => Shown::Masked(mask),
                    Some(Action::Redact | Action::Refuse) => Shown::Not,
                },
                false => Shown::Not,
            };
            if read.as_shown {
                siblings.retain(|sibling| sibling.name != read.column);
            }
            if siblings.iter().all(|sibling| sibling.name != read.column) {
                siblings.push(Sibling {
                    name: read.column,
                    attribute: found.number,
                    shape: self.shape(relation, found),
                    shown,
                    is_unique: self.snapshot.forbids_null(found)
                        && relation.unique_keys.iter().any(|key| key[..] == [found.number]),
                });
            }
        }
        Ok(siblings)
    }

    /// The treatment of a column that nothing protects and no `[[keep]]` names.
    fn unlisted(&mut self, id: ColumnId) -> Option<ColumnTreatment> {
        let (relation, column) = self.find(id)?;
        let shape = self.shape(relation, column);
        match self.policy.unlisted {
            Unlisted::Pass => None,
            Unlisted::Mask => Some(self.redact(&shape, UNLISTED.to_string())),
            Unlisted::Refuse => Some(ColumnTreatment {
                class: self.class(ClassKey::Refuse),
                action: Action::Refuse,
                mask_name: "refuse",
                ..self.redact(&shape, UNLISTED.to_string())
            }),
        }
    }

    /// A neutral constant of the column's type where there is one, so that NOT NULL columns can be restored.
    fn redact(&mut self, shape: &ColumnShape, rule: String) -> ColumnTreatment {
        let spec = MaskSpec::parse(&toml::Value::from("redact")).ok();
        let mask = spec.and_then(|spec| ColumnMask::compile(&spec, shape, self.keys, spec.name()).ok());
        ColumnTreatment {
            class: self.class(ClassKey::Redact {
                shape: (shape.type_oid, shape.type_modifier),
            }),
            predicates: self.policy.predicates,
            rule,
            mask_name: "redact",
            keeps_null: mask.as_ref().is_some_and(|mask| !makes_null(mask, shape)),
            action: mask.map_or(Action::Redact, |mask| Action::Mask(Arc::new(mask))),
            keeps_uniqueness: false,
            deterministic: true,
            is_constant: true,
            tags: Vec::new(),
        }
    }

    fn class(&mut self, key: ClassKey) -> u32 {
        let next = self.classes.len() as u32 + 1;
        *self.classes.entry(key).or_insert(next)
    }

    fn find(&self, id: ColumnId) -> Option<(&'a Relation, &'a Column)> {
        let relation = self.snapshot.relations.get(&id.relation)?;
        Some((relation, relation.column(id.attribute)?))
    }

    fn shape(&self, relation: &Relation, column: &Column) -> ColumnShape {
        let name = format!("{}.{}.{}", relation.schema, relation.name, column.name);
        ColumnShape {
            name,
            not_null: self.snapshot.forbids_null(column),
            ..self.shape_of_type(column.type_oid, column.type_modifier)
        }
    }

    fn shape_of_type(&self, type_oid: Oid, type_modifier: i32) -> ColumnShape {
        let (type_oid, type_modifier) = self.snapshot.base_type(type_oid, type_modifier);
        let found = self.snapshot.types.get(&type_oid);
        ColumnShape {
            name: String::new(),
            type_oid,
            type_modifier,
            not_null: false,
            content: found.map_or(Content::Scalar, |found| self.content(found, type_modifier)),
        }
    }

    fn content(&self, of: &Type, type_modifier: i32) -> Content {
        // Of an extension, so it has no OID of its own everywhere.
        let is_extension = of.schema != "pg_catalog";
        match of.kind {
            TypeKind::Array(element) if element != of.oid => {
                Content::Array(element, Box::new(self.shape_of_type(element, type_modifier)))
            }
            TypeKind::Range(bound) => Content::Range(Box::new(self.shape_of_type(bound, -1))),
            TypeKind::Multirange(bound) => Content::Multirange(Box::new(self.shape_of_type(bound, -1))),
            TypeKind::Composite(relation) => {
                let columns = self.snapshot.relations.get(&relation).into_iter();
                let fields = columns.flat_map(|relation| &relation.columns).map(|column| Field {
                    name: column.name.clone(),
                    type_oid: column.type_oid,
                    shape: ColumnShape {
                        not_null: self
                            .snapshot
                            .domains_of(column.type_oid)
                            .any(|(_, domain)| domain.not_null),
                        ..self.shape_of_type(column.type_oid, column.type_modifier)
                    },
                });
                Content::Composite(fields.collect())
            }
            TypeKind::Enum => Content::Enum,
            TypeKind::Base if is_extension && of.name == "citext" => Content::Citext,
            TypeKind::Base if is_extension && of.name == "hstore" => Content::Hstore,
            _ => Content::Scalar,
        }
    }

    /// A permutation of 2^16 numbers and one of 2^31 send the same number to different ones.
    fn check_integer_width(&mut self, id: ColumnId, rule: &MaskRule, shape: &ColumnShape) {
        let width = match shape.type_oid {
            oid::INT2 => 0,
            oid::INT4 | oid::INT8 => 1,
            _ => return,
        };
        if rule.spec.name() != "integer" || rule.spec.spans_integer_widths() {
            return;
        }
        let seen = self.integers.entry(rule.domain.clone()).or_default();
        let first_of_domain = seen[width].is_none();
        seen[width].get_or_insert(id);
        if let (true, Some(other)) = (first_of_domain, seen[1 - width]) {
            let names = [id, other].map(|column| self.snapshot.column_name(column));
            let [narrow, wide] = if width == 0 {
                names
            } else {
                [names[1].clone(), names[0].clone()]
            };
            let message = format!(
                "{narrow} is smallint and {wide} is wider: in one domain (\"{}\") their masked values do not agree",
                rule.domain
            );
            let problem = rule.place.problem(Severity::Error, message);
            self.problems
                .push(problem.suggest("mask both with { kind = \"integer\", small = true }, or give the smallint columns a rule with a domain of their own"));
        }
    }
}

/// Whether every value of the column is shown as NULL.
fn makes_null(mask: &ColumnMask, shape: &ColumnShape) -> bool {
    // Only these two do, and neither looks at the value.
    matches!(mask.contract().name, "null" | "redact")
        && mask.apply(shape.type_oid, Format::Text, b"", &mut Vec::new()) == Masked::Null
}

/// Shapes in which one mask under one domain gives equal masked values: masks of text differ by the room they have,
/// and the two wider integers share a permutation.
fn class_shape(spec: &MaskSpec, shape: &ColumnShape) -> (Oid, i32) {
    match shape.type_oid {
        oid::TEXT | oid::VARCHAR => match spec.contract().keeps_length {
            // As long as the original, however much room there is.
            true => (oid::TEXT, -1),
            _ if shape.type_modifier >= TEXT_CHARACTERS_ENOUGH && !spec.contract().grows_with_value => (oid::TEXT, -1),
            _ => (oid::TEXT, shape.type_modifier),
        },
        oid::INT2 if spec.spans_integer_widths() => (oid::INT8, -1),
        oid::INT4 | oid::INT8 => (oid::INT8, -1),
        other => (other, shape.type_modifier),
    }
}
