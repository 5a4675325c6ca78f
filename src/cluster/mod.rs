//! Throwaway Postgres servers for the demo and the tests.
//!
//! A [`Cluster`] lives in a fresh temporary directory, listens on a free port of 127.0.0.1 and on a unix
//! socket of its own, runs as an unprivileged user even when pgveil was started as root, and leaves neither
//! processes nor files behind: dropping it stops the server, and a watchdog does the same if this process is
//! killed before it can.

mod account;
mod binaries;
mod directory;
mod process;
mod server;
mod watchdog;

pub use binaries::Binaries;
pub use directory::fresh as private_directory;
pub use process::Process;
pub use server::{Cluster, ClusterOptions, Shutdown, free_port, run, run_with_input};

use std::path::PathBuf;

/// The database superuser of every throwaway cluster.
pub const SUPERUSER: &str = "postgres";

/// Why a throwaway cluster could not be had or used. All of these are the operator's or the machine's doing.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// A PostgreSQL program is not installed where it is looked for.
    #[error(
        "PostgreSQL's `{program}` was not found. Install PostgreSQL 13 or newer: Debian and Ubuntu `apt-get install \
         postgresql postgresql-client`, Fedora `dnf install postgresql-server`, macOS `brew install postgresql@17`; \
         or set PGVEIL_PG_BIN to the directory that holds it"
    )]
    NotInstalled {
        /// The program's name, such as `initdb`.
        program: String,
    },
    /// Started as root, and neither `postgres` nor `nobody` is a user of this machine.
    #[error("PostgreSQL refuses to run as root, and /etc/passwd names neither `postgres` nor `nobody` to run it as")]
    NoUnprivilegedUser,
    /// A program ended with a failure.
    #[error("`{program}` failed ({status}): {stderr}")]
    Failed {
        /// The program's name.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it wrote on its standard error.
        stderr: String,
    },
    /// The server ended, or was not ready in time.
    #[error("the throwaway PostgreSQL server did not start: {log}")]
    NotReady {
        /// The end of the server's log.
        log: String,
    },
    /// The operating system refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl ClusterError {
    /// Says what was being done when the operating system refused.
    fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> ClusterError {
        let what = what.into();
        move |source| ClusterError::Io { what, source }
    }

    /// For a file or directory that could not be used.
    fn at(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> ClusterError + use<> {
        let path: PathBuf = path.to_owned();
        move |source| ClusterError::Io {
            what: path.display().to_string(),
            source,
        }
    }
}
