//! Taking a dump: target, proxy, pg_dump, certificate, index; nothing is left of one that fails.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value, json};

use super::arguments::{Arguments, DumpFormat};
use super::certificate::{self, Signer};
use super::content::{Content, Hasher};
use super::follow::Follower;
use super::index::{Entry, Index};
use super::progress::{Progress, relay_errors};
use super::proxy::Proxy;
use super::target::{Unfinished, Written, allowed, dated};
use super::{DumpArgs, DumpError, say};
use crate::catalog::{ColumnId, RelationKind};
use crate::cli::interrupt::Interrupt;
use crate::cli::live::Live;
use crate::cluster::{self, Process};
use crate::journal::rfc_3339;
use crate::rules::{Filters, Treatments, has_personal_columns};

/// How often pg_dump is looked after.
const POLL: Duration = Duration::from_millis(50);
/// How long the last sessions may take to end after pg_dump.
const LAST_RECORDS: Duration = Duration::from_secs(10);
/// Where a server stands: what a dump holds is the database of one moment between two such places.
const POSITION: &str = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, \
                        pg_current_snapshot()";

/// Everything that is settled before anything is written.
struct Job {
    arguments: Arguments,
    /// None: standard output.
    target: Option<PathBuf>,
    certificate: Option<PathBuf>,
    live: Live,
    signer: Signer,
    coverage: Value,
    filters: Value,
    server_version: String,
    /// Before the dump.
    position: Option<Value>,
    pg_dump_version: String,
    login: String,
    started: SystemTime,
}

/// Where pg_dump writes.
enum Sink {
    Stdout,
    File(File),
    Directory(PathBuf),
}

impl Sink {
    fn directory(&self) -> Option<&Path> {
        match self {
            Sink::Directory(path) => Some(path),
            _ => None,
        }
    }

    /// The file, to see it grow.
    fn file(&self) -> std::io::Result<Option<File>> {
        match self {
            Sink::File(file) => file.try_clone().map(Some),
            _ => Ok(None),
        }
    }

    /// Has pg_dump write there. What goes to standard output goes by way of a thread that hashes it.
    fn connect(self, command: &mut Command) -> std::io::Result<Option<JoinHandle<std::io::Result<Content>>>> {
        match self {
            Sink::Stdout => {
                let (reader, writer) = std::io::pipe()?;
                command.stdout(writer);
                return Ok(Some(std::thread::spawn(move || copy_to_stdout(reader))));
            }
            Sink::File(file) => command.stdout(file),
            Sink::Directory(_) => command.stdout(Stdio::null()),
        };
        Ok(None)
    }
}

/// A dump that is there.
struct Taken {
    follower: Follower,
    content: Content,
    session_log: PathBuf,
}

/// Takes a dump and says where it is.
pub(super) fn take(args: &DumpArgs) -> Result<ExitCode, DumpError> {
    let interrupt = Interrupt::watch().map_err(|error| DumpError::Setup(error.to_string()))?;
    let job = Job::settle(args)?;
    interrupt.check()?;
    let Some(path) = job.target.clone() else {
        let taken = job.run(args, Sink::Stdout, &interrupt)?;
        if let Some(path) = &job.certificate {
            let text = job.certify(args, &taken);
            certificate::write(path, &text).map_err(|error| cannot(path, &error))?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let (mut unfinished, sink) = match job.arguments.format {
        DumpFormat::Directory => (Unfinished::directory(&path)?, Sink::Directory(path.clone())),
        _ => {
            let (unfinished, file) = Unfinished::file(&path)?;
            (unfinished, Sink::File(file))
        }
    };
    let database = &job.live.snapshot.database;
    let entry = Entry::new(unfinished.written().clone(), database, job.started, args.keep_days);
    // Before it holds anything, so that even what a killed pgveil leaves behind is swept.
    Index::set(unfinished.written(), Some(entry.clone()))?;
    match job.finish(args, &mut unfinished, sink, entry, &interrupt) {
        Ok(summary) => {
            unfinished.keep();
            summary.print(args.json);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            let written = unfinished.written().clone();
            drop(unfinished);
            Index::set(&written, None)?;
            Err(error)
        }
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> DumpError {
    DumpError::Failed(format!("{}: {error}", path.display()))
}

impl Job {
    fn settle(args: &DumpArgs) -> Result<Job, DumpError> {
        let arguments = Arguments::parse(&args.pg_dump_arguments).map_err(DumpError::Setup)?;
        let to_stdout = args.output.as_deref() == Some(Path::new("-"));
        if to_stdout && (args.json || arguments.format == DumpFormat::Directory) {
            let what = if args.json { "--json" } else { "the directory format" };
            let message = format!("with --output - the dump goes to standard output: {what} cannot, too");
            return Err(DumpError::Setup(message));
        }
        let named = args.output.as_ref().filter(|_| !to_stdout);
        let named = named.map(|path| allowed(path)).transpose()?;
        let setup = |problem: super::super::live::Problems| DumpError::Setup(problem.to_string());
        let live = Live::load(&args.config, args.database.as_deref()).map_err(setup)?;
        if live.config.masking.key_file.is_none() || live.rules.is_empty() {
            let message = "[masking] names no rules that mask anything, or no key: the dump would hold the originals";
            return Err(DumpError::Setup(message.to_owned()));
        }
        let resolved = live.resolve().map_err(setup)?;
        if let [first, ..] = resolved.filters.missing() {
            return Err(DumpError::Setup(format!(
                "{first}: the dump would hold more than it should"
            )));
        }
        let started = SystemTime::now();
        let target = match named {
            None if !to_stdout => Some(allowed(&dated(&live.snapshot.database, arguments.format, started))?),
            named => named,
        };
        let version = live.ask("SHOW server_version").map_err(setup)?;
        let beside = target.as_deref().map(certificate::path_of);
        Ok(Job {
            certificate: args.certificate.clone().or(beside),
            signer: Signer::of(&live.keys).map_err(DumpError::Setup)?,
            position: position(&live),
            coverage: coverage(&live, &resolved.treatments),
            filters: filters(&live, &resolved.filters),
            server_version: first_row(version).into_iter().flatten().next().unwrap_or_default(),
            pg_dump_version: pg_dump_version(&args.pg_dump)?,
            login: login(&live),
            arguments,
            target,
            live,
            started,
        })
    }

    /// Runs pg_dump, and hashes what it wrote.
    fn run(&self, args: &DumpArgs, sink: Sink, interrupt: &Interrupt) -> Result<Taken, DumpError> {
        let failed = DumpError::Failed;
        let proxy = Proxy::start(self.live.config.clone(), &self.login).map_err(failed)?;
        let mut follower = Follower::of(&proxy.log).map_err(|error| cannot(&proxy.log, &error))?;
        let mut command = Command::new(&args.pg_dump);
        proxy.direct(&mut command, &self.live.snapshot.database);
        let content = self.pg_dump(command, sink, &mut follower, interrupt)?;
        let deadline = Instant::now() + LAST_RECORDS;
        loop {
            follower.catch_up().map_err(|error| cannot(&proxy.log, &error))?;
            if !follower.has_open_sessions() {
                break;
            }
            if Instant::now() > deadline {
                return Err(failed("the sessions of pg_dump do not end".to_owned()));
            }
            std::thread::sleep(POLL);
        }
        // The proxy read config, rules and key once more.
        let ours = (self.live.rules.hash(), self.live.keys.key_id());
        if !follower.masked_by.iter().eq([&ours]) {
            let message = "rules or key were changed while the dump began: run it again";
            return Err(failed(message.to_owned()));
        }
        Ok(Taken {
            follower,
            content,
            session_log: proxy.end(),
        })
    }

    fn pg_dump(
        &self,
        mut command: Command,
        sink: Sink,
        follower: &mut Follower,
        interrupt: &Interrupt,
    ) -> Result<Content, DumpError> {
        let io = |error: std::io::Error| DumpError::Failed(format!("running pg_dump: {error}"));
        let (errors, stderr) = std::io::pipe().map_err(io)?;
        command.args(self.arguments.command_line(sink.directory()));
        command.stdin(Stdio::null()).stderr(stderr);
        let written = sink.file().map_err(io)?;
        let copier = sink.connect(&mut command).map_err(io)?;
        let process = Process::spawn(&mut command, "TERM");
        // With it go this process's ends of the pipes, so that they end when pg_dump does.
        drop(command);
        let relay = relay_errors(errors);
        let mut process = process.map_err(|error| DumpError::Failed(error.to_string()))?;
        let mut progress = Progress::new(self.tables());
        let status = loop {
            if let Some(status) = process.ended() {
                break status;
            }
            follower.catch_up().map_err(io)?;
            let so_far = written.as_ref().and_then(|file| Some(file.metadata().ok()?.len()));
            progress.draw(follower, so_far);
            interrupt.wait(POLL)?;
        };
        progress.clear();
        // Threads that only pass on what pg_dump said.
        let _ = relay.join();
        let copied = copier.map(joined).transpose();
        if !status.success() {
            return Err(DumpError::Failed(format!(
                "pg_dump failed ({status}); nothing of the dump is left"
            )));
        }
        Ok(copied
            .map_err(|error| DumpError::Failed(format!("standard output: {error}")))?
            .unwrap_or_else(empty))
    }

    /// About how many tables there are to dump.
    fn tables(&self) -> usize {
        let relations = self.live.snapshot.relations.values();
        relations
            .filter(|relation| relation.kind == RelationKind::Table && has_personal_columns(relation))
            .count()
    }

    /// Runs it into the target, certifies it, and remembers until when it may be there.
    fn finish(
        &self,
        args: &DumpArgs,
        unfinished: &mut Unfinished,
        sink: Sink,
        entry: Entry,
        interrupt: &Interrupt,
    ) -> Result<Summary, DumpError> {
        let mut taken = self.run(args, sink, interrupt)?;
        taken.content = unfinished.complete()?;
        let text = self.certify(args, &taken);
        let path = self.certificate.clone().unwrap_or_default();
        let file = certificate::write(&path, &text).map_err(|error| cannot(&path, &error))?;
        let metadata = file.metadata().map_err(|error| cannot(&path, &error))?;
        let certificate = Unfinished::of(Written::new(&path, &metadata));
        let entry = Entry {
            dump: unfinished.written().clone(),
            certificate: Some(certificate.written().clone()),
            bytes: taken.content.bytes,
            ..entry
        };
        Index::set(unfinished.written(), Some(entry.clone())).map_err(|error| DumpError::Failed(error.to_string()))?;
        certificate.keep();
        Ok(Summary {
            entry,
            certificate: path,
            taken,
            masked: self.coverage["masked"].clone(),
            public_key: self.signer.public_key(),
        })
    }

    /// The text of the certificate.
    fn certify(&self, args: &DumpArgs, taken: &Taken) -> String {
        let name = self.target.as_deref().and_then(Path::file_name);
        let rows = match taken.follower.rows.is_empty() {
            true => Value::Null,
            false => json!(taken.follower.rows),
        };
        let fields = json!({
            "pgveil": env!("CARGO_PKG_VERSION"),
            "file": name.map(|name| name.to_string_lossy()),
            "sha256": taken.content.sha256,
            "bytes": taken.content.bytes,
            "database": self.live.snapshot.database,
            "server_version": self.server_version,
            "server_position": {"before": self.position, "after": position(&self.live)},
            "upstream_role": taken.follower.upstream_role,
            "pg_dump": {
                "version": self.pg_dump_version,
                "arguments": self.arguments.normal,
            },
            "rule_set": self.live.rules.hash(),
            "key_id": self.live.keys.key_id(),
            "coverage": self.coverage,
            "filters": self.filters,
            "rows": rows,
            "keep_days": self.target.as_ref().map(|_| args.keep_days),
            "session_log": taken.session_log,
            "started": rfc_3339(self.started),
            "ended": rfc_3339(SystemTime::now()),
        });
        match fields {
            Value::Object(fields) => self.signer.sign(fields),
            _ => self.signer.sign(Map::new()),
        }
    }
}

/// What is said of a dump that is there.
struct Summary {
    entry: Entry,
    certificate: PathBuf,
    taken: Taken,
    masked: Value,
    public_key: String,
}

impl Summary {
    fn print(&self, json: bool) {
        let Summary { entry, taken, .. } = self;
        if json {
            let value = json!({
                "dump": entry.dump.path,
                "certificate": self.certificate,
                "database": entry.database,
                "bytes": taken.content.bytes,
                "sha256": taken.content.sha256,
                "columns_masked": self.masked,
                "rows": taken.follower.rows,
                "keep_until": entry.until(),
                "public_key": self.public_key,
                "session_log": taken.session_log,
            });
            say(&format!("{value}"));
            return;
        }
        say(&format!(
            "{}: {} bytes, {} tables, {} rows; {} columns of the database are masked",
            entry.dump.path.display(),
            taken.content.bytes,
            taken.follower.rows.len(),
            taken.follower.rows.values().sum::<u64>(),
            self.masked,
        ));
        say(&format!(
            "{}: signed by {}",
            self.certificate.display(),
            self.public_key
        ));
        say(&format!("{}: the session log", taken.session_log.display()));
        say(&format!(
            "to be gone by {}: `pgveil dump --sweep` removes it then",
            entry.until()
        ));
    }
}

/// Passes the dump on, and hashes it.
fn copy_to_stdout(mut reader: std::io::PipeReader) -> std::io::Result<Content> {
    let mut stdout = std::io::stdout().lock();
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 64 << 10]);
    loop {
        match reader.read(&mut buffer)? {
            0 => {
                stdout.flush()?;
                return Ok(hasher.finish());
            }
            length => {
                stdout.write_all(&buffer[..length])?;
                hasher.update(&buffer[..length]);
            }
        }
    }
}

fn joined(thread: JoinHandle<std::io::Result<Content>>) -> std::io::Result<Content> {
    thread
        .join()
        .unwrap_or_else(|_| Err(std::io::Error::other("the copying thread ended")))
}

fn empty() -> Content {
    Hasher::default().finish()
}

fn first_row(rows: Vec<crate::upstream::Row>) -> Vec<Option<String>> {
    let row = rows.into_iter().next().unwrap_or_default();
    row.into_iter()
        .map(|field| field.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        .collect()
}

/// None where the server keeps it to itself.
fn position(live: &Live) -> Option<Value> {
    let row = live.ask(POSITION).ok().map(first_row)?;
    let [wal, snapshot] = <[_; 2]>::try_from(row).ok()?;
    Some(json!({"wal": wal, "snapshot": snapshot}))
}

/// What is done with the columns of the database: how many are masked, which and by what; kept by a rule; named by none.
fn coverage(live: &Live, treatments: &Treatments) -> Value {
    let (mut columns, mut kept, mut unlisted) = (Map::new(), 0, 0);
    let relations = live.snapshot.relations.values();
    for relation in relations.filter(|relation| has_personal_columns(relation)) {
        for column in &relation.columns {
            let id = ColumnId {
                relation: relation.oid,
                attribute: column.number,
            };
            match treatments.column(id) {
                Some(found) => {
                    let how = json!({"mask": found.mask_name, "rule": found.rule});
                    columns.insert(live.snapshot.column_name(id), how);
                }
                None if treatments.is_kept(id) => kept += 1,
                None => unlisted += 1,
            }
        }
    }
    json!({"masked": columns.len(), "kept": kept, "unlisted": unlisted, "columns": columns})
}

/// Which filters there are. Not their conditions: these may hold what the dump does not.
fn filters(live: &Live, filters: &Filters) -> Value {
    let found = filters.found().iter().filter_map(|filter| {
        let relation = live.snapshot.relations.get(&filter.relation)?;
        let table = format!("{}.{}", relation.schema, relation.name);
        Some(json!({"table": table, "kind": filter.kind, "rule": filter.place.short()}))
    });
    found.collect()
}

fn pg_dump_version(program: &Path) -> Result<String, DumpError> {
    let output = cluster::run(Command::new(program).arg("--version"), "pg_dump");
    let output = output
        .map_err(|error| DumpError::Setup(format!("{error}; --pg-dump names the program where it is not in PATH")))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Who the session log says it was. Where the URL names no role, it is also the role, as for libpq.
fn login(live: &Live) -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let role = match live.names_role() {
        true => None,
        false => variable("PGUSER"),
    };
    role.or_else(|| variable("USER"))
        .or_else(|| variable("LOGNAME"))
        .unwrap_or_else(|| "pgveil_dump".to_owned())
}
