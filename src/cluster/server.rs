//! One throwaway server: made, started, asked and stopped.

use std::ffi::OsStr;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::directory::Directory;
use super::process::Process;
use super::{Binaries, ClusterError, SUPERUSER};

/// How long a server may take to accept connections; a loaded machine needs seconds, not a minute.
const START_TIMEOUT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);
/// Between attempts to start on the directory of a killed server.
const LEFTOVER_PAUSE: Duration = Duration::from_secs(1);
/// Another process can take the free port before the server does; so often it is tried again.
const PORT_ATTEMPTS: u32 = 8;
/// How much of the server's log an error quotes.
const LOG_TAIL_BYTES: usize = 2000;

/// Settings that trade the safety of the data, which nobody needs here, for speed.
const FAST: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "32MB"),
    ("max_wal_size", "1GB"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("max_connections", "50"),
    ("max_prepared_transactions", "4"),
    ("autovacuum", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
];

/// What a cluster is to be like. The default: no password asked, fast and unsafe settings.
#[derive(Clone, Debug, Default)]
pub struct ClusterOptions {
    /// Server settings, over the built-in fast ones.
    pub settings: Vec<(String, String)>,
    /// The whole content of `pg_hba.conf`; None trusts everyone on this machine.
    pub hba: Option<String>,
    /// Files to put into the data directory, such as a certificate: name and content.
    pub files: Vec<(String, Vec<u8>)>,
    /// A data directory saved by [`Cluster::save_template`] to copy instead of making one.
    pub template: Option<PathBuf>,
    /// PostgreSQL's programs; None takes those that [`Binaries::find`] finds.
    pub binaries: Option<Binaries>,
}

/// How a server is stopped (PostgreSQL documentation, "Shutting Down the Server").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Sessions are ended, everything is written.
    Fast,
    /// As a crash of the machine: SIGKILL to the postmaster, its children notice and end.
    Crash,
}

/// A running throwaway server; stopped and removed on drop.
#[derive(Debug)]
pub struct Cluster {
    binaries: Binaries,
    options: ClusterOptions,
    data_dir: PathBuf,
    socket_dir: PathBuf,
    port: u16,
    postmaster: Option<Process>,
    // Last, so that it is removed after the server has ended.
    directory: Directory,
}

impl Cluster {
    /// Makes and starts a cluster with the default options.
    pub fn start() -> Result<Cluster, ClusterError> {
        Cluster::start_with(ClusterOptions::default())
    }

    /// Makes and starts a cluster; returns when it accepts connections.
    pub fn start_with(options: ClusterOptions) -> Result<Cluster, ClusterError> {
        let binaries = match &options.binaries {
            Some(binaries) => binaries.clone(),
            None => Binaries::find()?,
        };
        let directory = Directory::create()?;
        let socket_dir = directory.subdirectory("socket")?;
        let data_dir = directory.path.join("data");
        let mut cluster = Cluster {
            binaries,
            options,
            data_dir,
            socket_dir,
            port: 0,
            postmaster: None,
            directory,
        };
        match &cluster.options.template {
            Some(template) => cluster.directory.copy_tree(template, &cluster.data_dir)?,
            None => cluster.initdb()?,
        }
        if let Some(hba) = &cluster.options.hba {
            cluster
                .directory
                .write(&cluster.data_dir.join("pg_hba.conf"), hba.as_bytes())?;
        }
        for (name, content) in &cluster.options.files {
            cluster.directory.write(&cluster.data_dir.join(name), content)?;
        }
        cluster.start_server()?;
        Ok(cluster)
    }

    /// The TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's data directory.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The directory of the server's unix socket.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// A directory that lives as long as the cluster and that this process may write to.
    pub fn temp_dir(&self) -> &Path {
        &self.directory.path
    }

    /// Where PostgreSQL's programs were found.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// One of PostgreSQL's client programs, ready to talk to this cluster as its superuser: add arguments.
    pub fn tool(&self, program: &str) -> Result<Command, ClusterError> {
        let mut command = self.bare_tool(program)?;
        command
            .env("PGHOST", &self.socket_dir)
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", SUPERUSER);
        Ok(command)
    }

    /// As [`Cluster::tool`], with no server chosen and none of the caller's `PG…` variables.
    pub fn bare_tool(&self, program: &str) -> Result<Command, ClusterError> {
        let mut command = Command::new(self.binaries.path(program)?);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("PG")) {
                command.env_remove(&name);
            }
        }
        command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        Ok(command)
    }

    /// Runs a client program against this cluster as its superuser.
    ///
    /// # Errors
    /// [`ClusterError::Failed`] with its standard error if it does not succeed.
    pub fn run_tool<S: AsRef<OsStr>>(
        &self,
        program: &str,
        args: impl IntoIterator<Item = S>,
    ) -> Result<Output, ClusterError> {
        run(self.tool(program)?.args(args), program)
    }

    /// Runs SQL by psql as the superuser, stopping at the first error; returns the bare rows, columns separated by `|`.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, ClusterError> {
        let mut command = self.tool("psql")?;
        command.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database]);
        let output = run_with_input(&mut command, "psql", sql.as_bytes())?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Creates an empty database.
    pub fn createdb(&self, database: &str) -> Result<(), ClusterError> {
        self.run_tool("createdb", [database]).map(drop)
    }

    /// Stops the server; its data stays until the cluster is dropped.
    pub fn shut_down(&mut self, how: Shutdown) {
        if let Some(mut postmaster) = self.postmaster.take()
            && how == Shutdown::Crash
        {
            postmaster.kill();
        }
    }

    /// Starts the server again after [`Cluster::shut_down`], on the same port.
    pub fn restart(&mut self) -> Result<(), ClusterError> {
        self.shut_down(Shutdown::Fast);
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            let _ = std::fs::remove_file(self.data_dir.join("postmaster.pid"));
            match self.launch(self.port) {
                // After a crash, sessions of the old server take a moment to notice, and hold its shared memory.
                Err(ClusterError::NotReady { log }) if log.contains("still in use") && Instant::now() < deadline => {
                    std::thread::sleep(POLL);
                }
                done => return done,
            }
        }
    }

    /// Stops the server and copies its data directory to where [`ClusterOptions::template`] can take it from.
    ///
    /// The copy appears under its name only when it is whole, so that several processes may race for it.
    pub fn save_template(mut self, to: &Path) -> Result<(), ClusterError> {
        self.shut_down(Shutdown::Fast);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent).map_err(ClusterError::at(parent))?;
        }
        let partial = to.with_extension(format!("partial-{}", self.port));
        self.directory.copy_tree(&self.data_dir, &partial)?;
        if std::fs::rename(&partial, to).is_err() && to.is_dir() {
            return std::fs::remove_dir_all(&partial).map_err(ClusterError::at(&partial));
        }
        Ok(())
    }

    fn initdb(&self) -> Result<(), ClusterError> {
        let mut command = self.bare_tool("initdb")?;
        command
            .args([
                "-U",
                SUPERUSER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .arg(&self.data_dir)
            .current_dir(&self.directory.path);
        self.as_server_user(&mut command);
        run(&mut command, "initdb").map(drop)
    }

    fn as_server_user(&self, command: &mut Command) {
        if let Some(account) = self.directory.account {
            account.apply(command);
        }
    }

    fn start_server(&mut self) -> Result<(), ClusterError> {
        for attempt in 1.. {
            let port = free_port().map_err(ClusterError::io("looking for a free port"))?;
            match self.launch(port) {
                Err(ClusterError::NotReady { log })
                    if attempt < PORT_ATTEMPTS && log.contains("could not create any TCP/IP sockets") => {}
                // The processes of a postmaster that was killed take a moment to notice.
                Err(ClusterError::NotReady { log })
                    if attempt < PORT_ATTEMPTS && log.contains("shared memory block") =>
                {
                    std::thread::sleep(LEFTOVER_PAUSE);
                }
                result => return result,
            }
        }
        unreachable!("the last attempt's result is returned")
    }

    fn launch(&mut self, port: u16) -> Result<(), ClusterError> {
        self.port = port;
        let log = self.log_path();
        self.directory.write(&log, b"")?;
        let log_file = std::fs::OpenOptions::new()
            .append(true)
            .open(&log)
            .map_err(ClusterError::at(&log))?;
        let mut command = self.bare_tool("postgres")?;
        command.arg("-D").arg(&self.data_dir).current_dir(&self.directory.path);
        for (name, value) in self.settings(port) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command.stdout(Stdio::null()).stderr(log_file);
        self.as_server_user(&mut command);
        let root = Some(self.directory.path.as_path());
        self.postmaster = Some(Process::spawn_in(&mut command, "INT", root)?);
        self.wait_until_ready()
    }

    fn settings(&self, port: u16) -> Vec<(String, String)> {
        let own = [
            ("listen_addresses", "127.0.0.1".to_owned()),
            ("port", port.to_string()),
            ("unix_socket_directories", self.socket_dir.display().to_string()),
        ];
        FAST.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .chain(own.into_iter().map(|(name, value)| (name.to_owned(), value)))
            .chain(self.options.settings.iter().cloned())
            .collect()
    }

    fn wait_until_ready(&mut self) -> Result<(), ClusterError> {
        let deadline = Instant::now() + START_TIMEOUT;
        let pid_file = self.data_dir.join("postmaster.pid");
        loop {
            // As pg_ctl does: the eighth line of this file is the postmaster's state.
            let state = std::fs::read_to_string(&pid_file).unwrap_or_default();
            if state.lines().nth(7).is_some_and(|line| line.trim_end() == "ready") {
                return Ok(());
            }
            let ended = self
                .postmaster
                .as_mut()
                .is_none_or(|postmaster| postmaster.ended().is_some());
            if ended || Instant::now() > deadline {
                let log = self.log_tail();
                self.postmaster = None;
                return Err(ClusterError::NotReady { log });
            }
            std::thread::sleep(POLL);
        }
    }

    /// Where the server writes what it has to say.
    pub fn log_path(&self) -> PathBuf {
        self.directory.path.join("server.log")
    }

    /// The end of the server's log.
    pub fn log_tail(&self) -> String {
        let log = std::fs::read(self.log_path()).unwrap_or_default();
        String::from_utf8_lossy(&log[log.len().saturating_sub(LOG_TAIL_BYTES)..]).into_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.shut_down(Shutdown::Fast);
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Runs a command to its end, keeping what it writes.
///
/// # Errors
/// [`ClusterError::Failed`] with its standard error if it does not succeed.
pub fn run(command: &mut Command, program: &str) -> Result<Output, ClusterError> {
    let output = command
        .output()
        .map_err(ClusterError::io(format!("running {program}")))?;
    successful(output, program)
}

/// As [`run`], with something to read on its standard input.
pub fn run_with_input(command: &mut Command, program: &str, input: &[u8]) -> Result<Output, ClusterError> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(ClusterError::io(format!("running {program}")))?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that stops reading has its reasons, which its exit status tells.
            stdin.map(|mut stdin| stdin.write_all(input))
        });
        child.wait_with_output()
    });
    successful(output.map_err(ClusterError::io(format!("running {program}")))?, program)
}

fn successful(output: Output, program: &str) -> Result<Output, ClusterError> {
    if output.status.success() {
        return Ok(output);
    }
    Err(ClusterError::Failed {
        program: program.to_owned(),
        status: output.status,
        stderr: String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
    })
}
