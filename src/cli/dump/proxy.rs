//! The proxy of one dump: in this process, on a unix socket that only its owner can reach, with one login that nobody else knows.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use std::time::SystemTime;

use postgres_protocol::password::scram_sha_256;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::cluster::private_directory;
use crate::config::{Config, Listen, ScramVerifier, User};
use crate::journal::rfc_3339;
use crate::server;

/// The number in the socket's name, where no TCP port gives one.
const PORT: &str = "5432";
/// Random bytes of the password.
const PASSWORD_BYTES: usize = 24;

/// A running proxy; ended on drop.
pub(super) struct Proxy {
    socket_dir: PathBuf,
    login: String,
    password: Zeroizing<String>,
    /// The directory of the dump's own session log.
    pub(super) log: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts it, with nothing of the config changed but who comes in, where, and where the log is: that of `pgveil serve`
    /// may be in use, and has one writer.
    pub(super) fn start(mut config: Config, login: &str) -> Result<Proxy, String> {
        let password = password()?;
        let verifier = ScramVerifier::parse(&scram_sha_256(password.as_bytes())).map_err(|error| error.to_string())?;
        config.users = vec![User {
            name: login.to_owned(),
            verifier,
        }];
        let dumps = config.log.directory.join("dumps");
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&dumps)
            .map_err(|error| format!("{}: {error}", dumps.display()))?;
        let stamp = rfc_3339(SystemTime::now()).replace(':', "");
        let log = dumps.join(format!("{stamp}-{}", std::process::id()));
        config.log.directory.clone_from(&log);
        // One file, which is followed as it grows, and which nobody removes.
        (config.log.segment_bytes, config.log.keep_days) = (None, None);
        let socket_dir = private_directory(&std::env::temp_dir()).map_err(|error| error.to_string())?;
        config.listen = Listen {
            address: None,
            socket_dir: Some(socket_dir.clone()),
            tls: None,
        };
        let mut proxy = Proxy {
            socket_dir,
            login: login.to_owned(),
            password,
            log,
            stop: None,
            thread: None,
        };
        proxy.serve(config)?;
        Ok(proxy)
    }

    fn serve(&mut self, config: Config) -> Result<(), String> {
        let (stop, stopped) = oneshot::channel();
        let (sender, ready) = channel();
        let serve = move || {
            let shutdown = async {
                // Stopped, or nobody is left to stop it.
                let _ = stopped.await;
            };
            let served = crate::cli::runtime().map(|runtime| {
                let announce = sender.clone();
                let run = server::run(config, shutdown, move |_| drop(announce.send(Ok(()))));
                runtime.block_on(run)
            });
            // Nobody listens any more if it once ran.
            let _ = match served {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => sender.send(Err(error.to_string())),
                Err(error) => sender.send(Err(error.to_string())),
            };
        };
        let thread = std::thread::Builder::new().spawn(serve);
        self.thread = Some(thread.map_err(|error| format!("no thread for the proxy: {error}"))?);
        self.stop = Some(stop);
        ready
            .recv()
            .unwrap_or_else(|_| Err("the proxy ended before it was ready".to_owned()))
    }

    /// Has a client program connect here and nowhere else, as the one login.
    pub(super) fn direct(&self, command: &mut Command, database: &str) {
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("PG")) {
                command.env_remove(&name);
            }
        }
        command
            .env("PGHOST", &self.socket_dir)
            .env("PGPORT", PORT)
            .env("PGUSER", &self.login)
            .env("PGPASSWORD", &*self.password)
            .env("PGDATABASE", database)
            // Whatever the program is called.
            .env("PGAPPNAME", "pg_dump")
            .env("PGSSLMODE", "disable")
            .env("PGGSSENCMODE", "disable")
            // Neither `.pg_service.conf` nor `.pgpass` has a say.
            .env("PGSERVICEFILE", self.socket_dir.join("none"))
            .env("PGSYSCONFDIR", &self.socket_dir);
    }

    /// Ends it; the log is complete when this returns.
    pub(super) fn end(mut self) -> PathBuf {
        self.stop();
        self.log.clone()
    }

    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic there was told on standard error by the thread itself.
            let _ = thread.join();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop();
        // What cannot be removed is an empty directory.
        let _ = std::fs::remove_dir_all(Path::new(&self.socket_dir));
    }
}

fn password() -> Result<Zeroizing<String>, String> {
    let mut random = Zeroizing::new([0; PASSWORD_BYTES]);
    getrandom::fill(&mut *random).map_err(|error| format!("no random bytes for a password: {error}"))?;
    Ok(Zeroizing::new(super::content::hexadecimal(&*random)))
}
