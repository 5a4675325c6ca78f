//! What pg_catalog holds in every database, as far as tests need it (`pg_type.dat`, `pg_proc.dat`).

use super::Oid;

/// Built-in types with the OIDs of `pg_type.dat`: name, type, array over it.
pub(super) const BUILTIN_TYPES: &[(&str, Oid, Oid)] = &[
    ("bool", 16, 1000),
    ("bytea", 17, 1001),
    ("char", 18, 1002),
    ("name", 19, 1003),
    ("int8", 20, 1016),
    ("int2", 21, 1005),
    ("int4", 23, 1007),
    ("regproc", 24, 1008),
    ("text", 25, 1009),
    ("oid", 26, 1028),
    ("xid", 28, 1011),
    ("json", 114, 199),
    ("xml", 142, 143),
    ("point", 600, 1017),
    ("cidr", 650, 651),
    ("float4", 700, 1021),
    ("float8", 701, 1022),
    ("money", 790, 791),
    ("macaddr", 829, 1040),
    ("inet", 869, 1041),
    ("bpchar", 1042, 1014),
    ("varchar", 1043, 1015),
    ("date", 1082, 1182),
    ("time", 1083, 1183),
    ("timestamp", 1114, 1115),
    ("timestamptz", 1184, 1185),
    ("interval", 1186, 1187),
    ("timetz", 1266, 1270),
    ("bit", 1560, 1561),
    ("varbit", 1562, 1563),
    ("numeric", 1700, 1231),
    ("regclass", 2205, 2210),
    ("uuid", 2950, 2951),
    ("tsvector", 3614, 3643),
    ("jsonb", 3802, 3807),
];

/// Built-in pseudo-types.
pub(super) const PSEUDO_TYPES: &[(&str, Oid)] = &[
    ("unknown", 705),
    ("record", 2249),
    ("cstring", 2275),
    ("any", 2276),
    ("anyarray", 2277),
    ("void", 2278),
    ("trigger", 2279),
    ("anyelement", 2283),
];

/// Built-in ranges: name, type, array over it, subtype.
pub(super) const RANGE_TYPES: &[(&str, Oid, Oid, Oid)] = &[
    ("int4range", 3904, 3905, 23),
    ("numrange", 3906, 3907, 1700),
    ("tsrange", 3908, 3909, 1114),
    ("tstzrange", 3910, 3911, 1184),
    ("daterange", 3912, 3913, 1082),
    ("int8range", 3926, 3927, 20),
];

/// Names that SQL uses for built-in types.
pub(super) const TYPE_ALIASES: &[(&str, &str)] = &[
    ("boolean", "bool"),
    ("smallint", "int2"),
    ("integer", "int4"),
    ("int", "int4"),
    ("bigint", "int8"),
    ("real", "float4"),
    ("double precision", "float8"),
    ("character varying", "varchar"),
    ("character", "bpchar"),
    ("decimal", "numeric"),
];

/// Functions of pg_catalog that every snapshot of the builder knows.
pub(super) const BUILTIN_FUNCTIONS: &str = "abs age any_value array_agg array_length array_to_string ascii avg \
    bool_and bool_or btrim ceil char_length chr coalesce concat concat_ws convert_from convert_to \
    corr count cume_dist current_database current_schema current_schemas current_setting date_part \
    date_trunc decode dense_rank encode extract first_value floor format format_type generate_series \
    greatest has_table_privilege initcap json_agg json_build_object json_object_agg jsonb_agg \
    jsonb_array_elements jsonb_build_object jsonb_each lag last_value lead least left length \
    lo_get lower lpad ltrim make_date max md5 min mod mode now nth_value ntile nullif now \
    overlay percent_rank percentile_cont percentile_disc pg_backend_pid pg_get_viewdef pg_notify \
    pg_read_file pg_sleep pg_table_is_visible pg_total_relation_size position power query_to_xml \
    random rank regexp_match regexp_matches regexp_replace regexp_split_to_table repeat replace \
    reverse right round row_number row_to_json rpad rtrim set_config sha256 sign split_part sqrt \
    starts_with stddev string_agg string_to_array string_to_table strpos substr substring sum \
    table_to_xml timezone to_char to_date to_json to_jsonb to_number to_timestamp to_tsvector \
    translate trim trunc ts_stat unnest upper variance version width_bucket xmlagg";
