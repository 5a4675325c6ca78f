//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    pgveil::cli::run(&pgveil::cli::Cli::parse())
}
