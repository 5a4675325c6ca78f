//! Which columns a rule means.

use std::fmt;

/// `schema.table.column`, each part a name that may hold `*` (any characters, also none).
///
/// Unquoted parts match whatever the case, because frameworks quote names that people then write without
/// quotes, and a rule that misses its column shows it. `"Part"` in quotes matches that name alone and may hold
/// dots and stars (a quote in it is doubled, as in SQL).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPattern {
    schema: Part,
    table: Part,
    column: Part,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    text: String,
    quoted: bool,
}

/// How closely a pattern names a column; the greater wins. Compared in this order: how many of the three parts
/// hold no star; how many characters are not stars; how many parts are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Specificity {
    literal_parts: usize,
    literal_characters: usize,
    quoted_parts: usize,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Not as many parts as needed.
    #[error("needs {wanted} parts, {shape}, and has {found}")]
    Parts {
        /// Parts needed.
        wanted: usize,
        /// What the parts are.
        shape: &'static str,
        /// Parts found.
        found: usize,
    },
    /// An empty part.
    #[error("has an empty part")]
    EmptyPart,
    /// A quote that does not close, or text behind a closing quote.
    #[error("has a quote in the wrong place")]
    Quote,
    /// A star where one thing is to be named.
    #[error("must name one table, without *")]
    Star,
}

impl ColumnPattern {
    /// Parses `schema.table.column`.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let shape = "schema.table.column";
        let found = parts(text)?;
        let count = found.len();
        let [schema, table, column] = <[Part; 3]>::try_from(found).map_err(|_| PatternError::Parts {
            wanted: 3,
            shape,
            found: count,
        })?;
        Ok(ColumnPattern { schema, table, column })
    }

    /// Whether it means this column.
    pub fn matches(&self, schema: &str, table: &str, column: &str) -> bool {
        self.column.matches(column) && self.matches_relation(schema, table)
    }

    /// Whether it can mean columns of this relation.
    pub fn matches_relation(&self, schema: &str, table: &str) -> bool {
        self.table.matches(table) && self.schema.matches(schema)
    }

    /// Whether the schema is more than a bare `*`. Only such patterns reach into the server's own schemas: `*.*.name`
    /// means people's names, not those of pg_proc.
    pub fn names_schema(&self) -> bool {
        self.schema.quoted || self.schema.text.chars().any(|character| character != '*')
    }

    /// Whether no part holds a star, so that it means one column.
    pub fn is_exact(&self) -> bool {
        self.parts().all(Part::is_literal)
    }

    /// How closely it names its columns.
    pub fn specificity(&self) -> Specificity {
        let literal = |part: &&Part| part.is_literal();
        let characters = |part: &Part| match part.quoted {
            true => part.text.chars().count(),
            false => part.text.chars().filter(|character| *character != '*').count(),
        };
        Specificity {
            literal_parts: self.parts().filter(literal).count(),
            literal_characters: self.parts().map(characters).sum(),
            quoted_parts: self.parts().filter(|part| part.quoted).count(),
        }
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        [&self.schema, &self.table, &self.column].into_iter()
    }
}

impl fmt::Display for ColumnPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.schema, self.table, self.column)
    }
}

/// `schema.table` without stars: names one table, in the way of a [`ColumnPattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    schema: Part,
    table: Part,
}

impl TableName {
    /// Parses `schema.table`.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let [schema, table] = two_parts(text, "schema.table")?;
        match schema.is_literal() && table.is_literal() {
            true => Ok(TableName { schema, table }),
            false => Err(PatternError::Star),
        }
    }

    /// Whether it means this table.
    pub fn matches(&self, schema: &str, table: &str) -> bool {
        self.table.matches(table) && self.schema.matches(schema)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.schema, self.table)
    }
}

/// `schema.name` without stars: names one function.
pub fn parse_function_name(text: &str) -> Result<(String, String), PatternError> {
    let [schema, name] = two_parts(text, "schema.name")?;
    Ok((schema.folded(), name.folded()))
}

fn two_parts(text: &str, shape: &'static str) -> Result<[Part; 2], PatternError> {
    let found = parts(text)?;
    let count = found.len();
    <[Part; 2]>::try_from(found).map_err(|_| PatternError::Parts {
        wanted: 2,
        shape,
        found: count,
    })
}

fn parts(text: &str) -> Result<Vec<Part>, PatternError> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = match rest.strip_prefix('"') {
            Some(inner) => quoted_part(inner)?,
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let (text, after) = rest.split_at(end);
                if text.contains('"') {
                    return Err(PatternError::Quote);
                }
                (
                    Part {
                        text: text.to_string(),
                        quoted: false,
                    },
                    after,
                )
            }
        };
        if part.text.is_empty() {
            return Err(PatternError::EmptyPart);
        }
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(parts),
            None => return Err(PatternError::Quote),
        }
    }
}

/// The name behind an opening quote, and the text behind its closing one.
fn quoted_part(inner: &str) -> Result<(Part, &str), PatternError> {
    let mut text = String::new();
    let mut rest = inner;
    loop {
        let end = rest.find('"').ok_or(PatternError::Quote)?;
        text.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                text.push('"');
                rest = next;
            }
            None => return Ok((Part { text, quoted: true }, rest)),
        }
    }
}

impl Part {
    fn is_literal(&self) -> bool {
        self.quoted || !self.text.contains('*')
    }

    /// The name as Postgres folds it.
    fn folded(&self) -> String {
        if self.quoted {
            self.text.clone()
        } else {
            self.text.to_lowercase()
        }
    }

    fn matches(&self, name: &str) -> bool {
        if self.quoted {
            return self.text == name;
        }
        glob(&self.text.to_lowercase(), &name.to_lowercase())
    }
}

/// Linear-time matching of `*`: every piece between stars is taken where it first fits.
fn glob(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(first) else {
        return false;
    };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return name.ends_with(piece);
        }
        match name.find(piece) {
            Some(start) => name = &name[start + piece.len()..],
            None => return false,
        }
    }
    true
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quoted {
            true => write!(formatter, "\"{}\"", self.text.replace('"', "\"\"")),
            false => formatter.write_str(&self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> ColumnPattern {
        ColumnPattern::parse(text).unwrap()
    }

    #[test]
    fn stars_match_inside_parts() {
        let cases = [
            ("*.*.email", "public", "customer", "email", true),
            ("*.*.email", "public", "customer", "email2", false),
            ("*.*.*email*", "public", "customer", "work_email_2", true),
            ("app_*.customer.e*l", "app_7", "customer", "email", true),
            ("app_*.customer.e*l", "app", "customer", "email", false),
            ("*.*.a*b*c", "s", "t", "a-b-b-c", true),
            ("*.*.a*b*c", "s", "t", "acb", false),
            ("*.*.a*a", "s", "t", "a", false),
            ("public.customer.EMAIL", "public", "Customer", "Email", true),
            ("public.customer.\"Email\"", "public", "customer", "email", false),
            ("public.\"a.b\".\"*\"", "public", "a.b", "*", true),
            ("public.\"a.b\".\"*\"", "public", "a.b", "x", false),
            ("public.t.\"say \"\"hi\"\"\"", "public", "t", "say \"hi\"", true),
        ];
        for (text, schema, table, column, expected) in cases {
            assert_eq!(
                pattern(text).matches(schema, table, column),
                expected,
                "{text} on {column}"
            );
            assert_eq!(pattern(&pattern(text).to_string()), pattern(text));
        }
    }

    #[test]
    fn closer_patterns_are_greater() {
        let order = [
            "*.*.*",
            "*.*.e*",
            "*.*.*mail",
            "*.*.email",
            "*.customer.*",
            "public.*.email",
            "public.customer.*",
            "public.customer.email",
            "public.customer.\"email\"",
        ];
        for pair in order.windows(2) {
            assert!(
                pattern(pair[0]).specificity() < pattern(pair[1]).specificity(),
                "{pair:?}"
            );
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let parts = |found| PatternError::Parts {
            wanted: 3,
            shape: "schema.table.column",
            found,
        };
        for (text, error) in [
            ("customer.email", parts(2)),
            ("a.b.c.d", parts(4)),
            ("", PatternError::EmptyPart),
            ("a..c", PatternError::EmptyPart),
            ("a.b.\"c", PatternError::Quote),
            ("a.b.\"c\"d", PatternError::Quote),
            ("a.b.c\"d\"", PatternError::Quote),
        ] {
            assert_eq!(ColumnPattern::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn bare_stars_do_not_name_a_schema() {
        assert!(!pattern("*.*.name").names_schema());
        assert!(pattern("pg_*.*.name").names_schema());
    }
}
