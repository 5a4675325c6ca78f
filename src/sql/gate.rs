//! The gate: which statements pass at all.
//!
//! An allow-list by kind of node. What reads passes, what only concerns the session passes where it is harmless,
//! and everything else is refused by name. Which columns a statement reads is decided later.

use super::analysis::{Reason, Refusal, StatementKind, TransactionKind};
use super::copy_options::copy_options;
use super::older;
use super::settings;
use super::tree::{Node, Value};
use crate::config::CustomSettings;

/// What the gate has found out about a statement.
#[derive(Debug)]
pub struct Passed<'a> {
    /// What it does.
    pub kind: StatementKind,
    /// The `SelectStmt` whose rows the statement returns or keeps for later, if it has one. `COPY table` has none.
    pub query: Option<&'a Node>,
}

// Bits of `DeclareCursorStmt.options`: PostgreSQL, nodes/parsenodes.h, CURSOR_OPT_*.
const CURSOR_BINARY: i64 = 0x0001;
const CURSOR_HOLD: i64 = 0x0020;
// Numbers of the parser's enums, `pg_query::protobuf`.
const ACCESS_SHARE_LOCK: i64 = pg_query::LockMode::AccessShareLock as i64;
const DISCARD_ALL: i64 = pg_query::protobuf::DiscardMode::DiscardAll as i64;

/// Lets a statement pass or refuses it. `protects_anything` is whether any column of this database is protected,
/// `custom` which settings of their own clients may set.
///
/// # Errors
/// A refusal that says what would work instead.
pub fn check<'a>(tree: &'a Node, protects_anything: bool, custom: &CustomSettings) -> Result<Passed<'a>, Refusal> {
    let kind = match tree.kind() {
        "SelectStmt" => {
            check_query(tree, custom)?;
            return Ok(Passed {
                kind: StatementKind::Query,
                query: Some(tree),
            });
        }
        "CopyStmt" => return check_copy(tree, custom),
        "DeclareCursorStmt" => {
            let query = inner_query(tree, "query", "DECLARE CURSOR", custom)?;
            let options = tree.int("options");
            let kind = StatementKind::DeclareCursor {
                name: tree.str("portalname").to_owned(),
                binary: options & CURSOR_BINARY != 0,
                hold: options & CURSOR_HOLD != 0,
            };
            return Ok(Passed {
                kind,
                query: Some(query),
            });
        }
        "PrepareStmt" => {
            let query = inner_query(tree, "query", "PREPARE", custom)?;
            return Ok(Passed {
                kind: StatementKind::Prepare {
                    name: tree.str("name").to_owned(),
                },
                query: Some(query),
            });
        }
        "ExplainStmt" => return check_explain(tree, custom),
        "ExecuteStmt" => {
            check_reads_only(tree, custom)?;
            StatementKind::Execute {
                name: tree.str("name").to_owned(),
            }
        }
        "FetchStmt" => StatementKind::Fetch {
            name: tree.str("portalname").to_owned(),
            is_move: tree.bool("ismove"),
        },
        "ClosePortalStmt" => StatementKind::CloseCursor(named(tree, "portalname")),
        "DeallocateStmt" => StatementKind::Deallocate(named(tree, "name")),
        "VariableShowStmt" => StatementKind::Show,
        "VariableSetStmt" => check_set(tree, custom)?,
        "TransactionStmt" => StatementKind::Transaction(check_transaction(tree)?),
        "ConstraintsSetStmt" => StatementKind::Transaction(TransactionKind::Other),
        "LockStmt" if tree.int("mode") == ACCESS_SHARE_LOCK => StatementKind::Lock,
        "LockStmt" => {
            return Err(not_allowed(
                "LOCK in this mode",
                "only LOCK ... IN ACCESS SHARE MODE passes",
            ));
        }
        "DiscardStmt" => StatementKind::Discard {
            all: tree.int("target") == DISCARD_ALL,
        },
        "UnlistenStmt" => StatementKind::Notification,
        "ListenStmt" | "NotifyStmt" if !protects_anything => StatementKind::Notification,
        "ListenStmt" | "NotifyStmt" => {
            return Err(not_allowed(
                "LISTEN and NOTIFY",
                "notifications may carry protected values of other sessions",
            ));
        }
        other => return Err(not_allowed(&statement_name(other), READ_ONLY)),
    };
    Ok(Passed { kind, query: None })
}

const READ_ONLY: &str =
    "sessions through pgveil are read-only: SELECT, COPY ... TO STDOUT, cursors, prepared statements";

fn named(tree: &Node, field: &str) -> Option<String> {
    Some(tree.str(field)).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The query of a statement that wraps one.
fn inner_query<'a>(tree: &'a Node, field: &str, statement: &str, custom: &CustomSettings) -> Result<&'a Node, Refusal> {
    match tree.node(field) {
        Some(query) if query.is("SelectStmt") => {
            check_query(query, custom)?;
            Ok(query)
        }
        _ => Err(not_allowed(&format!("{statement} of anything but a query"), READ_ONLY)),
    }
}

/// SELECT, VALUES or TABLE that only reads.
fn check_query(query: &Node, custom: &CustomSettings) -> Result<(), Refusal> {
    if query.get("into_clause").is_some() {
        return Err(not_allowed("SELECT INTO", READ_ONLY));
    }
    check_reads_only(query, custom)
}

/// Nothing under this node may write or lock. Looks at every node, so that no place for a statement is forgotten.
fn check_reads_only(top: &Node, custom: &CustomSettings) -> Result<(), Refusal> {
    let mut refused = None;
    top.walk(&mut |node| {
        let what = match node.kind() {
            "IntoClause" => Some("SELECT INTO".to_owned()),
            "LockingClause" => Some("SELECT ... FOR UPDATE or FOR SHARE".to_owned()),
            "SelectStmt" => None,
            kind if kind.ends_with("Stmt") && !std::ptr::eq(node, top) => {
                Some(format!("{} inside a query", statement_name(kind)))
            }
            "FuncCall" => {
                if let Err(refusal) = check_set_config(node, top, custom) {
                    refused.get_or_insert(refusal);
                }
                None
            }
            _ => None,
        };
        if let Some(what) = what {
            refused.get_or_insert_with(|| not_allowed(&what, READ_ONLY));
        }
        refused.is_none()
    });
    refused.map_or(Ok(()), Err)
}

fn check_copy<'a>(tree: &'a Node, custom: &CustomSettings) -> Result<Passed<'a>, Refusal> {
    if tree.bool("is_from") {
        return Err(not_allowed("COPY ... FROM", READ_ONLY));
    }
    if tree.bool("is_program") || !tree.str("filename").is_empty() {
        return Err(not_allowed(
            "COPY to a file or program of the server",
            "use COPY ... TO STDOUT",
        ));
    }
    let query = match tree.node("query") {
        Some(_) => Some(inner_query(tree, "query", "COPY", custom)?),
        None => None,
    };
    Ok(Passed {
        kind: StatementKind::CopyOut(copy_options(tree)?),
        query,
    })
}

fn check_explain<'a>(tree: &'a Node, custom: &CustomSettings) -> Result<Passed<'a>, Refusal> {
    // Of several, the last counts; whatever is not clearly off counts as on.
    let mut analyze = false;
    for option in tree
        .nodes("options")
        .filter(|option| option.str("defname").eq_ignore_ascii_case("analyze"))
    {
        analyze = !option.node("arg").is_some_and(is_off);
    }
    let inner = tree
        .node("query")
        .ok_or_else(|| not_allowed("this EXPLAIN", READ_ONLY))?;
    let (executes, query) = match inner.kind() {
        "SelectStmt" => {
            check_query(inner, custom)?;
            (None, Some(inner))
        }
        "DeclareCursorStmt" => (None, Some(inner_query(inner, "query", "DECLARE CURSOR", custom)?)),
        "ExecuteStmt" => {
            check_reads_only(inner, custom)?;
            (Some(inner.str("name").to_owned()), None)
        }
        other => return Err(not_allowed(&format!("EXPLAIN of {}", statement_name(other)), READ_ONLY)),
    };
    Ok(Passed {
        kind: StatementKind::Explain { executes, analyze },
        query,
    })
}

/// An option's argument that is certainly false.
fn is_off(argument: &Node) -> bool {
    match argument.kind() {
        "Boolean" => !argument.bool("boolval"),
        "Integer" => argument.int("ival") == 0,
        "String" => ["false", "off"]
            .iter()
            .any(|word| argument.str("sval").eq_ignore_ascii_case(word)),
        _ => false,
    }
}

fn check_set(tree: &Node, custom: &CustomSettings) -> Result<StatementKind, Refusal> {
    use pg_query::protobuf::VariableSetKind as Kind;
    let name = tree.str("name");
    match i32::try_from(tree.int("kind"))
        .ok()
        .and_then(|kind| Kind::try_from(kind).ok())
    {
        Some(Kind::VarSetValue) => {
            let values: Option<Vec<String>> = tree.nodes("args").map(constant).collect();
            let Some(values) = values else {
                return Err(not_allowed(
                    "SET to something other than a constant",
                    "write the value as a string",
                ));
            };
            let value = values.join(", ");
            settings::check(name, &value, custom)?;
            Ok(match settings::is_encoding(name) {
                true => StatementKind::SetEncoding {
                    utf8: settings::is_utf8(&value),
                },
                false => StatementKind::Set,
            })
        }
        Some(Kind::VarSetDefault | Kind::VarReset) => {
            settings::check_reset(name)?;
            Ok(match settings::is_encoding(name) {
                true => StatementKind::SetEncoding { utf8: false },
                false => StatementKind::Set,
            })
        }
        Some(Kind::VarResetAll) => Ok(StatementKind::SetEncoding { utf8: false }),
        Some(Kind::VarSetMulti) => {
            check_transaction_modes(tree.nodes("args"))?;
            Ok(StatementKind::Transaction(TransactionKind::Other))
        }
        _ => Err(not_allowed("this form of SET", "use SET name = value")),
    }
}

/// A constant as the server would take it for a setting.
fn constant(node: &Node) -> Option<String> {
    match node.kind() {
        "AConst" if node.bool("isnull") => None,
        "AConst" => {
            let value = node.node("val")?;
            match value.kind() {
                "String" => Some(value.str("sval").to_owned()),
                "Integer" => Some(value.int("ival").to_string()),
                "Float" => Some(value.str("fval").to_owned()),
                "Boolean" => Some(value.bool("boolval").to_string()),
                _ => None,
            }
        }
        // SET TIME ZONE INTERVAL '…'
        "TypeCast" => node.node("arg").and_then(constant),
        _ => None,
    }
}

fn check_transaction(tree: &Node) -> Result<TransactionKind, Refusal> {
    use pg_query::protobuf::TransactionStmtKind as Kind;
    match i32::try_from(tree.int("kind"))
        .ok()
        .and_then(|kind| Kind::try_from(kind).ok())
    {
        Some(Kind::TransStmtBegin | Kind::TransStmtStart) => {
            check_transaction_modes(tree.nodes("options"))?;
            Ok(TransactionKind::Begin)
        }
        Some(Kind::TransStmtCommit) => Ok(TransactionKind::Commit),
        Some(Kind::TransStmtRollback) => Ok(TransactionKind::Rollback),
        Some(Kind::TransStmtSavepoint | Kind::TransStmtRelease | Kind::TransStmtRollbackTo) => {
            Ok(TransactionKind::Other)
        }
        _ => Err(not_allowed("two-phase commit", "use COMMIT or ROLLBACK")),
    }
}

/// Modes of BEGIN, SET TRANSACTION and SET SESSION CHARACTERISTICS.
fn check_transaction_modes<'a>(modes: impl Iterator<Item = &'a Node>) -> Result<(), Refusal> {
    for mode in modes {
        let passes = match mode.str("defname") {
            "transaction_isolation" | "transaction_deferrable" => true,
            "transaction_read_only" => mode
                .node("arg")
                .and_then(|value| value.node("val"))
                .is_some_and(|value| value.int("ival") == 1),
            // SET TRANSACTION SNAPSHOT: its argument stands bare in the list.
            "" if mode.is("AConst") => true,
            _ => false,
        };
        if !passes {
            return Err(not_allowed(
                "READ WRITE",
                "sessions through pgveil are read-only; leave out READ WRITE",
            ));
        }
    }
    Ok(())
}

/// `set_config` is SET in another dress: only constants for harmless settings, and what pg_dump sends.
fn check_set_config(call: &Node, top: &Node, custom: &CustomSettings) -> Result<(), Refusal> {
    if call.names("funcname").last() != Some(&"set_config") || is_dump_statement(top) {
        return Ok(());
    }
    let arguments: Vec<&Node> = call.nodes("args").collect();
    let constants: Vec<Option<String>> = arguments.iter().map(|argument| constant(argument)).collect();
    match constants.as_slice() {
        [Some(name), Some(_), Some(_)] if settings::is_encoding(name) => Err(Refusal {
            reason: Reason::SettingNotAllowed,
            message: "set_config does not pass for client_encoding".to_owned(),
            hint: "use SET client_encoding = value".to_owned(),
        }),
        [Some(name), Some(value), Some(_)] if arguments.iter().all(|argument| argument.is("AConst")) => {
            settings::check(name, value, custom)
        }
        _ => Err(Refusal {
            reason: Reason::SettingNotAllowed,
            message: "set_config passes only with constants for all its arguments".to_owned(),
            hint: "use SET name = value".to_owned(),
        }),
    }
}

/// pg_dump's own statements, which name the setting by a column so that older servers without it do nothing.
const DUMP_STATEMENTS: &str = "\
    SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind';
    SELECT set_config(name, 'view', false) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'";

fn is_dump_statement(top: &Node) -> bool {
    let Ok(parsed) = pg_query::parse(DUMP_STATEMENTS, 0) else {
        return false;
    };
    let mut statements = parsed.protobuf.stmts.iter();
    statements
        .any(|raw| matches!(Node::from_parser(&raw.stmt), Ok(Some(wanted)) if same_but_for_locations(&wanted, top)))
}

fn same_but_for_locations(one: &Node, other: &Node) -> bool {
    // What the grammar made, without what is noted for older servers.
    fn fields(node: &Node) -> impl Iterator<Item = &(&'static str, Value)> {
        node.fields().iter().filter(|(name, _)| *name != older::LABEL)
    }
    one.kind() == other.kind()
        && fields(one).count() == fields(other).count()
        && fields(one)
            .zip(fields(other))
            .all(|((name, value), (other_name, other_value))| {
                name == other_name && (name.ends_with("location") || same_values(value, other_value))
            })
}

fn same_values(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Node(one), Value::Node(other)) => same_but_for_locations(one, other),
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_values(one, other))
        }
        _ => one == other,
    }
}

/// `CreateTableAsStmt` as people know it: `CREATE TABLE AS`.
fn statement_name(kind: &str) -> String {
    let mut name = String::new();
    for letter in kind.trim_end_matches("Stmt").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push(' ');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

pub(super) fn not_allowed(what: &str, hint: &str) -> Refusal {
    Refusal {
        reason: Reason::StatementNotAllowed,
        message: format!("{what} does not pass pgveil"),
        hint: hint.to_owned(),
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
