//! A TOML file as it was written: every key and value with its place, every problem collected.

use std::cell::RefCell;
use std::fs;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Severity, did_you_mean};

/// Files over this many bytes are not config.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// A problem here.
    pub fn problem(&self, severity: Severity, message: impl Into<String>) -> Problem {
        Problem {
            line: self.line,
            column: self.column,
            severity,
            ..Problem::of_file(&self.file, message)
        }
    }

    /// `rules/app.toml:12:3`.
    pub fn full(&self) -> String {
        format!("{}:{}:{}", self.file.display(), self.line, self.column)
    }

    /// `app.toml:12`, as logs and messages name a rule.
    pub fn short(&self) -> String {
        let name = self.file.file_name().unwrap_or(self.file.as_os_str());
        format!("{}:{}", name.to_string_lossy(), self.line)
    }
}

/// A value and the bytes of the file it was written in.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Range<usize>,
}

/// One file being read, with what was found wrong with it so far.
pub struct Document {
    path: PathBuf,
    text: String,
    problems: RefCell<Vec<Problem>>,
}

impl Document {
    /// Reads the file. A file that cannot be read is a problem, never an empty document.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let cannot = |error: std::io::Error| Problem::of_file(path, format!("cannot read: {error}"));
        let length = fs::metadata(path).map_err(cannot)?.len();
        if length > FILE_BYTES_MAX {
            let message = format!("is {length} bytes long; at most {FILE_BYTES_MAX} are read");
            return Err(Problem::of_file(path, message));
        }
        Ok(Document::new(path, fs::read_to_string(path).map_err(cannot)?))
    }

    /// The file as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A document that is already in memory; `path` is what its problems are reported under.
    pub fn new(path: impl Into<PathBuf>, text: String) -> Self {
        Document {
            path: path.into(),
            text,
            problems: RefCell::default(),
        }
    }

    /// Parses it; `None` where it is not TOML, which is then among the problems.
    pub fn parse(&self) -> Option<Spanned<DeTable<'_>>> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in &errors {
            self.error(error.span().unwrap_or(0..0), error.message());
        }
        errors.is_empty().then_some(table)
    }

    /// The top of a parsed document as a section.
    pub fn top<'d>(&'d self, table: &'d Spanned<DeTable<'d>>) -> Section<'d> {
        Section {
            document: self,
            name: String::new(),
            span: 0..0,
            table: table.get_ref(),
            known: RefCell::default(),
        }
    }

    /// Line and column of a byte of the text.
    pub fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            file: self.path.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// Adds an error.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) {
        self.error_with(span, message, None);
    }

    /// Adds an error with a suggestion.
    pub fn error_with(&self, span: Range<usize>, message: impl Into<String>, suggestion: Option<String>) {
        let mut problem = self.place(&span).problem(Severity::Error, message);
        problem.suggestion = suggestion;
        self.report(problem);
    }

    /// Adds a problem.
    pub fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// A path as the file means it: relative to the directory the file is in.
    pub fn resolve_path(&self, written: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(written)
    }

    /// Takes out everything found wrong, in the order of the file.
    pub fn take_problems(&self) -> Vec<Problem> {
        let mut problems = self.problems.take();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }
}

/// One table of the document. Each getter makes its key known; [`Section::finish`] reports the rest.
pub struct Section<'d> {
    document: &'d Document,
    name: String,
    span: Range<usize>,
    table: &'d DeTable<'d>,
    known: RefCell<Vec<&'static str>>,
}

impl<'d> Section<'d> {
    /// The document it is in.
    pub fn document(&self) -> &'d Document {
        self.document
    }

    /// Where it starts.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The raw value of a key.
    pub fn value(&self, key: &'static str) -> Option<Located<&'d DeValue<'d>>> {
        self.known.borrow_mut().push(key);
        self.table.get(key).map(|value| Located {
            value: value.get_ref(),
            span: value.span(),
        })
    }

    /// A string.
    pub fn string(&self, key: &'static str) -> Option<Located<String>> {
        let found = self.value(key)?;
        let text = self.expect(key, &found, "a string", DeValue::as_str)?;
        Some(Located {
            value: text.to_string(),
            span: found.span,
        })
    }

    /// A string that must be there.
    pub fn required_string(&self, key: &'static str) -> Option<Located<String>> {
        self.require(key);
        self.string(key)
    }

    /// true or false.
    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        let found = self.value(key)?;
        self.expect(key, &found, "true or false", DeValue::as_bool)
    }

    /// A whole number in this range.
    pub fn number(&self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let found = self.value(key)?;
        let written = self.expect(key, &found, "a whole number", DeValue::as_integer)?;
        let number = u64::from_str_radix(written.as_str(), written.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let message = format!("{} must be from {} to {}", self.dotted(key), range.start(), range.end());
            self.document.error(found.span, message);
        }
        number
    }

    /// An array of strings; `None` if the key is absent or no array.
    pub fn strings(&self, key: &'static str) -> Option<Vec<Located<String>>> {
        let found = self.value(key)?;
        let items = self.expect(key, &found, "an array of strings", DeValue::as_array)?;
        let mut strings = Vec::with_capacity(items.len());
        for item in items {
            let item = Located {
                value: item.get_ref(),
                span: item.span(),
            };
            if let Some(text) = self.expect(key, &item, "an array of strings", DeValue::as_str) {
                strings.push(Located {
                    value: text.to_string(),
                    span: item.span,
                });
            }
        }
        Some(strings)
    }

    /// One of a fixed set of words.
    pub fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let written = self.string(key)?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == written.value) {
            return Some(*value);
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let message = format!(
            "{} must be {}, not \"{}\"",
            self.dotted(key),
            words.join(" or "),
            written.value
        );
        let suggestion = did_you_mean(&written.value, choices.iter().map(|(word, _)| *word));
        self.document.error_with(written.span, message, suggestion);
        None
    }

    /// A table under this key.
    pub fn section(&self, key: &'static str) -> Option<Section<'d>> {
        let found = self.value(key)?;
        let table = self.expect(key, &found, "a table", DeValue::as_table)?;
        Some(self.child(key, table, found.span))
    }

    /// An array of tables under this key, `[[key]]`.
    pub fn sections(&self, key: &'static str) -> Vec<Section<'d>> {
        let Some(found) = self.value(key) else {
            return Vec::new();
        };
        let wanted = format!("an array of tables, [[{key}]]");
        let Some(items) = self.expect(key, &found, &wanted, DeValue::as_array) else {
            return Vec::new();
        };
        let mut sections = Vec::with_capacity(items.len());
        for item in items {
            let item = Located {
                value: item.get_ref(),
                span: item.span(),
            };
            if let Some(table) = self.expect(key, &item, &wanted, DeValue::as_table) {
                sections.push(self.child(key, table, item.span));
            }
        }
        sections
    }

    /// Reports the key if it is absent.
    pub fn require(&self, key: &'static str) {
        if !self.table.contains_key(key) {
            self.document
                .error(self.span(), format!("{} is missing", self.dotted(key)));
        }
    }

    /// Reports every key that no getter asked for. Takes the section, since nothing may be asked for later.
    pub fn finish(self) {
        let known = self.known.borrow();
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let place = if self.name.is_empty() {
                    String::new()
                } else {
                    format!(" in {}", self.name)
                };
                let message = format!("unknown key \"{name}\"{place}");
                self.document
                    .error_with(key.span(), message, did_you_mean(name, known.iter().copied()));
            }
        }
    }

    fn child(&self, key: &'static str, table: &'d DeTable<'d>, span: Range<usize>) -> Section<'d> {
        Section {
            document: self.document,
            name: self.dotted(key),
            span,
            table,
            known: RefCell::default(),
        }
    }

    fn dotted(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_string()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    fn expect<'v, T>(
        &self,
        key: &str,
        found: &Located<&'v DeValue<'v>>,
        wanted: &str,
        get: impl FnOnce(&'v DeValue<'v>) -> Option<T>,
    ) -> Option<T> {
        let got = get(found.value);
        if got.is_none() {
            let message = format!("{} must be {wanted}, not {}", self.dotted(key), found.value.type_str());
            self.document.error(found.span.clone(), message);
        }
        got
    }
}

/// The value without its places. `None` for a number that is out of the range of TOML's 64 bits.
pub fn plain(value: &DeValue<'_>) -> Option<toml::Value> {
    Some(match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(number) => toml::Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok()?),
        DeValue::Float(number) => toml::Value::Float(number.as_str().parse().ok()?),
        DeValue::Boolean(value) => toml::Value::Boolean(*value),
        DeValue::Datetime(moment) => toml::Value::Datetime(*moment),
        DeValue::Array(items) => {
            toml::Value::Array(items.iter().map(|item| plain(item.get_ref())).collect::<Option<_>>()?)
        }
        DeValue::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| Some((key.get_ref().to_string(), plain(value.get_ref())?)));
            toml::Value::Table(entries.collect::<Option<_>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_reported_with_its_place() {
        let text = "top = 1\n[one]\nname = 5\nnmae = \"x\"\nkind = \"blu\"\n".to_string();
        let document = Document::new("a.toml", text);
        let table = document.parse().unwrap();
        let top = document.top(&table);
        let one = top.section("one").unwrap();
        assert!(one.string("name").is_none());
        assert!(one.choice("kind", &[("blue", 1), ("green", 2)]).is_none());
        one.finish();
        top.finish();
        let messages: Vec<_> = document.take_problems().iter().map(Problem::to_string).collect();
        assert_eq!(
            messages,
            [
                "a.toml:1:1: error: unknown key \"top\"",
                "a.toml:3:8: error: one.name must be a string, not integer",
                "a.toml:4:1: error: unknown key \"nmae\" in one (did you mean \"name\"?)",
                "a.toml:5:8: error: one.kind must be \"blue\" or \"green\", not \"blu\" (did you mean \"blue\"?)",
            ]
        );
    }

    #[test]
    fn text_that_is_not_toml_is_a_problem() {
        let document = Document::new("a.toml", "a = \n[".to_string());
        assert!(document.parse().is_none());
        assert!(!document.take_problems().is_empty());
    }

    #[test]
    fn plain_values_keep_their_types() {
        let table = DeTable::parse("a = { b = 0x1f, c = [1.5, true] }").unwrap();
        let value = plain(table.get_ref().get("a").unwrap().get_ref()).unwrap();
        assert_eq!(value["b"].as_integer(), Some(31));
        assert_eq!(value["c"][0].as_float(), Some(1.5));
    }
}
