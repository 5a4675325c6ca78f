//! The commands, one file each.

pub mod check;
pub mod demo;
pub mod discover;
pub mod dump;
pub mod explain;
mod interrupt;
pub mod key;
mod live;
pub mod log;
pub mod mask;
pub mod preview;
pub mod serve;
mod shown_row;
mod terminal;
pub mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::sql;

/// A PostgreSQL proxy that masks personal data on the fly.
#[derive(Debug, Parser)]
#[command(name = "pgveil", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the proxy.
    Serve(serve::ServeArgs),
    /// Start a throwaway Postgres with a sample shop, the proxy before it, and take a tour.
    Demo(demo::DemoArgs),
    /// Check config and rules against the live catalog.
    Check(check::CheckArgs),
    /// Propose rules for columns that no rule names, by names, types and sampled values.
    Discover(discover::DiscoverArgs),
    /// Show the plan of a statement, or why it is refused.
    Explain(explain::ExplainArgs),
    /// Show rows of a table before and after masking, for whoever writes rules.
    Preview(preview::PreviewArgs),
    /// Take a masked dump with pg_dump, and keep account of dumps.
    Dump(Box<dump::DumpArgs>),
    /// Read and verify the session log.
    Log(log::LogArgs),
    /// Print the reference of the masks.
    Mask(mask::MaskArgs),
    /// Make a masking key.
    Key(key::KeyArgs),
    /// Make a login's verifier from its password.
    User(user::UserArgs),
}

/// Runs what the command line says.
pub fn run(cli: &Cli) -> ExitCode {
    match &cli.command {
        Command::Serve(args) => serve::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Check(args) => check::run(args),
        Command::Discover(args) => discover::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Preview(args) => preview::run(args),
        Command::Dump(args) => dump::run(args),
        Command::Log(args) => log::run(args),
        Command::Mask(args) => mask::run(args),
        Command::Key(args) => key::run(args),
        Command::User(args) => user::run(args),
    }
}

/// The runtime of the commands that talk to a server. Its threads have the stack that the parser needs.
fn runtime() -> Result<tokio::runtime::Runtime, Box<dyn std::error::Error>> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(sql::STACK_BYTES)
        .build()?)
}

/// Runs the parser on a thread with the stack that it needs.
fn on_parser_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(sql::STACK_BYTES)
            .spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => panic!("no thread for the parser: {error}"),
        }
    })
}
