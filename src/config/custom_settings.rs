//! Settings of the operator's own, `app.user_id` and the like, that clients may set.

/// What names of settings may not begin with: what is behind such a name is read by the server, by a module of it or by
/// pgveil itself, which may print data, load code, or switch off what protection rests on.
const INTERPRETED: &[&str] = &[
    "age",
    "anon",
    "auth_delay",
    "auto_explain",
    "babelfishpg_tsql",
    "basebackup_to_shell",
    "basic_archive",
    "bdr",
    "citus",
    "columnar",
    "credcheck",
    "cron",
    "decoderbufs",
    "duckdb",
    "hnsw",
    "hypopg",
    "isn",
    "ivfflat",
    "mysql_fdw",
    "neon",
    "oracle_fdw",
    "orafce",
    "paradedb",
    "passwordcheck",
    "pgactive",
    "pgaudit",
    "pgauditlogtofile",
    "pgcrypto",
    "pglogical",
    "pgroonga",
    "pgsodium",
    "pgsm",
    "pgtle",
    "pgveil",
    "pldbgapi",
    "pljava",
    "pllua",
    "plperl",
    "plpgsql",
    "plpgsql_check",
    "plprofiler",
    "plpython",
    "plpython3",
    "plr",
    "plrust",
    "pltcl",
    "pltclu",
    "plv8",
    "plugin_debugger",
    "postgis",
    "postgres_fdw",
    "powa",
    "rdkit",
    "repmgr",
    "rum",
    "safeupdate",
    "sepgsql",
    "set_user",
    "spock",
    "squeeze",
    "ssl_passphrase",
    "supautils",
    "tds_fdw",
    "timescaledb",
    "vectors",
    "wal2json",
    "zhparser",
];

/// `policy.settings`: names and beginnings of names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomSettings(Vec<String>);

impl CustomSettings {
    /// Takes another pattern: a name with a dot in it, or one whose last part is `*`. Case does not matter.
    ///
    /// # Errors
    /// Why it is none that can be allowed.
    pub fn add(&mut self, pattern: &str) -> Result<(), String> {
        /// The server cuts longer names.
        const NAME_BYTES_MAX: usize = 63;
        let folded = pattern.to_ascii_lowercase();
        let Some((prefix, rest)) = folded.split_once('.') else {
            return Err(
                "has no dot: settings without one are the server's own; write a name such as \"app.user_id\", or \"app.*\""
                    .to_owned(),
            );
        };
        let is_word = |word: &str| {
            word.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_')
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let mut parts = rest.split('.').rev();
        let last_is_plain = parts.next().is_some_and(|last| last == "*" || is_word(last));
        if !is_word(prefix) || !last_is_plain || !parts.all(is_word) || folded.len() > NAME_BYTES_MAX {
            return Err(
                "is not the name of a setting: letters, digits and _ between dots, 63 at most, and * only for all of the \
                 last part"
                    .to_owned(),
            );
        }
        if prefix.starts_with("pg_") || prefix.starts_with("_pq_") || INTERPRETED.contains(&prefix) {
            return Err(format!(
                "begins with {prefix}, which the server, a module of it or pgveil interprets"
            ));
        }
        self.0.push(folded);
        Ok(())
    }

    /// Whether clients may set this. Case does not matter.
    pub fn allows(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let is_allowed = |pattern: &String| match pattern.strip_suffix('*') {
            Some(beginning) => name.strip_prefix(beginning).is_some_and(|rest| !rest.is_empty()),
            None => *pattern == name,
        };
        self.0.iter().any(is_allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_beginnings_are_allowed() {
        let mut settings = CustomSettings::default();
        for pattern in ["App.*", "jwt.claims.role", "tenant.of.*"] {
            settings.add(pattern).unwrap_or_else(|why| panic!("{pattern} {why}"));
        }
        for name in ["app.user_id", "APP.X", "app.a.b", "jwt.claims.role", "tenant.of.x"] {
            assert!(settings.allows(name), "{name}");
        }
        for name in [
            "app",
            "app.",
            "apps.x",
            "jwt.claims.sub",
            "jwt.claims",
            "tenant.x",
            "work_mem",
            "auto_explain.log_analyze",
        ] {
            assert!(!settings.allows(name), "{name}");
        }
        assert!(!CustomSettings::default().allows("app.x"));
    }

    #[test]
    fn those_of_the_server_are_not() {
        for (pattern, why) in [
            ("*", "has no dot"),
            ("work_mem", "has no dot"),
            ("", "has no dot"),
            ("*.x", "is not the name"),
            ("app.", "is not the name"),
            (".x", "is not the name"),
            ("app.*.x", "is not the name"),
            ("app.x*", "is not the name"),
            ("app.x y", "is not the name"),
            ("app.1", "is not the name"),
            ("äpp.x", "is not the name"),
            ("auto_explain.*", "begins with auto_explain"),
            ("PLPGSQL.extra_warnings", "begins with plpgsql"),
            ("pg_stat_statements.track", "begins with pg_stat_statements"),
            ("postgres_fdw.application_name", "begins with postgres_fdw"),
            ("_pq_.x", "begins with _pq_"),
        ] {
            let problem = CustomSettings::default().add(pattern).unwrap_err();
            assert!(problem.starts_with(why), "{pattern}: {problem}");
        }
    }
}
