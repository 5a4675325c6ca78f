//! pg_dump's own arguments, read as it reads them (PostgreSQL 13 to 18 docs, "pg_dump").
//!
//! Only what is known passes: an option that names another server would have pg_dump go around the proxy, and getopt
//! takes options by any unambiguous beginning, in clusters, and database names anywhere.

use std::path::Path;

/// What pg_dump writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DumpFormat {
    Plain,
    Custom,
    Directory,
    Tar,
}

impl DumpFormat {
    fn parse(name: &str) -> Option<DumpFormat> {
        Some(match name.to_ascii_lowercase().as_str() {
            "p" | "plain" => DumpFormat::Plain,
            "c" | "custom" => DumpFormat::Custom,
            "d" | "directory" => DumpFormat::Directory,
            "t" | "tar" => DumpFormat::Tar,
            _ => return None,
        })
    }

    /// How names of such dumps end.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            DumpFormat::Plain => ".sql",
            DumpFormat::Custom => ".dump",
            DumpFormat::Directory => ".dir",
            DumpFormat::Tar => ".tar",
        }
    }
}

/// Arguments for pg_dump, each in a form that can be read in one way only.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arguments {
    pub(super) format: DumpFormat,
    pub(super) normal: Vec<String>,
}

/// Long options that take a value.
const VALUED: [&str; 25] = [
    "compress",
    "encoding",
    "exclude-extension",
    "exclude-schema",
    "exclude-table",
    "exclude-table-and-children",
    "exclude-table-data",
    "exclude-table-data-and-children",
    "extension",
    "extra-float-digits",
    "filter",
    "format",
    "include-foreign-data",
    "jobs",
    "lock-wait-timeout",
    "restrict-key",
    "role",
    "rows-per-insert",
    "schema",
    "section",
    "snapshot",
    "superuser",
    "sync-method",
    "table",
    "table-and-children",
];

/// Long options without one.
const FLAGS: [&str; 43] = [
    "attribute-inserts",
    "blobs",
    "clean",
    "column-inserts",
    "create",
    "data-only",
    "disable-dollar-quoting",
    "disable-triggers",
    "enable-row-security",
    "if-exists",
    "inserts",
    "large-objects",
    "load-via-partition-root",
    "no-acl",
    "no-blobs",
    "no-comments",
    "no-data",
    "no-large-objects",
    "no-owner",
    "no-password",
    "no-policies",
    "no-privileges",
    "no-publications",
    "no-schema",
    "no-security-labels",
    "no-statistics",
    "no-subscriptions",
    "no-sync",
    "no-synchronized-snapshots",
    "no-table-access-method",
    "no-tablespaces",
    "no-toast-compression",
    "no-unlogged-table-data",
    "on-conflict-do-nothing",
    "quote-all-identifiers",
    "schema-only",
    "sequence-data",
    "serializable-deferrable",
    "statistics",
    "statistics-only",
    "strict-names",
    "use-set-session-authorization",
    "verbose",
];

/// Short options that take a value, and those that do not.
const SHORT_VALUED: &str = "eEFjnNStTZ";
const SHORT_FLAGS: &str = "abBcCOsvxw";

/// Long and short options that say where pg_dump connects and writes.
const OURS: [&str; 6] = ["dbname", "file", "host", "password", "port", "username"];
const SHORT_OURS: &str = "dfhpUW";

impl Arguments {
    /// Reads what stands after `--` on the command line.
    pub(super) fn parse(written: &[String]) -> Result<Arguments, String> {
        let mut found = Arguments {
            format: DumpFormat::Plain,
            normal: Vec::new(),
        };
        let mut rest = written.iter();
        while let Some(argument) = rest.next() {
            if let Some(long) = argument.strip_prefix("--").filter(|long| !long.is_empty()) {
                found.long(long, &mut rest)?;
            } else if let Some(cluster) = argument.strip_prefix('-').filter(|cluster| !cluster.is_empty()) {
                found.short(cluster, &mut rest)?;
            } else {
                return Err(format!(
                    "pg_dump's argument {argument:?} is no option; the database is named by --database"
                ));
            }
        }
        Ok(found)
    }

    fn long<'a>(&mut self, long: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), String> {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        if FLAGS.contains(&name) && value.is_none() {
            self.normal.push(format!("--{name}"));
            return Ok(());
        }
        if !VALUED.contains(&name) {
            return Err(unknown(&format!("--{name}"), OURS.contains(&name)));
        }
        let value = value.or_else(|| rest.next().map(String::as_str));
        let value = value.ok_or_else(|| format!("pg_dump's --{name} needs a value"))?;
        if name == "format" {
            self.format = format(value)?;
        }
        self.normal.push(format!("--{name}={value}"));
        Ok(())
    }

    fn short<'a>(&mut self, cluster: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), String> {
        for (at, letter) in cluster.char_indices() {
            if SHORT_FLAGS.contains(letter) {
                self.normal.push(format!("-{letter}"));
                continue;
            }
            if !SHORT_VALUED.contains(letter) {
                return Err(unknown(&format!("-{letter}"), SHORT_OURS.contains(letter)));
            }
            let attached = &cluster[at + letter.len_utf8()..];
            let value = match attached.is_empty() {
                true => rest.next().map(String::as_str),
                false => Some(attached),
            };
            let value = value
                .filter(|value| !value.is_empty())
                .ok_or_else(|| format!("pg_dump's -{letter} needs a value"))?;
            if letter == 'F' {
                self.format = format(value)?;
            }
            self.normal.push(format!("-{letter}{value}"));
            return Ok(());
        }
        Ok(())
    }

    /// The whole command line, for a dump that pg_dump writes to its standard output or, in parts, to a directory.
    pub(super) fn command_line(&self, directory: Option<&Path>) -> Vec<std::ffi::OsString> {
        let mut line = vec!["--no-password".into()];
        line.extend(directory.map(|path| {
            let mut file = std::ffi::OsString::from("--file=");
            file.push(path);
            file
        }));
        line.extend(self.normal.iter().map(Into::into));
        line
    }
}

fn format(value: &str) -> Result<DumpFormat, String> {
    DumpFormat::parse(value).ok_or_else(|| format!("pg_dump has no format {value:?}: plain, custom, directory or tar"))
}

fn unknown(option: &str, is_ours: bool) -> String {
    match is_ours {
        true => format!(
            "pg_dump's {option} is not for you to give: pgveil says where pg_dump connects and writes \
             (--config, --database, --output)"
        ),
        false => format!("{option} is not known as an option of pg_dump 13 to 18; options are written out in full"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_pg_dump_takes_is_read_as_it_reads_it() {
        let found = parse("-aFc -t a -Nb --jobs 2 --format=d --no-owner").unwrap();
        assert_eq!(found.format, DumpFormat::Directory);
        let normal = ["-a", "-Fc", "-ta", "-Nb", "--jobs=2", "--format=d", "--no-owner"];
        assert_eq!(found.normal, normal);
        assert_eq!(Arguments::parse(&[]).unwrap().format, DumpFormat::Plain);
    }

    /// Any of these would have it connect elsewhere, write elsewhere, or wait for somebody to type.
    #[test]
    fn nothing_leads_around_the_proxy() {
        for line in [
            "-h db",
            "-hdb",
            "--host=db",
            "--hos=db",
            "--host db",
            "-ah db",
            "-d host=db",
            "--dbname=x",
            "--dbn=x",
            "host=db",
            "-- host=db",
            "-",
            "-U postgres",
            "-p 5432",
            "-W",
            "--password",
            "-f /tmp/x",
            "-af/tmp/x",
            "--file=x",
            "-ahost=db",
            "--verbose=x",
            "--binary-upgrade",
            "-t",
            "--table",
            "-Fx",
            "-é",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
        // A value is a value, whatever it looks like, and goes where it cannot be taken for an option.
        assert_eq!(parse("-t -hdb").unwrap().normal, ["-t-hdb"]);
        assert_eq!(parse("--table --host=db").unwrap().normal, ["--table=--host=db"]);
    }
}
