//! What rules cannot help against: constants in definitions, which every dump holds, and a role that may do too much.

use crate::discover::personal_text;
use crate::upstream::{self, QueryError, Row, Upstream};

use super::{Finding, Kind};

/// The role that pgveil logs in as.
const ROLE: &str = "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole OR rolcreatedb, rolreplication, \
        (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
         AND pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')) \
    FROM pg_catalog.pg_roles WHERE rolname = current_user";

/// Texts of definitions that every role may read: what it is, its text, and whether only the strings in it count.
const DEFINITIONS: &str = "WITH extension AS ( \
        SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'), \
    relation AS ( \
        SELECT c.oid, c.relkind, c.relpartbound, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name \
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
        AND NOT EXISTS (SELECT FROM extension e WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid)) \
    SELECT pg_catalog.format('the default of %s.%I', r.name, a.attname), pg_catalog.pg_get_expr(d.adbin, d.adrelid), true \
    FROM pg_catalog.pg_attrdef d JOIN relation r ON r.oid = d.adrelid \
    JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
    UNION ALL SELECT pg_catalog.format('the bounds of partition %s', r.name), pg_catalog.pg_get_expr(r.relpartbound, r.oid), true \
    FROM relation r WHERE r.relpartbound IS NOT NULL \
    UNION ALL SELECT pg_catalog.format('constraint %I of %s', k.conname, r.name), pg_catalog.pg_get_constraintdef(k.oid), true \
    FROM pg_catalog.pg_constraint k JOIN relation r ON r.oid = k.conrelid WHERE k.contype = 'c' \
    UNION ALL SELECT pg_catalog.format('constraint %I of domain %s', k.conname, k.contypid::pg_catalog.regtype), pg_catalog.pg_get_constraintdef(k.oid), true \
    FROM pg_catalog.pg_constraint k WHERE k.contypid <> 0 \
    UNION ALL SELECT pg_catalog.format('the definition of %s', r.name), pg_catalog.pg_get_viewdef(r.oid), true \
    FROM relation r WHERE r.relkind IN ('v', 'm') \
    UNION ALL SELECT pg_catalog.format('the body of %s', p.oid::pg_catalog.regprocedure), p.prosrc, true \
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
    AND NOT EXISTS (SELECT FROM extension e WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.objid = p.oid) \
    UNION ALL SELECT pg_catalog.format('a label of enum %s', t.enumtypid::pg_catalog.regtype), t.enumlabel, false FROM pg_catalog.pg_enum t \
    UNION ALL SELECT pg_catalog.format('the comment on %s', \
        pg_catalog.pg_describe_object(d.classoid, d.objoid, d.objsubid)), d.description, false \
    FROM pg_catalog.pg_description d JOIN relation r ON r.oid = d.objoid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass";

/// Looks at the role and at the definitions of one database.
///
/// # Errors
/// If the server cannot be asked.
pub(super) async fn findings(upstream: &mut Upstream) -> Result<Vec<Finding>, QueryError> {
    let mut findings = Vec::new();
    for row in upstream::query(upstream, ROLE).await? {
        findings.extend(role(&row));
    }
    for row in upstream::query(upstream, DEFINITIONS).await? {
        findings.extend(definition(&row));
    }
    Ok(findings)
}

fn cell(row: &Row, at: usize) -> String {
    let cell = row.get(at).and_then(Option::as_deref).unwrap_or_default();
    String::from_utf8_lossy(cell).into_owned()
}

fn role(row: &Row) -> Option<Finding> {
    let powers = [
        (1, "is a superuser"),
        (2, "bypasses row security"),
        (3, "may create roles or databases"),
        (4, "may replicate"),
    ];
    let mut found: Vec<String> = powers
        .into_iter()
        .filter(|(at, _)| cell(row, *at) == "t")
        .map(|(_, power)| power.to_owned())
        .collect();
    match cell(row, 5).as_str() {
        "0" => {}
        count => found.push(format!("may write to {count} tables")),
    }
    (!found.is_empty()).then(|| Finding {
        severity: "warning",
        kind: Kind::Role,
        subject: format!("role {}", cell(row, 0)),
        message: format!(
            "the upstream role {}: that nothing is changed rests on pgveil alone",
            found.join(", ")
        ),
        suggestion: Some("a login role with SELECT and nothing else is enough".to_owned()),
    })
}

fn definition(row: &Row) -> Option<Finding> {
    let text = cell(row, 1);
    let kind = match cell(row, 2).as_str() {
        "t" => strings(&text).iter().find_map(|string| personal_text(string))?,
        _ => personal_text(&text)?,
    };
    Some(Finding {
        severity: "warning",
        kind: Kind::Definition,
        subject: cell(row, 0),
        message: format!(
            "holds what looks like {}, and stands in the catalog for every client and in every dump",
            kind.wording()
        ),
        suggestion: Some("take it out of the definition".to_owned()),
    })
}

/// The contents of the quoted strings in an expression, as the server prints them.
fn strings(sql: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let mut letters = sql.chars().peekable();
    while letters.by_ref().any(|letter| letter == '\'') {
        let mut string = String::new();
        while let Some(letter) = letters.next() {
            if letter == '\'' && letters.next_if_eq(&'\'').is_none() {
                break;
            }
            string.push(letter);
        }
        strings.push(string);
    }
    strings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_an_expression() {
        assert_eq!(strings("a <> 'it''s' AND b = 'x'::text"), ["it's", "x"]);
        assert_eq!(strings("a > 5"), [""; 0]);
        assert_eq!(strings("'open"), ["open"]);
    }

    fn row(cells: &[&str]) -> Row {
        cells.iter().map(|cell| Some(cell.as_bytes().to_vec())).collect()
    }

    #[test]
    fn personal_constants_are_told_without_quoting_them() {
        let found = definition(&row(&[
            "the default of public.t.mail",
            "'mary.smith@example.org'::text",
            "t",
        ]))
        .unwrap();
        assert_eq!(
            (found.kind, found.subject.as_str()),
            (Kind::Definition, "the default of public.t.mail")
        );
        assert!(!found.message.contains("mary") && found.message.contains("email addresses"));
        assert_eq!(
            definition(&row(&["the default of public.t.n", "'new'::text", "t"])),
            None
        );
        let comment = "ask mary.smith@example.org before you change this";
        assert!(definition(&row(&["the comment on table t", comment, "f"])).is_some());
    }

    #[test]
    fn roles_that_may_too_much() {
        assert_eq!(role(&row(&["reader", "f", "f", "f", "f", "0"])), None);
        let found = role(&row(&["app", "t", "f", "f", "f", "12"])).unwrap();
        assert!(
            found.message.contains("is a superuser, may write to 12 tables"),
            "{}",
            found.message
        );
    }
}
