//! The columns of built-in functions that return rows, as of PostgreSQL 15 to 18.

/// What a call of a built-in function in FROM has for columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    /// These. One of a single column is named so even if the call has an alias.
    Named(&'static [&'static str]),
    /// One, named by the alias or the function.
    Scalar,
    /// Those of the row type of the first argument.
    FirstArgument,
    /// One of an array's element type, for each argument.
    Elements,
    /// Not known here.
    Unknown,
}

/// The columns of the built-in functions of this name.
pub(super) fn columns(name: &str) -> Columns {
    Columns::Named(match name {
        "json_each" | "jsonb_each" | "json_each_text" | "jsonb_each_text" => &["key", "value"],
        "json_array_elements" | "jsonb_array_elements" | "json_array_elements_text" | "jsonb_array_elements_text" => {
            &["value"]
        }
        "aclexplode" => &["grantor", "grantee", "privilege_type", "is_grantable"],
        "pg_options_to_table" => &["option_name", "option_value"],
        "pg_partition_tree" => &["relid", "parentrelid", "isleaf", "level"],
        "pg_partition_ancestors" => &["relid"],
        "pg_get_keywords" => &["word", "catcode", "barelabel", "catdesc", "baredesc"],
        "pg_timezone_names" | "pg_timezone_abbrevs" => match name {
            "pg_timezone_names" => &["name", "abbrev", "utc_offset", "is_dst"],
            _ => &["abbrev", "utc_offset", "is_dst"],
        },
        "ts_debug" => &["alias", "description", "token", "dictionaries", "dictionary", "lexemes"],
        "ts_parse" => &["tokid", "token"],
        "ts_token_type" => &["tokid", "alias", "description"],
        "unnest" => return Columns::Elements,
        "json_populate_record" | "jsonb_populate_record" | "json_populate_recordset" | "jsonb_populate_recordset" => {
            return Columns::FirstArgument;
        }
        "json_to_record" | "jsonb_to_record" | "json_to_recordset" | "jsonb_to_recordset" | "record_in"
        | "record_recv" | "ts_stat" => return Columns::Unknown,
        // Many of these return rows, whose columns change from version to version.
        _ if name.starts_with("pg_") => return Columns::Unknown,
        _ => return Columns::Scalar,
    })
}

/// Whether all built-in functions of this name return text. (`trim` and `substring` also have forms for bytes.)
pub(super) fn returns_text(name: &str) -> bool {
    matches!(
        name,
        "concat"
            | "concat_ws"
            | "format"
            | "initcap"
            | "left"
            | "lpad"
            | "md5"
            | "quote_ident"
            | "quote_literal"
            | "regexp_replace"
            | "repeat"
            | "replace"
            | "right"
            | "rpad"
            | "split_part"
            | "to_char"
            | "translate"
    )
}

/// Whether the built-in function of this name, called with a text, returns an integer.
pub(super) fn measures_text(name: &str) -> bool {
    matches!(
        name,
        "ascii" | "bit_length" | "char_length" | "character_length" | "length" | "octet_length"
    )
}

/// Whether a call may return several rows, or none: their number tells of its arguments.
pub(in crate::sql) fn returns_set(name: &str) -> bool {
    let sets = [
        "_elements",
        "_elements_text",
        "_each",
        "_each_text",
        "_object_keys",
        "_recordset",
        "_to_table",
        "_path_query",
        "_path_query_tz",
    ];
    match name {
        "generate_series"
        | "generate_subscripts"
        | "unnest"
        | "regexp_matches"
        | "aclexplode"
        | "txid_snapshot_xip"
        | "ts_debug"
        | "ts_parse"
        | "ts_token_type"
        | "ts_stat" => true,
        "pg_typeof" | "pg_column_size" | "pg_column_compression" => false,
        _ => name.starts_with("pg_") || sets.iter().any(|suffix| name.ends_with(suffix)),
    }
}
