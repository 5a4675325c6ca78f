//! `pgveil explain SQL`: the plan of a statement, or why it is refused.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::plan::Planner;

use super::live::Live;

/// Arguments of `pgveil explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The config file.
    #[arg(long, value_name = "FILE", default_value = "pgveil.toml")]
    pub config: PathBuf,
    /// The database whose catalog decides; by default the one that the config's URL names.
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The statement, or several with semicolons between them. Nothing is run.
    pub sql: String,
}

/// Prints the plans. Exit code 0: all run; 1: one is refused; 2: no plan could be made.
pub fn run(args: &ExplainArgs) -> ExitCode {
    let live = match Live::load(&args.config, args.database.as_deref()) {
        Ok(live) => live,
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::from(2);
        }
    };
    let planner: Planner = match live.planner() {
        Ok(planner) => planner,
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::from(2);
        }
    };
    let explanations = super::on_parser_stack(|| planner.explain(&args.sql));
    if args.json {
        match serde_json::to_string_pretty(&explanations) {
            Ok(json) => println!("{json}"),
            Err(error) => {
                eprintln!("pgveil: {error}");
                return ExitCode::from(2);
            }
        }
    } else {
        for explanation in &explanations {
            print!("{}", explanation.to_text());
        }
    }
    let refused = explanations.iter().any(|found| found.reason.is_some());
    ExitCode::from(u8::from(refused))
}
