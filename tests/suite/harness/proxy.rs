//! `pgveil serve` on a free port, as a user would start it.

use std::fs::File;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pgveil::cluster::{Cluster, Process, free_port};
use postgres_protocol::password::scram_sha_256;

use super::READER;

/// The password of every login at the proxy.
pub const PASSWORD: &str = "correct horse battery staple";

/// What a proxy is to be like. The default: no rules, the upstream's reader as login on both sides.
#[derive(Clone)]
pub struct ProxyOptions {
    /// The content of the one rule file; empty for none.
    pub rules: String,
    /// Packs that the config names before it.
    pub packs: &'static [&'static str],
    /// The lines of `[policy]`.
    pub policy: String,
    /// The login at the proxy and the role upstream: the same, so that `current_user` and the like read the same.
    pub role: String,
    /// At most so many bytes may be written to any one file, as if the disk were full then.
    pub file_bytes_max: Option<u64>,
    /// More lines of `[log]`.
    pub log: String,
    /// More variables of its environment.
    pub environment: Vec<(&'static str, PathBuf)>,
}

impl Default for ProxyOptions {
    fn default() -> Self {
        ProxyOptions {
            rules: String::new(),
            packs: &[],
            policy: String::new(),
            role: READER.to_owned(),
            file_bytes_max: None,
            log: String::new(),
            environment: Vec::new(),
        }
    }
}

/// A running proxy; ended on drop. Its files are in the cluster's directory and go with it.
pub struct Proxy {
    process: Option<Process>,
    options: ProxyOptions,
    /// The TCP port on 127.0.0.1.
    pub port: u16,
    /// Config, rules, key and session log.
    pub directory: PathBuf,
}

impl Proxy {
    /// Starts a proxy with these rules before the cluster.
    pub fn start(cluster: &Cluster, rules: &str) -> Proxy {
        Proxy::start_with(
            cluster,
            ProxyOptions {
                rules: rules.to_owned(),
                ..ProxyOptions::default()
            },
        )
    }

    /// Starts a proxy; returns when it accepts.
    pub fn start_with(cluster: &Cluster, options: ProxyOptions) -> Proxy {
        let port = free_port().expect("a free port");
        let directory = cluster.temp_dir().join(format!("pgveil-{port}"));
        std::fs::create_dir(&directory).expect("the proxy's directory");
        write_config(&directory, cluster.port(), port, &options);
        let mut proxy = Proxy {
            process: None,
            options,
            port,
            directory,
        };
        proxy.serve();
        proxy
    }

    /// Starts a proxy with a config and rules as they are given, on the port that the config says.
    pub fn start_by_hand(cluster: &Cluster, port: u16, config: &str, rules: &str) -> Proxy {
        let directory = cluster.temp_dir().join(format!("pgveil-{port}"));
        std::fs::create_dir(&directory).expect("the proxy's directory");
        write_files(&directory, config, rules);
        let mut proxy = Proxy {
            process: None,
            options: ProxyOptions::default(),
            port,
            directory,
        };
        proxy.serve();
        proxy
    }

    /// Starts it again after [`Proxy::kill`].
    pub fn serve(&mut self) {
        let errors = self.directory.join("serve.err");
        let mut process = Process::spawn(&mut self.serve_command(&errors), "TERM").expect("pgveil serve");
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if process.ended().is_some() || Instant::now() > deadline {
                panic!("pgveil serve: {}", std::fs::read_to_string(&errors).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.process = Some(process);
    }

    /// Ends it in order.
    pub fn end(&mut self) {
        drop(self.process.take());
    }

    /// What starts it, to see how it does not.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
        command
            .args(["serve", "--config"])
            .arg(self.directory.join("pgveil.toml"));
        command
    }

    fn serve_command(&self, errors: &Path) -> Command {
        let pgveil = env!("CARGO_BIN_EXE_pgveil");
        let mut command = match self.options.file_bytes_max {
            None => Command::new(pgveil),
            Some(bytes) => {
                // A write over the limit then fails as on a full disk, instead of raising SIGXFSZ. Units of 512 bytes.
                let limit = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" \"$@\"", bytes / 512);
                let mut shell = Command::new("sh");
                shell.args(["-c", &limit, pgveil]);
                shell
            }
        };
        command
            .args(["serve", "--config"])
            .arg(self.directory.join("pgveil.toml"))
            // Asked for by the config of README; the throwaway server trusts everyone.
            .env("PGVEIL_UPSTREAM_PASSWORD", "unused")
            .envs(self.options.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(errors).expect("a file for errors"));
        command
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.as_ref().expect("a running proxy").id()
    }

    /// The most memory it has had so far, in bytes: `VmHWM`.
    pub fn peak_memory(&self) -> u64 {
        let id = self.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kilobytes.and_then(|text| text.parse::<u64>().ok()).expect("its peak") << 10
    }

    /// Ends it by SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// The directory of the session log.
    pub fn log_directory(&self) -> PathBuf {
        self.directory.join("sessions")
    }

    /// The session log as it stands.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_directory().join("sessions.jsonl")).unwrap_or_default()
    }

    /// Checks the session log as an auditor would.
    pub fn verify_log(&self) {
        let output = Command::new(env!("CARGO_BIN_EXE_pgveil"))
            .args(["log", "verify"])
            .arg(self.log_directory())
            .output()
            .expect("pgveil log verify");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// One of PostgreSQL's client programs, logging in to this proxy.
    pub fn tool(&self, cluster: &Cluster, program: &str, database: &str) -> Command {
        let mut command = cluster.bare_tool(program).expect("a client program");
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", &self.options.role)
            .env("PGPASSWORD", PASSWORD)
            .env("PGDATABASE", database);
        command
    }
}

fn write_config(directory: &Path, upstream_port: u16, port: u16, options: &ProxyOptions) {
    let ProxyOptions {
        rules,
        packs,
        policy,
        role,
        log,
        ..
    } = options;
    let verifier = scram_sha_256(PASSWORD.as_bytes());
    let packs: String = packs.iter().map(|pack| format!("\"pack:{pack}\", ")).collect();
    let masking = match rules.is_empty() && packs.is_empty() {
        true => "[masking]\nrules = []\n".to_owned(),
        false => {
            format!("[masking]\nkey_file = \"pgveil.key\"\nrules = [{packs}\"rules/postgres.toml\", \"rules.toml\"]\n")
        }
    };
    let config = format!(
        r#"[listen]
address = "127.0.0.1:{port}"

[upstream]
url = "postgres://{role}@127.0.0.1:{upstream_port}/postgres?sslmode=disable"
databases = ["*"]

[[user]]
name = "{role}"
verifier = "{verifier}"

[policy]
{policy}
{masking}
[log]
directory = "sessions"
{log}
"#
    );
    write_files(directory, &config, rules);
}

fn write_files(directory: &Path, config: &str, rules: &str) {
    write_private(&directory.join("pgveil.toml"), config.as_bytes());
    write_private(&directory.join("pgveil.key"), &[42; 32]);
    write_private(&directory.join("rules.toml"), rules.as_bytes());
    // The shipped rules for the server's own relations, under the path that README uses.
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    std::os::unix::fs::symlink(shipped, directory.join("rules")).expect("the shipped rules");
}

fn write_private(path: &Path, content: &[u8]) {
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(content))
        .expect("a file of the proxy's");
}
