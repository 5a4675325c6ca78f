//! `pgveil serve`: the proxy.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::server;

/// Arguments of `pgveil serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The config file.
    #[arg(long, value_name = "FILE", default_value = "pgveil.toml")]
    pub config: PathBuf,
}

/// Runs until SIGTERM or SIGINT. Exit code 2: the config or the rules are wrong; 1: it cannot listen or log.
pub fn run(args: &ServeArgs) -> ExitCode {
    let config = match Config::load(&args.config) {
        Ok(config) => config,
        Err(problems) => {
            for problem in problems {
                eprintln!("{problem}");
            }
            return ExitCode::from(2);
        }
    };
    for warning in &config.warnings {
        eprintln!("{warning}");
    }
    match super::runtime().and_then(|runtime| Ok(runtime.block_on(serve(config))?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pgveil: {error}");
            match error.downcast_ref::<server::ServerError>() {
                Some(server::ServerError::Service(_)) => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

async fn serve(config: Config) -> Result<(), server::ServerError> {
    let shutdown = async {
        let stop = async {
            let mut terminate = signal(SignalKind::terminate()).ok()?;
            let mut interrupt = signal(SignalKind::interrupt()).ok()?;
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            Some(())
        };
        if stop.await.is_none() {
            std::future::pending::<()>().await;
        }
    };
    let ready = |port: Option<u16>| match port {
        Some(port) => println!("pgveil: ready on port {port}"),
        None => println!("pgveil: ready"),
    };
    server::run(config, shutdown, ready).await
}
