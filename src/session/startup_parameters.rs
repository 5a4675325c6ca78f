//! What a startup message may ask for: an allow-list, applied to parameters and to `options` alike.

use crate::wire::startup::{MINOR_VERSION_MAX, StartupMessage};

/// Says whether a session may be started with the setting of this name (in lower case) and value; if not, why.
pub type SettingsCheck<'a> = &'a (dyn Fn(&str, &str) -> Result<(), String> + Sync);

/// A startup message all of which is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Startup {
    /// Who logs in.
    pub user: String,
    /// The database asked for; the user's name where none was named, as in PostgreSQL.
    pub database: String,
    /// Settings for the upstream's startup message, as ordinary parameters and each once. Those that came in
    /// `options` are among them, so that the upstream has no command line to read differently.
    pub settings: Vec<(String, String)>,
    /// Minor version of protocol 3 that is spoken with this client.
    pub protocol_minor: u16,
}

/// Why a startup message is refused. The client's fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The check said no, or the name can never be a setting.
    #[error("parameter \"{name}\" cannot be set when connecting: {reason}")]
    Setting {
        /// The parameter.
        name: String,
        /// What the check said.
        reason: String,
    },
    /// A replication connection carries whole tables around every mask.
    #[error("replication connections are not allowed")]
    Replication,
    /// A word of `options` that is no setting.
    #[error("invalid command-line argument for server process: {0}")]
    Option(String),
}

impl ParameterError {
    /// The SQLSTATE to answer with.
    pub fn sqlstate(&self) -> &'static str {
        match self {
            Self::Setting { .. } | Self::Replication => "42501",
            Self::Option(_) => "42601",
        }
    }
}

/// Checks everything a startup message asks for. Protocol options (`_pq_.…`) are left out: they are negotiated.
///
/// # Errors
/// Any [`ParameterError`].
pub fn check(message: &StartupMessage, allowed: SettingsCheck<'_>) -> Result<Startup, ParameterError> {
    let user = message.get("user").unwrap_or_default().to_owned();
    let database = message
        .get("database")
        .filter(|name| !name.is_empty())
        .unwrap_or(&user)
        .to_owned();
    // The order of PostgreSQL: options first, so that a parameter of the same name overrides them.
    let mut settings = parse_options(message.get("options").unwrap_or_default())?;
    for (name, value) in &message.parameters {
        match name.as_str() {
            "user" | "database" | "options" => {}
            "replication" => refuse_replication(value)?,
            protocol_option if protocol_option.starts_with("_pq_.") => {}
            _ => settings.push((name.clone(), value.clone())),
        }
    }
    for (name, value) in &settings {
        let refused = |reason| ParameterError::Setting {
            name: name.clone(),
            reason,
        };
        let lower = name.to_ascii_lowercase();
        if !is_setting_name(&lower) {
            return Err(refused("not the name of a setting".to_owned()));
        }
        allowed(&lower, value).map_err(refused)?;
    }
    Ok(Startup {
        user,
        database,
        settings: last_of_each(settings),
        protocol_minor: message.minor.min(MINOR_VERSION_MAX),
    })
}

/// The parameters with a meaning of their own must not be smuggled in as settings.
fn is_setting_name(lower: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'.';
    !lower.is_empty()
        && lower.bytes().all(plain)
        && !lower.starts_with("_pq_.")
        && !matches!(lower, "user" | "database" | "options" | "replication")
}

fn refuse_replication(value: &str) -> Result<(), ParameterError> {
    let off = ["off", "false", "0", "no"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word));
    if off { Ok(()) } else { Err(ParameterError::Replication) }
}

fn last_of_each(settings: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::with_capacity(settings.len());
    for (name, value) in settings {
        kept.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
        kept.push((name, value));
    }
    kept
}

/// The settings in `options`: `-c name=value`, `-cname=value` and `--name=value`, where a dash in a name stands for
/// an underscore. Other switches of the server are refused.
fn parse_options(options: &str) -> Result<Vec<(String, String)>, ParameterError> {
    let mut settings = Vec::new();
    let mut words = split_options(options).into_iter();
    while let Some(word) = words.next() {
        let assignment = match word.strip_prefix("--").or_else(|| word.strip_prefix("-c")) {
            Some("") if word == "-c" => words.next(),
            Some(rest) => Some(rest.to_owned()),
            None => None,
        };
        let (name, value) = assignment
            .as_deref()
            .and_then(|assignment| assignment.split_once('='))
            .ok_or(ParameterError::Option(word))?;
        settings.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(settings)
}

/// Splits at white space; a backslash takes the next character as it is (PostgreSQL's `pg_split_opts`).
fn split_options(options: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = options.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => words.extend(word.take()),
            '\\' => word.get_or_insert_default().extend(characters.next()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(parameters: &[(&str, &str)]) -> StartupMessage {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        StartupMessage {
            minor: 0,
            parameters: parameters.iter().map(own).collect(),
        }
    }

    fn known(name: &str, _: &str) -> Result<(), String> {
        match name {
            "application_name" | "datestyle" | "search_path" | "statement_timeout" => Ok(()),
            _ => Err("unknown".to_owned()),
        }
    }

    fn settings(parameters: &[(&str, &str)]) -> Result<Vec<(String, String)>, ParameterError> {
        check(&message(&[&[("user", "ada")], parameters].concat()), &known).map(|startup| startup.settings)
    }

    fn pairs(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
        message(parameters).parameters
    }

    #[test]
    fn the_database_defaults_to_the_user() {
        let database = |parameters: &[(&str, &str)]| check(&message(parameters), &known).map(|s| s.database);
        assert_eq!(database(&[("user", "ada")]), Ok("ada".to_owned()));
        assert_eq!(database(&[("user", "ada"), ("database", "")]), Ok("ada".to_owned()));
        assert_eq!(
            database(&[("user", "ada"), ("database", "shop")]),
            Ok("shop".to_owned())
        );
    }

    #[test]
    fn options_are_read_as_the_server_reads_them() {
        let options = |text| settings(&[("options", text)]);
        let one = Ok(pairs(&[("search_path", "a, b")]));
        assert_eq!(options(r"-c search_path=a,\ b"), one);
        assert_eq!(options(r"  -csearch_path=a,\ b "), one);
        assert_eq!(options(r"--search-path=a,\ b"), one);
        assert_eq!(
            options(r"-c statement_timeout=1 --search_path=\\"),
            Ok(pairs(&[("statement_timeout", "1"), ("search_path", "\\"),]))
        );
        assert_eq!(options(""), Ok(vec![]));
        for bad in [
            "-c",
            "-c search_path",
            "--search_path",
            "--",
            "-d5",
            "-fs",
            "search_path=x",
            "-",
            r"\ -c x=1",
        ] {
            assert!(matches!(options(bad), Err(ParameterError::Option(_))), "{bad}");
        }
    }

    #[test]
    fn a_parameter_overrides_the_same_setting_in_options() {
        let got = settings(&[
            ("DateStyle", "ISO"),
            ("options", "-c datestyle=German -c statement_timeout=1"),
        ]);
        assert_eq!(got, Ok(pairs(&[("statement_timeout", "1"), ("DateStyle", "ISO")])));
    }

    #[test]
    fn unknown_settings_are_refused_by_name_wherever_they_stand() {
        for parameters in [[("log_statement", "all")], [("options", "-c log_statement=all")]] {
            let error = settings(&parameters).expect_err("refused");
            assert_eq!(error.sqlstate(), "42501");
            assert!(error.to_string().contains("\"log_statement\""), "{error}");
        }
    }

    #[test]
    fn replication_and_identity_cannot_come_in_by_a_side_door() {
        assert_eq!(settings(&[("replication", "OFF")]), Ok(vec![]));
        for value in ["true", "database", "on", "1", ""] {
            assert_eq!(settings(&[("replication", value)]), Err(ParameterError::Replication));
        }
        let anything = |_: &str, _: &str| Ok(());
        for name in [
            "user",
            "USER",
            "database",
            "replication",
            "options",
            "_pq_.x",
            "a b",
            "",
        ] {
            let options = format!("-c {}=x", name.replace(' ', "\\ "));
            let refused = check(&message(&[("user", "ada"), ("options", &options)]), &anything);
            assert!(matches!(refused, Err(ParameterError::Setting { .. })), "{name}");
        }
        let upper = check(&message(&[("user", "ada"), ("Replication", "off")]), &anything);
        assert!(matches!(upper, Err(ParameterError::Setting { .. })));
    }

    proptest! {
        #[test]
        fn any_options_parse_or_fail(options: String) {
            let _ = parse_options(&options);
        }

        #[test]
        fn escaped_words_survive(words in prop::collection::vec("[^\0]{1,8}", 0..5)) {
            let escape = |word: &String| word.chars().flat_map(|c| ['\\', c]).collect::<String>();
            let text = words.iter().map(escape).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(split_options(&text), words);
        }
    }
}
