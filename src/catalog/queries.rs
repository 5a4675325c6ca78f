//! The SQL that reads a catalog, for servers 13 to 18 and for a role without privileges of its own
//! (PostgreSQL docs, "System Catalogs").
//!
//! Meant to run in one snapshot under an empty search_path: then `pg_get_viewdef` qualifies every name outside
//! pg_catalog, and no name below can be shadowed.

use super::load::{Cells, Loader, RowError};

/// One query and what is done with its rows.
pub struct CatalogQuery {
    /// What it reads, for messages.
    pub name: &'static str,
    /// SQL text.
    pub sql: String,
    pub(super) take: fn(&mut Loader, &Cells<'_>) -> Result<(), RowError>,
}

/// `server_version_num`, name and encoding of the database: run first.
pub const IDENTITY: &str =
    "SELECT current_setting('server_version_num'), current_database(), current_setting('server_encoding')";

/// Changes whenever DDL changes anything that a snapshot holds: every such change writes or deletes a row of one of
/// these catalogs, and a row written later has a later `xmin`, so that count and sum together cannot stay.
/// May also change when nothing of interest did.
pub const FINGERPRINT: &str = "\
SELECT string_agg(rows || ':' || xmins, ' ' ORDER BY which)
FROM (
    SELECT 1 AS which, count(*) AS rows, sum(xmin::text::bigint) AS xmins FROM pg_class
    UNION ALL SELECT 2, count(*), sum(xmin::text::bigint) FROM pg_attribute
    UNION ALL SELECT 3, count(*), sum(xmin::text::bigint) FROM pg_proc
    UNION ALL SELECT 4, count(*), sum(xmin::text::bigint) FROM pg_rewrite
    UNION ALL SELECT 5, count(*), sum(xmin::text::bigint) FROM pg_namespace
    UNION ALL SELECT 6, count(*), sum(xmin::text::bigint) FROM pg_inherits
    UNION ALL SELECT 7, count(*), sum(xmin::text::bigint) FROM pg_type
    UNION ALL SELECT 8, count(*), sum(xmin::text::bigint) FROM pg_constraint
    UNION ALL SELECT 9, count(*), sum(xmin::text::bigint) FROM pg_operator
    UNION ALL SELECT 10, count(*), sum(xmin::text::bigint) FROM pg_cast
    UNION ALL SELECT 11, count(*), sum(xmin::text::bigint) FROM pg_attrdef
    UNION ALL SELECT 12, count(*), sum(xmin::text::bigint) FROM pg_index
    UNION ALL SELECT 13, count(*), sum(xmin::text::bigint) FROM pg_collation
) AS catalogs";

/// OID, name and version of relations and a NULL, to be followed by more conditions. The version changes with the
/// relation's schema and name, columns, rules (a view's definition is one), foreign keys, parents and descendants: all but the schema's
/// name write or delete a row, and a row written later has a later `xmin`. It may also change when nothing of interest
/// did, as by `GRANT`.
pub const RELATION_VERSIONS: &str = "\
SELECT c.oid, c.relname,
    concat_ws(' ', n.nspname, c.xmin,
        (SELECT concat(count(*), ':', sum(a.xmin::text::bigint)) FROM pg_attribute a WHERE a.attrelid = c.oid),
        (SELECT concat(count(*), ':', sum(r.xmin::text::bigint)) FROM pg_rewrite r WHERE r.ev_class = c.oid),
        (SELECT concat(count(*), ':', sum(i.xmin::text::bigint)) FROM pg_inherits i WHERE i.inhrelid = c.oid),
        (SELECT concat(count(*), ':', sum(k.xmin::text::bigint)) FROM pg_constraint k
         WHERE k.conrelid = c.oid AND k.contype = 'f'),
        (WITH RECURSIVE below(relation, version) AS (
                 SELECT i.inhrelid, i.xmin FROM pg_inherits i WHERE i.inhparent = c.oid
                 UNION ALL
                 SELECT i.inhrelid, i.xmin FROM below b JOIN pg_inherits i ON i.inhparent = b.relation)
             SELECT concat(count(*), ':', sum(version::text::bigint)) FROM below)),
    NULL::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND n.nspname !~ '^pg_(temp|toast)'";

/// OID, name and version of functions outside pg_catalog and a text, to be followed by more conditions.
pub const FUNCTION_VERSIONS: &str = "\
SELECT p.oid, p.proname, concat_ws(' ', n.nspname, p.xmin), 'function'
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE (n.nspname <> 'pg_catalog' OR p.oid >= 16384) AND n.nspname !~ '^pg_(temp|toast)'";

/// Multirange types and SQL-standard function bodies came with this version.
const VERSION_14: u32 = 140_000;

/// Objects with smaller OIDs were made by initdb (`FirstNormalObjectId`).
const USER_OIDS: &str = ">= 16384";

/// Other sessions' temporary schemas and TOAST tables are nobody's to name.
const SCHEMAS: &str = "n.nspname !~ '^pg_(temp|toast)'";

const RELATION_KINDS: &str = "c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')";

/// All queries, in the order in which the loader needs their rows.
pub fn queries(server_version: u32) -> Vec<CatalogQuery> {
    vec![
        CatalogQuery {
            name: "schemas",
            sql: format!("SELECT n.nspname FROM pg_namespace n WHERE {SCHEMAS}"),
            take: Loader::schema,
        },
        CatalogQuery {
            name: "relations",
            sql: relations(),
            take: Loader::relation,
        },
        CatalogQuery {
            name: "columns",
            sql: columns(),
            take: Loader::column,
        },
        CatalogQuery {
            name: "collations",
            sql: "SELECT a.attrelid, a.attnum FROM pg_attribute a JOIN pg_collation k ON k.oid = a.attcollation \
                  WHERE NOT k.collisdeterministic AND a.attnum > 0 AND NOT a.attisdropped"
                .to_owned(),
            take: Loader::nondeterministic_column,
        },
        CatalogQuery {
            name: "names of collations",
            sql: "SELECT DISTINCT collname FROM pg_collation WHERE NOT collisdeterministic".to_owned(),
            take: Loader::nondeterministic_collation,
        },
        CatalogQuery {
            name: "generated columns",
            sql: GENERATED_COLUMNS.to_owned(),
            take: Loader::generated_column,
        },
        CatalogQuery {
            name: "views",
            sql: views(),
            take: Loader::view,
        },
        CatalogQuery {
            name: "parents",
            sql: "SELECT inhrelid, inhparent FROM pg_inherits ORDER BY inhrelid, inhseqno".to_owned(),
            take: Loader::parent,
        },
        CatalogQuery {
            name: "unique keys",
            sql: unique_keys(),
            take: Loader::unique_key,
        },
        CatalogQuery {
            name: "checks",
            sql: "SELECT conrelid, conname, conkey FROM pg_constraint \
                  WHERE contype = 'c' AND conrelid <> 0 ORDER BY oid"
                .to_owned(),
            take: Loader::check,
        },
        CatalogQuery {
            name: "foreign keys",
            sql: foreign_keys(server_version),
            take: Loader::foreign_key,
        },
        CatalogQuery {
            name: "partition keys",
            sql: PARTITION_KEYS.to_owned(),
            take: Loader::partition_key,
        },
        CatalogQuery {
            name: "types",
            sql: types(server_version),
            take: Loader::data_type,
        },
        CatalogQuery {
            name: "domains",
            sql: "SELECT t.oid, t.typnotnull, k.conname FROM pg_type t \
                  LEFT JOIN pg_constraint k ON k.contypid = t.oid AND k.contype = 'c' \
                  WHERE t.typtype = 'd' ORDER BY t.oid, k.oid"
                .to_owned(),
            take: Loader::domain,
        },
        CatalogQuery {
            name: "functions",
            sql: functions(server_version),
            take: Loader::function,
        },
        CatalogQuery {
            name: "built-in functions",
            sql: "SELECT DISTINCT p.proname FROM pg_proc p \
                  WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.oid < 16384"
                .to_owned(),
            take: Loader::builtin_function,
        },
        CatalogQuery {
            name: "versions",
            sql: RELATION_VERSIONS.to_owned(),
            take: Loader::version,
        },
        CatalogQuery {
            name: "versions of functions",
            sql: FUNCTION_VERSIONS.to_owned(),
            take: Loader::function_version,
        },
        CatalogQuery {
            name: "operators",
            sql: operators(),
            take: Loader::operator,
        },
        CatalogQuery {
            name: "types with user code",
            sql: types_with_user_code(server_version),
            take: Loader::type_with_user_code,
        },
    ]
}

fn relations() -> String {
    format!(
        "SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltype,
                c.relhasrules AND EXISTS (
                    SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '1'),
                e.extname
         FROM pg_class c
         JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_depend d
             ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
         LEFT JOIN pg_extension e ON e.oid = d.refobjid
         WHERE {RELATION_KINDS} AND {SCHEMAS}
         ORDER BY c.oid"
    )
}

fn columns() -> String {
    format!(
        "SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attcollation
         FROM pg_attribute a
         JOIN pg_class c ON c.oid = a.attrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE a.attnum > 0 AND NOT a.attisdropped AND {RELATION_KINDS} AND {SCHEMAS}
         ORDER BY a.attrelid, a.attnum"
    )
}

/// A row with NULL for each generated column, and one for each column its expression names. The dependency is
/// recorded for the column up to version 14, for its default from 15 on.
const GENERATED_COLUMNS: &str = "\
SELECT a.attrelid, a.attnum, NULL FROM pg_attribute a WHERE a.attgenerated <> '' AND NOT a.attisdropped
UNION
SELECT a.attrelid, a.attnum, d.refobjsubid
FROM pg_attribute a
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = a.attrelid AND d.objsubid = a.attnum
WHERE a.attgenerated <> '' AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = a.attrelid AND d.refobjsubid > 0 AND d.refobjsubid <> a.attnum
UNION
SELECT a.attrelid, a.attnum, d.refobjsubid
FROM pg_attribute a
JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
WHERE a.attgenerated <> '' AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = a.attrelid AND d.refobjsubid > 0 AND d.refobjsubid <> a.attnum
ORDER BY 1, 2, 3 NULLS FIRST";

fn views() -> String {
    format!(
        "SELECT c.oid, pg_get_viewdef(c.oid)
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('v', 'm') AND {SCHEMAS}
             AND (n.nspname NOT IN ('pg_catalog', 'information_schema') OR c.oid {USER_OIDS})"
    )
}

/// The columns that an index expression or condition names are known from pg_depend only, where those of the key stand too
/// unless a constraint made the index.
fn unique_keys() -> String {
    format!(
        "SELECT i.indrelid, i.indkey, i.indnkeyatts,
                CASE WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL THEN ARRAY(
                    SELECT d.refobjsubid FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                        AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid
                        AND d.refobjsubid > 0
                    ORDER BY 1) END,
                i.indexprs IS NOT NULL, i.indexrelid::regclass
         FROM pg_index i WHERE (i.indisunique OR i.indisexclusion) AND i.indrelid {USER_OIDS}
         ORDER BY i.indexrelid"
    )
}

/// The comparison is that of the constraint itself (`ri_GenerateQual` in ri_triggers.c): the operator may be another type's
/// than a search_path would find, and the collation is that of the referenced column. The last columns of a key WITH PERIOD,
/// which came with 18, are ranges: what overlaps is needed.
fn foreign_keys(server_version: u32) -> String {
    let period = match server_version >= 180_000 {
        true => "k.conperiod AND pair.number = cardinality(k.conkey)",
        false => "false",
    };
    format!(
        "SELECT k.conname, k.conrelid, k.conkey, k.confrelid, k.confkey, k.conparentid <> 0,
                (SELECT json_agg(concat(
                     CASE WHEN p.attcollation <> 0 AND p.attcollation <> c.attcollation THEN (
                         SELECT concat(' COLLATE ', quote_ident(n.nspname), '.', quote_ident(l.collname))
                         FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                         WHERE l.oid = p.attcollation) END,
                     ' OPERATOR(',
                     CASE WHEN {period} THEN 'pg_catalog.&&' ELSE concat(quote_ident(s.nspname), '.', o.oprname) END,
                     ') ') ORDER BY pair.number)
                 FROM unnest(k.conkey, k.confkey, k.conpfeqop) WITH ORDINALITY AS pair(child, parent, operator, number)
                 JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = pair.child
                 JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = pair.parent
                 JOIN pg_operator o ON o.oid = pair.operator
                 JOIN pg_namespace s ON s.oid = o.oprnamespace)
         FROM pg_constraint k WHERE k.contype = 'f' ORDER BY k.oid"
    )
}

/// Plain key columns stand in partattrs; those in expressions depend on their table internally.
const PARTITION_KEYS: &str = "\
SELECT p.partrelid, p.partattrs::text FROM pg_partitioned_table p
UNION ALL
SELECT p.partrelid, d.objsubid::text
FROM pg_partitioned_table p
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = p.partrelid AND d.objsubid > 0
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = p.partrelid AND d.refobjsubid = 0
    AND d.deptype = 'i'";

fn types(server_version: u32) -> String {
    let ranges = match server_version >= VERSION_14 {
        true => "t.oid IN (r.rngtypid, r.rngmultitypid)",
        false => "t.oid = r.rngtypid",
    };
    format!(
        "SELECT t.oid, n.nspname, t.typname, t.typtype, t.typrelid, t.typbasetype, t.typtypmod, e.oid, r.rngsubtype
         FROM pg_type t
         JOIN pg_namespace n ON n.oid = t.typnamespace
         LEFT JOIN pg_type e ON e.typarray = t.oid
         LEFT JOIN pg_range r ON t.typtype IN ('r', 'm') AND {ranges}
         WHERE {SCHEMAS}
         ORDER BY t.oid"
    )
}

/// Functions that users put into pg_catalog count as users' functions.
fn functions(server_version: u32) -> String {
    let (text, is_standard) = match server_version >= VERSION_14 {
        true => (
            "coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)",
            "p.prosqlbody IS NOT NULL",
        ),
        false => ("p.prosrc", "false"),
    };
    let all = "generate_series(1, coalesce(cardinality(p.proallargtypes), p.pronargs)) AS i";
    let is_input = "(p.proargmodes IS NULL OR p.proargmodes[i] IN ('i', 'b', 'v'))";
    format!(
        "SELECT p.oid, n.nspname, p.proname, l.lanname, e.extname, p.proargtypes, p.prorettype, p.proretset,
                (SELECT json_agg(coalesce(p.proargnames[i], '') ORDER BY i)
                 FROM generate_subscripts(p.proargmodes, 1) AS i
                 WHERE p.proargmodes[i] IN ('o', 'b', 't')),
                CASE WHEN l.lanname = 'sql' AND p.prokind = 'f' AND e.oid IS NULL
                    AND n.nspname <> 'information_schema'
                THEN json_build_object(
                    'text', {text},
                    'is_standard', {is_standard},
                    'parameter_names', (
                        SELECT coalesce(json_agg(coalesce(p.proargnames[i], '') ORDER BY i), '[]')
                        FROM {all} WHERE {is_input}),
                    'defaults', (
                        SELECT coalesce(json_agg(pg_get_function_arg_default(p.oid, i) ORDER BY i), '[]')
                        FROM {all}
                        WHERE p.pronargdefaults > 0 AND {is_input}
                            AND pg_get_function_arg_default(p.oid, i) IS NOT NULL),
                    'output_types', (
                        SELECT coalesce(json_agg(p.proallargtypes[i]::int8 ORDER BY i), '[]')
                        FROM generate_subscripts(p.proargmodes, 1) AS i WHERE p.proargmodes[i] IN ('o', 'b', 't')),
                    'is_variadic', p.provariadic <> 0,
                    'is_strict', p.proisstrict,
                    'settings', coalesce(to_json(p.proconfig), '[]')) END
         FROM pg_proc p
         JOIN pg_namespace n ON n.oid = p.pronamespace
         JOIN pg_language l ON l.oid = p.prolang
         LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
         LEFT JOIN pg_extension e ON e.oid = d.refobjid
         WHERE (n.nspname <> 'pg_catalog' OR p.oid {USER_OIDS}) AND {SCHEMAS}
         ORDER BY p.oid"
    )
}

fn operators() -> String {
    format!(
        "SELECT o.oprname, p.proname
         FROM pg_operator o
         JOIN pg_namespace n ON n.oid = o.oprnamespace
         JOIN pg_proc p ON p.oid = o.oprcode
         WHERE n.nspname <> 'pg_catalog' OR o.oid {USER_OIDS}
         ORDER BY o.oid"
    )
}

/// Type, the type at the other end of the cast if it is one, and whether it is called unasked. Code of the server itself (language internal) and
/// compiled code of an extension, which an administrator installed, is not a user's own.
fn types_with_user_code(server_version: u32) -> String {
    let multirange = match server_version >= VERSION_14 {
        true => "r.rngmultitypid",
        false => "r.rngtypid",
    };
    format!(
        "WITH own AS MATERIALIZED (
             SELECT p.oid
             FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
             WHERE p.oid {USER_OIDS} AND l.lanname <> 'internal'
                 AND NOT (l.lanname = 'c' AND EXISTS (
                     SELECT FROM pg_depend d
                     WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))
         ), own_range AS (
             SELECT r.* FROM pg_range r
             WHERE r.rngcanonical::oid IN (SELECT oid FROM own) OR r.rngsubdiff::oid IN (SELECT oid FROM own)
                 OR EXISTS (
                     SELECT FROM pg_opclass o JOIN pg_amproc a ON a.amprocfamily = o.opcfamily
                     WHERE o.oid = r.rngsubopc AND a.amproc::oid IN (SELECT oid FROM own))
         )
         SELECT castsource, casttarget, castcontext = 'i' FROM pg_cast WHERE castfunc IN (SELECT oid FROM own)
         UNION SELECT casttarget, castsource, castcontext = 'i' FROM pg_cast WHERE castfunc IN (SELECT oid FROM own)
         UNION SELECT t.oid, NULL, false FROM pg_type t
             WHERE t.typinput::oid IN (SELECT oid FROM own) OR t.typoutput::oid IN (SELECT oid FROM own)
                 OR t.typreceive::oid IN (SELECT oid FROM own) OR t.typsend::oid IN (SELECT oid FROM own)
                 OR t.typmodin::oid IN (SELECT oid FROM own)
         UNION SELECT r.rngtypid, NULL, false FROM own_range r
         UNION SELECT {multirange}, NULL, false FROM own_range r
         UNION SELECT k.contypid, NULL, false
             FROM pg_constraint k
             JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = k.oid
             LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
             WHERE k.contypid <> 0
                 AND (d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT oid FROM own)
                     OR o.oprcode::oid IN (SELECT oid FROM own))"
    )
}
