//! The stage of the tour: a throwaway server with the shop in it, and `pgveil serve` before it.

use std::fs::File;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use postgres_protocol::password::scram_sha_256;

use super::DemoError;
use super::screen::Screen;
use crate::cli::interrupt::Interrupt;
use crate::cluster::{Cluster, Process, free_port};

const SHOP: &str = include_str!("../../../demo/shop.sql");
const SYSTEM_RULES: &str = include_str!("../../../rules/postgres.toml");
const SHOP_RULES: &str = include_str!("../../../demo/rules.toml");

/// The database of the shop.
pub(super) const DATABASE: &str = "shop";
/// Who logs in to the proxy.
pub(super) const CLIENT: &str = "ada";
/// Whom the proxy logs in as: may read, and nothing else.
const READER: &str = "pgveil_reader";

const START_TIMEOUT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// Everything the tour needs; stopped and removed on drop.
pub(super) struct Stage {
    // First, so that the proxy ends before its upstream.
    _proxy: Process,
    pub(super) cluster: Cluster,
    pub(super) port: u16,
    pub(super) password: String,
    pub(super) directory: PathBuf,
}

impl Stage {
    /// Builds it, saying what takes time.
    pub(super) fn set(screen: &mut Screen, interrupt: &Interrupt) -> Result<Stage, DemoError> {
        screen.note("Starting a throwaway PostgreSQL …")?;
        let cluster = Cluster::start()?;
        interrupt.check()?;
        screen.note("Loading the shop …")?;
        cluster.createdb(DATABASE)?;
        cluster.psql(DATABASE, SHOP)?;
        cluster.psql(DATABASE, &reader_grants())?;
        interrupt.check()?;
        screen.note("Starting pgveil before it …")?;
        let directory = cluster.temp_dir().join("pgveil");
        let password = random_hex(8)?;
        let port = free_port().map_err(DemoError::io("looking for a free port"))?;
        write_config(&directory, &cluster, port, &password)?;
        let proxy = serve(&directory, port, interrupt)?;
        Ok(Stage {
            _proxy: proxy,
            cluster,
            port,
            password,
            directory,
        })
    }

    /// A client program, talking to the server itself.
    pub(super) fn direct(&self, program: &str, database: &str) -> Result<Command, DemoError> {
        let mut command = self.cluster.tool(program)?;
        command.env("PGDATABASE", database);
        Ok(command)
    }

    /// The same program, talking through pgveil: nothing but host, port and login differ.
    pub(super) fn through(&self, program: &str) -> Result<Command, DemoError> {
        let mut command = self.cluster.bare_tool(program)?;
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", CLIENT)
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", DATABASE);
        Ok(command)
    }

    /// The directory of the session log.
    pub(super) fn log_directory(&self) -> PathBuf {
        self.directory.join("sessions")
    }
}

/// `pg_read_all_data` would do from PostgreSQL 14 on; these words do on 13 as well.
fn reader_grants() -> String {
    let mut sql = format!("CREATE ROLE {READER} LOGIN;\n");
    for schema in ["shop", "hr", "support"] {
        sql += &format!(
            "GRANT USAGE ON SCHEMA {schema} TO {READER};\n\
             GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {READER};\n\
             GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {READER};\n"
        );
    }
    sql
}

fn write_config(directory: &Path, cluster: &Cluster, port: u16, password: &str) -> Result<(), DemoError> {
    std::fs::create_dir(directory).map_err(DemoError::io(directory.display().to_string()))?;
    let verifier = scram_sha_256(password.as_bytes());
    let config = format!(
        r#"[listen]
address = "127.0.0.1:{port}"

[upstream]
url = "postgres://{READER}@127.0.0.1:{upstream_port}/{DATABASE}?sslmode=disable"

[[user]]
name = "{CLIENT}"
verifier = "{verifier}"

[masking]
key_file = "pgveil.key"
rules = ["postgres.toml", "shop.toml"]

[log]
directory = "sessions"
"#,
        upstream_port = cluster.port(),
    );
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| DemoError::io("drawing a masking key")(error.into()))?;
    let files: [(&str, &[u8]); 4] = [
        ("pgveil.toml", config.as_bytes()),
        ("pgveil.key", &key),
        ("postgres.toml", SYSTEM_RULES.as_bytes()),
        ("shop.toml", SHOP_RULES.as_bytes()),
    ];
    for (name, content) in files {
        write_private(&directory.join(name), content)?;
    }
    Ok(())
}

/// Writes a file that nobody else may read.
fn write_private(path: &Path, content: &[u8]) -> Result<(), DemoError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(content))
        .map_err(DemoError::io(path.display().to_string()))
}

/// Starts this very program as `pgveil serve` and waits until it accepts.
fn serve(directory: &Path, port: u16, interrupt: &Interrupt) -> Result<Process, DemoError> {
    let program = std::env::current_exe().map_err(DemoError::io("finding the pgveil program"))?;
    let log_path = directory.join("serve.log");
    let log = File::create(&log_path).map_err(DemoError::io(log_path.display().to_string()))?;
    let errors = log.try_clone().map_err(DemoError::io(log_path.display().to_string()))?;
    let mut command = Command::new(program);
    command
        .args(["serve", "--config"])
        .arg(directory.join("pgveil.toml"))
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors);
    let mut proxy = Process::spawn(&mut command, "TERM")?;
    let deadline = Instant::now() + START_TIMEOUT;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if proxy.ended().is_some() || Instant::now() > deadline {
            let log = std::fs::read_to_string(&log_path).unwrap_or_default();
            return Err(DemoError::Proxy { log });
        }
        interrupt.wait(POLL)?;
    }
    Ok(proxy)
}

fn random_hex(bytes: usize) -> Result<String, DemoError> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|error| DemoError::io("drawing a password")(error.into()))?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
