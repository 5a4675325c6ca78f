//! The condition by which a rule keeps rows of a table in dumps: one expression over the table's own columns.
//!
//! Every session of a dump must find the same rows, and so must every statement in which the condition stands. So nothing may
//! stand in it that reads other tables, draws at random or tells of the session; the time of day is taken out of the
//! text, and put in by the session as one moment for the whole dump.

use std::fmt::Write as _;

use pg_query::protobuf::{ScanToken, SqlValueFunctionOp, Token};

use super::functions::{self, Class};
use super::parser::{self, ParserSettings, STACK_BYTES};
use super::tree::Node;

/// Stands in a condition where the moment of the dump is to be put, as an expression of type timestamptz. No text that the
/// parser takes can hold it.
pub const MOMENT: char = '\0';

/// What the expression is parsed behind.
const SELECT: &str = "SELECT\n";

/// Reads all that any server reads.
const NEWEST: ParserSettings = ParserSettings {
    server_version: 180_000,
};

/// Words that the server reads as a time when it makes a date or a timestamp of a string.
/// PostgreSQL docs, "Date/Time Types", "Special Values".
const TIME_WORDS: [&str; 4] = ["now", "today", "tomorrow", "yesterday"];

/// Why a text is no condition. The operator's to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowConditionError {
    /// The parser does not take it, or takes it for more than an expression.
    #[error("is not one SQL expression, as it may stand behind WHERE")]
    NoExpression,
    /// Something that would not be the same in every session of a dump, or reads more than the table.
    #[error(
        "holds {0}: a condition is about the columns of its own table, and must be the same in every session of a dump"
    )]
    NotAllowed(String),
    /// There is no thread with a stack for the parser.
    #[error("cannot be checked: the system gives no thread for the parser")]
    NoThread,
}

/// Checks a condition. Gives it in parentheses, with [`MOMENT`] where it speaks of the present time.
///
/// Runs the parser, on a thread with a stack of [`STACK_BYTES`].
///
/// # Errors
/// [`RowConditionError`].
pub fn row_condition(text: &str) -> Result<String, RowConditionError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let checking = thread.spawn_scoped(scope, || checked(text));
        let checking = checking.map_err(|_| RowConditionError::NoThread)?;
        checking.join().unwrap_or(Err(RowConditionError::NoThread))
    })
}

fn checked(text: &str) -> Result<String, RowConditionError> {
    let whole = format!("{SELECT}{text}\n");
    let parsed = parser::parse(&whole, &NEWEST).map_err(|_| RowConditionError::NoExpression)?;
    let [statement] = parsed.as_slice() else {
        return Err(RowConditionError::NoExpression);
    };
    let expression = only_expression(&statement.tree).ok_or(RowConditionError::NoExpression)?;
    let mut found = Found::default();
    expression.walk(&mut |node| {
        found.look_at(node);
        found.forbidden.is_none()
    });
    if let Some(what) = found.forbidden {
        return Err(RowConditionError::NotAllowed(what));
    }
    let tokens = pg_query::scan_tokens(&whole).map_err(|_| RowConditionError::NoExpression)?;
    let mut condition = String::from("(\n");
    let mut copied = SELECT.len();
    found.moments.sort_unstable();
    for (location, moment) in found.moments {
        let (start, end) = moment.place(&tokens, location).ok_or(RowConditionError::NoExpression)?;
        let before = whole.get(copied..start).ok_or(RowConditionError::NoExpression)?;
        // Writing to a String cannot fail.
        let _ = write!(condition, "{before}{}", moment.sql());
        copied = end;
    }
    condition.push_str(whole.get(copied..).unwrap_or_default());
    condition.push(')');
    Ok(condition)
}

/// The expression of `SELECT expression`, if the statement is that and nothing else.
fn only_expression(tree: &Node) -> Option<&Node> {
    let is_plain = |(name, _): &(&str, _)| matches!(*name, "target_list" | "limit_option" | "op");
    if !tree.is("SelectStmt") || !tree.fields().iter().all(is_plain) {
        return None;
    }
    let mut targets = tree.nodes("target_list");
    let (target, None) = (targets.next()?, targets.next()) else {
        return None;
    };
    let is_bare = target.str("name").is_empty() && target.list("indirection").is_empty();
    target.node("val").filter(|value| is_bare && !value.is("RowExpr"))
}

/// What speaks of the present time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// `now()` and its like
    Call,
    /// `current_timestamp`
    Timestamp,
    /// `current_date`
    Date,
    /// `localtimestamp`
    Local,
}

impl Moment {
    /// The bytes of the text that it takes up.
    fn place(self, tokens: &[ScanToken], location: usize) -> Option<(usize, usize)> {
        let place = |offset: i32| usize::try_from(offset).ok();
        let at = tokens.iter().position(|token| place(token.start) == Some(location))?;
        let last = match self {
            Moment::Call => {
                let closing = |token: &&ScanToken| token.token == Token::Ascii41 as i32;
                tokens.iter().skip(at).find(closing)?
            }
            _ => tokens.get(at)?,
        };
        Some((location, place(last.end)?))
    }

    fn sql(self) -> String {
        match self {
            Moment::Call | Moment::Timestamp => format!("({MOMENT})"),
            Moment::Date => format!("(({MOMENT})::pg_catalog.date)"),
            Moment::Local => format!("(({MOMENT})::pg_catalog.timestamp)"),
        }
    }
}

#[derive(Default)]
struct Found {
    forbidden: Option<String>,
    moments: Vec<(usize, Moment)>,
}

impl Found {
    fn look_at(&mut self, node: &Node) {
        match node.kind() {
            "SubLink" | "SelectStmt" => self.forbid("a query of its own"),
            "ParamRef" => self.forbid("a parameter"),
            "ColumnRef" => {
                let is_name = node.list("fields").len() == 1 && node.names("fields").len() == 1;
                if !is_name {
                    self.forbid("a column that is not named by its name alone");
                }
            }
            "FuncCall" => self.call(node),
            "SqlValueFunction" => self.value_function(node),
            "AConst" => {
                let string = node
                    .node("val")
                    .map_or("", |constant| constant.str("sval"))
                    .to_lowercase();
                let mut words = string.split(|letter: char| !letter.is_alphanumeric());
                if let Some(word) = words.find(|word| TIME_WORDS.contains(word)) {
                    self.forbid(&format!(
                        "a constant with the word {word}, which the server may read as a time (write now() or current_date)"
                    ));
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, node: &Node) {
        let names = node.names("funcname");
        let arguments = node.list("args").len();
        let name = match names.as_slice() {
            [name] | ["pg_catalog", name] => *name,
            _ => {
                return self.forbid(&format!(
                    "the function {}, which is not one of the server's own",
                    names.join(".")
                ));
            }
        };
        let is_moment = matches!(name, "now" | "transaction_timestamp" | "statement_timestamp");
        match functions::class(name) {
            _ if is_moment && arguments == 0 => self.moments.push((location(node), Moment::Call)),
            Class::Pure | Class::Fallible | Class::Picking if name != "age" || arguments != 1 => {}
            _ if !functions::is_listed(name) => {
                self.forbid(&format!("the function {name}, which is not one of the server's own"));
            }
            _ => self.forbid(&format!("the function {name}")),
        }
    }

    fn value_function(&mut self, node: &Node) {
        let operation = i32::try_from(node.int("op")).ok();
        let moment = match operation.and_then(|number| SqlValueFunctionOp::try_from(number).ok()) {
            Some(SqlValueFunctionOp::SvfopCurrentTimestamp) => Moment::Timestamp,
            Some(SqlValueFunctionOp::SvfopCurrentDate) => Moment::Date,
            Some(SqlValueFunctionOp::SvfopLocaltimestamp) => Moment::Local,
            _ => return self.forbid("a word that tells of the session, or of the time in another way than now()"),
        };
        self.moments.push((location(node), moment));
    }

    fn forbid(&mut self, what: &str) {
        self.forbidden.get_or_insert_with(|| what.to_owned());
    }
}

fn location(node: &Node) -> usize {
    usize::try_from(node.int("location")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let condition = row_condition(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        condition.replace(MOMENT, "NOW").replace('\n', "|")
    }

    #[test]
    fn the_present_is_taken_out() {
        for (text, wanted) in [
            ("a > 5", "(|a > 5|)"),
            ("a > now() - interval '30 days'", "(|a > (NOW) - interval '30 days'|)"),
            ("now ( ) > a -- recent", "(|(NOW) > a -- recent|)"),
            ("a > pg_catalog.now()", "(|a > (NOW)|)"),
            (
                "\"now\"() > a AND a > transaction_timestamp()",
                "(|(NOW) > a AND a > (NOW)|)",
            ),
            ("a >= current_date - 7", "(|a >= ((NOW)::pg_catalog.date) - 7|)"),
            ("CURRENT_TIMESTAMP > a", "(|(NOW) > a|)"),
            ("a < localtimestamp", "(|a < ((NOW)::pg_catalog.timestamp)|)"),
            (
                "lower(name) LIKE 'ä%' OR (tags @> '{x}')",
                "(|lower(name) LIKE 'ä%' OR (tags @> '{x}')|)",
            ),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_expression_is_refused() {
        for text in [
            "",
            "a,",
            "a, b",
            "a AS b",
            "a b",
            "1 FROM t",
            "true) OR (true",
            "true; SELECT 1",
            "1 INTO t",
            "1 UNION SELECT 2",
            "a = ",
            "a /* open",
            "(a, b)",
            "DISTINCT a",
            "a LIMIT 1",
            "a = '\0'",
        ] {
            assert_eq!(row_condition(text), Err(RowConditionError::NoExpression), "{text}");
        }
    }

    #[test]
    fn what_differs_between_sessions_is_refused() {
        for text in [
            "a IN (SELECT 1)",
            "EXISTS (SELECT 1 FROM t)",
            "a = $1",
            "t.a = 5",
            "*",
            "t.* IS NULL",
            "random() < 0.1",
            "pg_catalog.random() < 0.1",
            "a > clock_timestamp()",
            "age(a) < '1 day'",
            "a > 'today'",
            "a > timestamp 'Yesterday noon'",
            "app.mine(a)",
            "mine(a)",
            "nextval('s') > 1",
            "owner = current_user",
            "a < current_time",
            "a < current_timestamp(3)",
            "current_setting('x') = a",
        ] {
            assert!(
                matches!(row_condition(text), Err(RowConditionError::NotAllowed(_))),
                "{text}: {:?}",
                row_condition(text)
            );
        }
    }
}
