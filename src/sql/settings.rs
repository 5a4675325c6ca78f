//! Settings that a client may set: by SET, by `set_config`, and in startup parameters.
//!
//! A setting that is not listed here is refused: some print data to the client (`debug_print_*`, `auto_explain.*`), some
//! load code, some switch off what protection rests on.

use super::analysis::{Reason, Refusal};
use crate::config::CustomSettings;

/// Which values a setting may have.
enum Allowed {
    /// Every value the server takes.
    Any,
    /// Only `on`, in any of its spellings.
    On,
    /// Only these, case aside.
    OneOf(&'static [&'static str]),
    /// Encodings in whose multi-byte characters no byte looks like ASCII.
    SafeEncoding,
}

/// Formats, time, names: they change how clean values look, and are known to the masks by ParameterStatus.
const APPEARANCE: &[&str] = &[
    "application_name",
    "search_path",
    "datestyle",
    "intervalstyle",
    "timezone",
    "extra_float_digits",
    "bytea_output",
    "xmlbinary",
    "xmloption",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "default_text_search_config",
    "timezone_abbreviations",
];

/// Limits, isolation, resources.
const SESSION: &[&str] = &[
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "transaction_timeout",
    "deadlock_timeout",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_keepalives_count",
    "tcp_user_timeout",
    "client_connection_check_interval",
    "transaction_isolation",
    "transaction_deferrable",
    "default_transaction_isolation",
    "default_transaction_deferrable",
    "synchronous_commit",
    "row_security",
    "quote_all_identifiers",
    "restrict_nonsystem_relation_kind",
    "synchronize_seqscans",
    "stats_fetch_consistency",
    "default_tablespace",
    "temp_tablespaces",
    "work_mem",
    "maintenance_work_mem",
    "hash_mem_multiplier",
    "temp_buffers",
    "exit_on_error",
    "check_function_bodies",
    "escape_string_warning",
];

/// The planner's: they change how a result is found, not which.
const PLANNER: &[&str] = &[
    "constraint_exclusion",
    "cpu_index_tuple_cost",
    "cpu_operator_cost",
    "cpu_tuple_cost",
    "cursor_tuple_fraction",
    "debug_parallel_query",
    "default_statistics_target",
    "effective_cache_size",
    "effective_io_concurrency",
    "enable_async_append",
    "enable_bitmapscan",
    "enable_distinct_reordering",
    "enable_gathermerge",
    "enable_group_by_reordering",
    "enable_hashagg",
    "enable_hashjoin",
    "enable_incremental_sort",
    "enable_indexonlyscan",
    "enable_indexscan",
    "enable_material",
    "enable_memoize",
    "enable_mergejoin",
    "enable_nestloop",
    "enable_parallel_append",
    "enable_parallel_hash",
    "enable_partition_pruning",
    "enable_partitionwise_aggregate",
    "enable_partitionwise_join",
    "enable_presorted_aggregate",
    "enable_self_join_elimination",
    "enable_seqscan",
    "enable_sort",
    "enable_tidscan",
    "force_parallel_mode",
    "from_collapse_limit",
    "geqo",
    "geqo_effort",
    "geqo_generations",
    "geqo_pool_size",
    "geqo_seed",
    "geqo_selection_bias",
    "geqo_threshold",
    "jit",
    "jit_above_cost",
    "jit_inline_above_cost",
    "jit_optimize_above_cost",
    "join_collapse_limit",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "min_parallel_index_scan_size",
    "min_parallel_table_scan_size",
    "parallel_leader_participation",
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "plan_cache_mode",
    "random_page_cost",
    "recursive_worktable_factor",
    "seq_page_cost",
];

fn allowed(name: &str) -> Option<Allowed> {
    if [APPEARANCE, SESSION, PLANNER].iter().any(|list| list.contains(&name)) {
        return Some(Allowed::Any);
    }
    match name {
        "client_encoding" | "names" => Some(Allowed::SafeEncoding),
        // Without array_nulls, `{NULL}` holds the word: one that is searched by would not be the masked one.
        "standard_conforming_strings" | "array_nulls" | "transaction_read_only" | "default_transaction_read_only" => {
            Some(Allowed::On)
        }
        "client_min_messages" => Some(Allowed::OneOf(&["notice", "warning", "error"])),
        _ => None,
    }
}

/// Whether a client may give this setting this value. Names are as in SHOW, case aside; `custom` are those that the
/// operator allows.
///
/// # Errors
/// A refusal: [`Reason::SettingNotAllowed`] or [`Reason::UnsafeEncoding`].
pub fn check(name: &str, value: &str, custom: &CustomSettings) -> Result<(), Refusal> {
    let name = name.to_ascii_lowercase();
    let value = value.trim();
    let passes = match allowed(&name) {
        None if custom.allows(&name) => true,
        None => {
            let hint = match name.contains('.') {
                true => "name it in [policy] settings, if no policy or function compares it with protected columns",
                false => "leave the setting as it is; RESET and SHOW work for all settings",
            };
            return Err(refusal(
                Reason::SettingNotAllowed,
                format!("the setting {} is not on the list of harmless settings", shown(&name)),
                hint.to_owned(),
            ));
        }
        Some(Allowed::Any) => true,
        Some(Allowed::On) => is_on(value),
        Some(Allowed::OneOf(values)) => values.iter().any(|wanted| value.eq_ignore_ascii_case(wanted)),
        Some(Allowed::SafeEncoding) => is_safe_encoding(value),
    };
    if passes {
        return Ok(());
    }
    Err(match name.as_str() {
        "client_encoding" | "names" => refusal(
            Reason::UnsafeEncoding,
            "this client encoding is not served: in it a character can hide a quote".to_owned(),
            "use UTF8, SQL_ASCII or a single-byte encoding".to_owned(),
        ),
        "standard_conforming_strings" => refusal(
            Reason::UnsafeEncoding,
            "standard_conforming_strings must stay on".to_owned(),
            "write backslash escapes as E'...'".to_owned(),
        ),
        "array_nulls" => refusal(
            Reason::SettingNotAllowed,
            "array_nulls must stay on".to_owned(),
            "quote the word NULL in arrays where it is a text".to_owned(),
        ),
        "client_min_messages" => refusal(
            Reason::SettingNotAllowed,
            "client_min_messages below notice would send the server's internal messages".to_owned(),
            "use notice, warning or error".to_owned(),
        ),
        _ => refusal(
            Reason::SettingNotAllowed,
            format!("{name} must stay on: sessions through pgveil are read-only"),
            "leave out READ WRITE".to_owned(),
        ),
    })
}

/// Whether a client may put this setting back to what it was when the session began.
///
/// # Errors
/// A refusal: [`Reason::SettingNotAllowed`].
pub fn check_reset(name: &str) -> Result<(), Refusal> {
    match name.to_ascii_lowercase().as_str() {
        // Its reset value is off, even where the session began read-only.
        "transaction_read_only" | "default_transaction_read_only" => Err(refusal(
            Reason::SettingNotAllowed,
            "the transaction must stay read-only".to_owned(),
            "leave the setting as it is".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Whether this setting says which characters the bytes of a statement mean.
pub fn is_encoding(name: &str) -> bool {
    ["client_encoding", "names"]
        .iter()
        .any(|encoding| name.eq_ignore_ascii_case(encoding))
}

/// Whether this is a name of UTF8.
pub fn is_utf8(value: &str) -> bool {
    matches!(encoding_name(value).as_str(), "utf8" | "unicode")
}

/// A setting's name as it may be repeated in a message.
fn shown(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    if name.len() <= 63 && name.bytes().all(plain) {
        format!("\"{name}\"")
    } else {
        "of that name".to_owned()
    }
}

/// The server takes any unique beginning of true, yes and on, in any case.
fn is_on(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value == "1" || value == "on" || (!value.is_empty() && ("true".starts_with(&value) || "yes".starts_with(&value)))
}

/// The server ignores case and everything but letters and digits in names of encodings.
fn encoding_name(value: &str) -> String {
    let letters = value.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

fn is_safe_encoding(value: &str) -> bool {
    let name = encoding_name(value);
    let numbered = |prefix: &str, numbers: std::ops::RangeInclusive<u32>| {
        name.strip_prefix(prefix)
            .and_then(|rest| rest.parse().ok())
            .is_some_and(|number| numbers.contains(&number))
    };
    matches!(
        name.as_str(),
        "utf8" | "unicode" | "sqlascii" | "koi8" | "koi8r" | "koi8u" | "win" | "alt" | "win866" | "win874"
    ) || numbered("latin", 1..=10)
        || numbered("iso8859", 1..=16)
        || numbered("win", 1250..=1258)
        || numbered("windows", 1250..=1258)
}

fn refusal(reason: Reason, message: String, hint: String) -> Refusal {
    Refusal { reason, message, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_settings_pass() {
        for (name, value) in [
            ("search_path", ""),
            ("DateStyle", "ISO, MDY"),
            ("TimeZone", "Europe/Berlin"),
            ("client_encoding", "'utf-8'"),
            ("client_encoding", "LATIN1"),
            ("client_encoding", "WIN1252"),
            ("standard_conforming_strings", "on"),
            ("default_transaction_read_only", "TRUE"),
            ("client_min_messages", "WARNING"),
            ("enable_seqscan", "off"),
            ("extra_float_digits", "3"),
        ] {
            assert_eq!(
                check(name, value, &CustomSettings::default()),
                Ok(()),
                "{name} = {value}"
            );
        }
    }

    #[test]
    fn the_operators_own_pass_where_they_are_named() {
        let mut custom = CustomSettings::default();
        custom.add("app.*").unwrap();
        assert_eq!(check("App.User", "7", &custom), Ok(()));
        for name in ["my.scratch", "auto_explain.log_level", "role"] {
            assert!(check(name, "x", &custom).is_err(), "{name}");
        }
        let refused = check("app.user", "7", &CustomSettings::default()).unwrap_err();
        assert!(refused.hint.contains("[policy] settings"));
    }

    #[test]
    fn the_others_do_not() {
        for (name, value, reason) in [
            ("role", "postgres", Reason::SettingNotAllowed),
            ("session_authorization", "postgres", Reason::SettingNotAllowed),
            ("session_replication_role", "replica", Reason::SettingNotAllowed),
            ("default_transaction_read_only", "off", Reason::SettingNotAllowed),
            ("default_transaction_read_only", "o", Reason::SettingNotAllowed),
            ("transaction_read_only", "0", Reason::SettingNotAllowed),
            ("client_min_messages", "debug5", Reason::SettingNotAllowed),
            ("client_min_messages", "log", Reason::SettingNotAllowed),
            ("array_nulls", "off", Reason::SettingNotAllowed),
            ("debug_print_parse", "on", Reason::SettingNotAllowed),
            ("auto_explain.log_level", "notice", Reason::SettingNotAllowed),
            ("my.scratch", "x", Reason::SettingNotAllowed),
            ("local_preload_libraries", "x", Reason::SettingNotAllowed),
            ("standard_conforming_strings", "off", Reason::UnsafeEncoding),
            ("client_encoding", "SJIS", Reason::UnsafeEncoding),
            ("client_encoding", "GB18030", Reason::UnsafeEncoding),
            ("client_encoding", "BIG5", Reason::UnsafeEncoding),
            ("client_encoding", "UHC", Reason::UnsafeEncoding),
            ("client_encoding", "win949", Reason::UnsafeEncoding),
        ] {
            let refused = check(name, value, &CustomSettings::default()).unwrap_err();
            assert_eq!(refused.reason, reason, "{name} = {value}");
        }
        assert!(check_reset("Transaction_Read_Only").is_err());
        assert!(check_reset("role").is_ok());
    }
}
