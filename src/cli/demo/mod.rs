//! `pgveil demo`: a throwaway Postgres with a sample shop, the proxy before it, and a tour on the terminal.

mod records;
mod screen;
mod stage;
mod tour;

use std::process::ExitCode;

use super::interrupt::{Interrupt, Interrupted};
use crate::cluster::ClusterError;
use screen::Screen;
use stage::Stage;

/// What `pgveil demo` takes.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Leave the server and the proxy running after the tour, until Ctrl-C
    #[arg(long)]
    keep: bool,
}

/// Why the demo did not come to its end.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    /// The throwaway server.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A file of the demo's own, or the terminal.
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
    /// `pgveil serve` did not come up.
    #[error("pgveil serve did not start:\n{log}")]
    Proxy { log: String },
    /// A promise was not kept. Nobody wants to see this one.
    #[error("{0}")]
    Broken(String),
    /// Ctrl-C.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl DemoError {
    fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> DemoError {
        let what = what.into();
        move |source| DemoError::Io { what, source }
    }
}

/// Runs the command. Exit codes: 0 done, 1 something failed, 130 interrupted.
///
/// Whatever happens, the server and the proxy are stopped and their directory is removed.
pub fn run(args: &DemoArgs) -> ExitCode {
    let mut screen = Screen::stdout();
    let outcome = Interrupt::watch()
        .map_err(DemoError::io("watching for Ctrl-C"))
        .and_then(|interrupt| show(args, &mut screen, &interrupt));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(DemoError::Interrupted(interrupted)) => ExitCode::from(interrupted.exit_code()),
        Err(error) => {
            eprintln!("pgveil demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn show(args: &DemoArgs, screen: &mut Screen, interrupt: &Interrupt) -> Result<(), DemoError> {
    let outcome = Stage::set(screen, interrupt).and_then(|stage| {
        tour::give(&stage, screen, interrupt)?;
        if args.keep {
            tour::keep(&stage, screen, interrupt)?;
        }
        Ok(stage)
    });
    match outcome {
        Ok(stage) => {
            drop(stage);
            screen.note("Server and proxy are stopped, their files are removed.")
        }
        // Ctrl-C also ends the program that was running for the tour, whose failure is then no news.
        Err(_) if interrupt.came() => {
            screen.note("Interrupted. Server and proxy are stopped, their files are removed.")?;
            Ok(interrupt.check()?)
        }
        Err(error) => Err(error),
    }
}
