//! `pgveil mask`: the reference of the masks.

use std::process::ExitCode;

use serde_json::json;

use crate::mask::{Contract, MaskSpec, OptionDefault, example_result};

/// Arguments of `pgveil mask`.
#[derive(Debug, clap::Args)]
pub struct MaskArgs {
    /// What to show.
    #[command(subcommand)]
    pub command: MaskCommand,
}

/// What to show.
#[derive(Debug, clap::Subcommand)]
pub enum MaskCommand {
    /// List all masks.
    List {
        /// Print JSON: all that is known of each.
        #[arg(long)]
        json: bool,
    },
    /// Show one mask with its options and an example.
    Show {
        /// Its name in rule files.
        name: String,
    },
}

/// Prints the reference. Exit code 1: there is no such mask.
pub fn run(args: &MaskArgs) -> ExitCode {
    match &args.command {
        MaskCommand::List { json: true } => {
            let masks: Vec<_> = MaskSpec::kinds().map(described).collect();
            println!("{:#}", serde_json::Value::from(masks));
        }
        MaskCommand::List { json: false } => {
            let width = MaskSpec::kinds().map(|contract| contract.name.len()).max().unwrap_or(0);
            for contract in MaskSpec::kinds() {
                println!("{:width$}  {}", contract.name, contract.summary);
            }
        }
        MaskCommand::Show { name } => {
            // A name alone may lack options that must be given: what is looked for is the kind.
            let Some(contract) = MaskSpec::kinds().find(|contract| contract.name == name) else {
                let why = MaskSpec::parse(&toml::Value::from(name.as_str())).err();
                eprintln!("pgveil: {}", why.map(|error| error.to_string()).unwrap_or_default());
                return ExitCode::FAILURE;
            };
            print!("{}", contract.markdown());
        }
    }
    ExitCode::SUCCESS
}

fn described(contract: &Contract) -> serde_json::Value {
    let options: Vec<_> = contract
        .options
        .iter()
        .map(|option| {
            json!({
                "name": option.name,
                "summary": option.summary,
                "may_be": option.kind.to_string(),
                "required": option.default == OptionDefault::Required,
                "default": match option.default {
                    OptionDefault::Required | OptionDefault::Absent => serde_json::Value::Null,
                    OptionDefault::Whole(number) => number.into(),
                    OptionDefault::Real(number) => number.into(),
                    OptionDefault::Flag(flag) => flag.into(),
                    OptionDefault::Text(text) => text.into(),
                },
            })
        })
        .collect();
    json!({
        "name": contract.name,
        "summary": contract.summary,
        "accepts": contract.accepts.iter().map(|family| family.label()).collect::<Vec<_>>(),
        "options": options,
        "keeps_null": contract.keeps_null,
        "keeps_length": contract.keeps_length,
        "uniqueness": contract.uniqueness.word(),
        "reversible": contract.reversible,
        "needs_key": contract.needs_key,
        "example": {
            "rule": contract.example_rule(),
            "value": contract.example.value,
            "shown": example_result(contract),
        },
    })
}
