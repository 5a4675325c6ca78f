//! `pgveil dump`: what it writes restores, holds no original, is certified, and is gone when it must be.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::Output;
use crate::pagila::Stage;

/// Exit codes of docs/dump.md.
const DONE: Option<i32> = Some(0);
const FAILED: Option<i32> = Some(1);
const NOT_BEGUN: Option<i32> = Some(2);
const NOT_THERE: Option<i32> = Some(3);
const NOT_THE_SAME: Option<i32> = Some(4);

/// Pagila and its config, with an index of dumps and a place for them of its own.
struct Dumps {
    stage: Stage,
    place: PathBuf,
}

impl Dumps {
    fn set() -> Dumps {
        let stage = Stage::set();
        let place = stage.cluster.temp_dir().join("dumps");
        std::fs::create_dir(&place).expect("a place for dumps");
        Dumps { stage, place }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
        command
            .arg("dump")
            .args(args)
            .env("XDG_STATE_HOME", self.place.join("state"))
            .env("TMPDIR", &self.place)
            .env("USER", "ada");
        command
    }

    /// A dump of Pagila; `pg_dump` are arguments for it.
    fn take(&self, args: &[&str], pg_dump: &[&str]) -> Output {
        let program = self.stage.cluster.binaries().path("pg_dump").expect("pg_dump");
        let mut command = self.command(args);
        command.args(["--database", "pagila", "--config"]);
        command.arg(self.stage.proxy.directory.join("pgveil.toml"));
        if !args.contains(&"--pg-dump") {
            command.arg("--pg-dump").arg(program);
        }
        Output::of(command.arg("--").args(pg_dump))
    }

    /// As above, into a file of this name.
    fn take_to(&self, name: &str, pg_dump: &[&str]) -> PathBuf {
        let path = self.place.join(name);
        self.take(&["--output", &path.display().to_string()], pg_dump).success();
        path
    }

    fn verify(&self, dump: &Path, more: &[&str]) -> Output {
        Output::of(self.command(&["--verify", &dump.display().to_string()]).args(more))
    }

    fn list(&self) -> Value {
        let listed = Output::of(&mut self.command(&["--list", "--json"])).success();
        serde_json::from_str(&listed).expect("JSON")
    }

    /// The index as it would be `days` later.
    fn days_pass(&self, days: u64) {
        let path = self.place.join("state/pgveil/dumps.jsonl");
        let aged = std::fs::read_to_string(&path).expect("the index");
        let aged = aged.lines().map(|line| {
            let mut entry: Value = serde_json::from_str(line).expect("an entry");
            entry["due"] = (entry["due"].as_u64().expect("a time") - days * 24 * 60 * 60).into();
            format!("{entry}\n")
        });
        std::fs::write(&path, aged.collect::<String>()).expect("the index");
    }
}

fn certificate_of(dump: &Path) -> PathBuf {
    PathBuf::from(format!("{}.certificate.json", dump.display()))
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

fn restores_masked(dumps: &Dumps, dump: &Path) {
    let Stage { cluster, .. } = &dumps.stage;
    dumps.stage.restore(dump, "restored");
    let emails = "SELECT email FROM customer UNION ALL SELECT email FROM staff";
    let [original, copy] = ["pagila", "restored"].map(|database| cluster.psql(database, emails).expect("e-mails"));
    assert_eq!(original.lines().count(), copy.lines().count());
    assert!(original.lines().count() > 500, "{original}");
    let found = copy
        .lines()
        .find(|email| original.lines().any(|original| original == *email));
    assert_eq!(found, None);
    let sessions = dumps.stage.proxy.log_directory().join("dumps");
    let session = std::fs::read_dir(sessions)
        .expect("session logs")
        .next()
        .expect("one")
        .expect("one")
        .path();
    let log = std::fs::read_to_string(session.join("sessions.jsonl")).expect("the session log");
    assert!(
        log.contains("\"user.name\":\"ada\"") && log.contains("public.customer"),
        "{log}"
    );
    let mut verify = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    Output::of(verify.args(["log", "verify"]).arg(session)).success();
}

/// With no target named: a dated file in the temporary directory.
#[test]
fn plain_is_private_masked_and_certified() {
    let dumps = Dumps::set();
    let said = dumps.take(&["--json"], &[]).success();
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let dump = PathBuf::from(said["dump"].as_str().expect("a path"));
    assert_eq!(
        dump.parent(),
        Some(dumps.place.canonicalize().expect("a place").as_path())
    );
    assert!(dump.display().to_string().contains("pgveil-pagila-20"), "{said}");
    assert_eq!((mode(&dump), mode(&certificate_of(&dump))), (0o600, 0o600));
    assert_eq!(said["rows"]["public.customer"], 599, "{said}");
    let text = std::fs::read_to_string(&dump).expect("the dump");
    let emails = dumps
        .stage
        .cluster
        .psql("pagila", "SELECT email FROM customer")
        .expect("e-mails");
    assert!(emails.lines().all(|email| !text.contains(email)));
    restores_masked(&dumps, &dump);

    let certificate = std::fs::read(certificate_of(&dump)).expect("the certificate");
    let certificate: Value = serde_json::from_slice(&certificate).expect("JSON");
    assert_eq!(
        certificate["coverage"]["columns"]["public.customer.email"]["mask"],
        "email"
    );
    assert_eq!(certificate["rows"]["public.customer"], 599);
    assert_eq!(certificate["database"], "pagila");
    assert!(
        certificate["server_position"]["before"]["wal"]
            .as_str()
            .is_some_and(|place| place.contains('/'))
    );
}

#[test]
fn custom_format() {
    let dumps = Dumps::set();
    let dump = dumps.take_to("dump", &["-Fc"]);
    dumps.verify(&dump, &[]).success();
    restores_masked(&dumps, &dump);
}

#[test]
fn directory_format_by_two_jobs() {
    let dumps = Dumps::set();
    let dump = dumps.take_to("dump", &["-Fd", "-j2"]);
    assert_eq!((mode(&dump), mode(&dump.join("toc.dat"))), (0o700, 0o600));
    dumps.verify(&dump, &[]).success();
    restores_masked(&dumps, &dump);
    dumps.days_pass(3);
    Output::of(&mut dumps.command(&["--sweep"])).success();
    assert!(!dump.exists() && !certificate_of(&dump).exists());
}

#[test]
fn tar_format() {
    let dumps = Dumps::set();
    let dump = dumps.take_to("dump.tar", &["-Ft"]);
    assert_eq!(mode(&dump), 0o600);
    dumps.verify(&dump, &[]).success();
    let list = |database: &str| {
        dumps
            .stage
            .cluster
            .psql(database, "SELECT count(*) FROM customer")
            .expect("a count")
    };
    dumps.stage.cluster.createdb("of_tar").expect("an empty database");
    let mut pg_restore = dumps.stage.cluster.tool("pg_restore").expect("pg_restore");
    pg_restore.args(["--exit-on-error", "--format=tar", "-d", "of_tar"]);
    Output::of(pg_restore.arg(&dump)).success();
    assert_eq!(list("of_tar"), list("pagila"));
}

/// A pg_dump that has written all of it and does not come to its end, told to stop in three ways.
#[test]
fn an_interrupted_dump_leaves_nothing() {
    let dumps = Dumps::set();
    let real = dumps.stage.cluster.binaries().path("pg_dump").expect("pg_dump");
    let slow = dumps.place.join("slow");
    let script = format!(
        "#!/bin/sh\ncase $1 in --version) exec {0} --version;; esac\n{0} \"$@\" || exit\nexec sleep 60\n",
        real.display()
    );
    std::fs::write(&slow, script).expect("it");
    std::fs::set_permissions(&slow, std::fs::Permissions::from_mode(0o700)).expect("it");
    for (signal, code, format) in [("INT", 130, "-Fp"), ("TERM", 143, "-Fd"), ("HUP", 129, "-Fc")] {
        let path = dumps.place.join(format!("stopped-by-{signal}"));
        let mut command = dumps.command(&["--database", "pagila", "--config"]);
        command
            .arg(dumps.stage.proxy.directory.join("pgveil.toml"))
            .args([
                "--pg-dump".as_ref(),
                slow.as_os_str(),
                "--output".as_ref(),
                path.as_os_str(),
            ])
            .args(["--", format])
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("pgveil dump");
        let is_written = || {
            let file = if path.is_dir() {
                path.join("toc.dat")
            } else {
                path.clone()
            };
            std::fs::metadata(file).is_ok_and(|found| found.len() > 0)
        };
        let deadline = Instant::now() + Duration::from_secs(120);
        while !is_written() {
            assert!(Instant::now() < deadline, "{signal}: nothing is written");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(
            dumps.list().as_array().map(Vec::len),
            Some(1),
            "it is remembered while it is written"
        );
        let told = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status();
        assert!(told.expect("kill").success());
        let output = child.wait_with_output().expect("its end");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{signal}: {errors}");
        assert!(errors.contains("interrupted"), "{errors}");
        assert!(!path.exists() && !certificate_of(&path).exists(), "{signal}");
        assert_eq!(dumps.list(), Value::Array(vec![]));
    }
}

/// On a terminal, and nowhere else.
#[test]
fn progress_is_for_terminals() {
    let dumps = Dumps::set();
    let config = dumps.stage.proxy.directory.join("pgveil.toml");
    let pg_dump = dumps.stage.cluster.binaries().path("pg_dump").expect("pg_dump");
    let target = dumps.place.join("dump").display().to_string();
    let quiet = dumps.take(&["--output", &target], &[]);
    for text in [&quiet.stdout, &quiet.stderr] {
        assert!(!text.contains(['\r', '\u{1b}', '░', '█']), "{text:?}");
    }
    let line = format!(
        "{} dump --database pagila --config {} --pg-dump {} --output {target}.shown",
        env!("CARGO_BIN_EXE_pgveil"),
        config.display(),
        pg_dump.display()
    );
    // script(1) gives its command a terminal of its own, and passes on its exit code.
    let mut script = Command::new("script");
    script
        .args(["-qec", &line, "/dev/null"])
        .env("XDG_STATE_HOME", dumps.place.join("state"))
        .env("USER", "ada");
    let shown = Output::of(script.env("COLUMNS", "100").stdin(Stdio::null())).success();
    assert!(shown.contains(" tables, ") && shown.contains("░"), "{shown:?}");
    let (_, last) = shown.rsplit_once("\r\u{1b}[K").expect("the line is drawn");
    assert!(!last.contains('░'), "the line is taken away: {last:?}");
}

#[test]
fn standard_output() {
    let dumps = Dumps::set();
    let certificate = dumps.place.join("certificate");
    let certificate = certificate.to_str().expect("a path");
    let text = dumps
        .take(&["-o", "-", "--certificate", certificate], &["--inserts"])
        .success();
    let dump = dumps.place.join("dump");
    std::fs::write(&dump, &text).expect("the dump");
    dumps.verify(&dump, &["--certificate", certificate]).success();
    restores_masked(&dumps, &dump);
    let certificate: Value = serde_json::from_slice(&std::fs::read(certificate).expect("it")).expect("JSON");
    assert_eq!(certificate["rows"]["public.customer"], 599);
    assert_eq!(dumps.list(), Value::Array(vec![]));
}

/// Neither directly, nor through a link, nor in a worktree, whose `.git` is a file.
#[test]
fn no_git_work_tree() {
    let dumps = Dumps::set();
    let tree = dumps.place.join("tree");
    std::fs::create_dir_all(tree.join("deep")).expect("a tree");
    std::fs::write(tree.join(".git"), "gitdir: elsewhere").expect("a work tree");
    std::os::unix::fs::symlink(tree.join("deep"), dumps.place.join("link")).expect("a link");
    for inside in ["tree/dump", "tree/deep/dump", "link/dump"] {
        let path = dumps.place.join(inside).display().to_string();
        let output = dumps.take(&["--output", &path], &[]);
        assert_eq!(output.code, NOT_THERE, "{output:?}");
        assert!(
            output
                .stderr
                .contains(&tree.canonicalize().expect("it").display().to_string()),
            "{output:?}"
        );
    }
    assert_eq!(std::fs::read_dir(tree.join("deep")).expect("it").count(), 0);
}

#[test]
fn nothing_is_overwritten() {
    let dumps = Dumps::set();
    let path = dumps.place.join("precious");
    std::fs::write(&path, "precious").expect("a file");
    let output = dumps.take(&["--output", &path.display().to_string()], &[]);
    assert_eq!(output.code, NOT_THERE, "{output:?}");
    assert_eq!(std::fs::read(&path).expect("it"), b"precious");
}

/// A pg_dump that writes half of it and then fails, and one that the server refuses.
#[test]
fn a_failed_dump_leaves_nothing() {
    let dumps = Dumps::set();
    let fake = dumps.place.join("fake");
    std::fs::write(
        &fake,
        "#!/bin/sh\necho half\ncase $1 in --version) exit 0;; *) exit 9;; esac\n",
    )
    .expect("it");
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o700)).expect("it");
    let path = dumps.place.join("dump");
    let target = path.display().to_string();
    let output = dumps.take(&["--output", &target, "--pg-dump", &fake.display().to_string()], &[]);
    assert_eq!(output.code, FAILED, "{output:?}");
    for format in ["-Fp", "-Fd"] {
        let output = dumps.take(&["--output", &target], &[format, "--table=no_such_table"]);
        assert_eq!(output.code, FAILED, "{output:?}");
        assert!(output.stderr.contains("no matching tables"), "{output:?}");
        assert!(!path.exists() && !certificate_of(&path).exists());
    }
    assert_eq!(dumps.list(), Value::Array(vec![]));
}

#[test]
fn nothing_leads_pg_dump_elsewhere() {
    let dumps = Dumps::set();
    for args in [
        ["-h", "127.0.0.1"],
        ["--dbname", "x"],
        ["-f", "x"],
        ["--hos", "x"],
        ["--verbose", "host=x"],
    ] {
        let output = dumps.take(&[], &args);
        assert_eq!(output.code, NOT_BEGUN, "{output:?}");
    }
    let output = dumps.take(&["--json", "--output", "-"], &[]);
    assert_eq!(output.code, NOT_BEGUN, "{output:?}");
    let output = dumps.take(&["--pg-dump", "/nonexistent/pg_dump"], &[]);
    assert_eq!(output.code, NOT_BEGUN, "{output:?}");
    assert_eq!(dumps.take(&["--keep-days", "31"], &[]).code, NOT_BEGUN);
}

#[test]
fn verify_sees_a_changed_byte() {
    let dumps = Dumps::set();
    let dump = dumps.take_to("dump", &["--schema-only"]);
    let mut key = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    let key = key
        .args(["key", "--public"])
        .arg(dumps.stage.proxy.directory.join("pgveil.key"));
    let key = Output::of(key).success();
    let key = key.trim();
    let said = dumps.verify(&dump, &["--public-key", key]).success();
    assert!(said.contains("database pagila") && said.contains(key), "{said}");
    let other = format!("{}{}", &key[1..], &key[..1]);
    assert_eq!(dumps.verify(&dump, &["--public-key", &other]).code, NOT_THE_SAME);
    assert_eq!(dumps.verify(&dump, &["--public-key", "short"]).code, NOT_BEGUN);

    for path in [dump.clone(), certificate_of(&dump)] {
        let whole = std::fs::read(&path).expect("it");
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        std::fs::write(&path, changed).expect("it");
        let output = dumps.verify(&dump, &[]);
        assert_eq!(output.code, NOT_THE_SAME, "{output:?}");
        std::fs::write(&path, whole).expect("it");
    }
    assert_eq!(dumps.verify(&dump, &[]).code, DONE);
    std::fs::remove_file(certificate_of(&dump)).expect("it");
    assert_eq!(dumps.verify(&dump, &[]).code, NOT_BEGUN);
}

#[test]
fn what_is_due_is_swept() {
    let dumps = Dumps::set();
    let [due, moved] = ["due", "moved"].map(|name| dumps.take_to(name, &["--schema-only"]));
    let kept = dumps.place.join("kept");
    let longer = ["--output", &kept.display().to_string(), "--keep-days", "30"];
    dumps.take(&longer, &["--schema-only"]).success();
    let listed = dumps.list();
    assert_eq!(listed.as_array().map(Vec::len), Some(3), "{listed}");
    assert_eq!(listed[0]["state"], "there");
    let said = Output::of(&mut dumps.command(&["--sweep"])).success();
    assert!(said.contains("nothing is due; 3 dumps are kept"), "{said}");

    // Another file is in the place of one of them now.
    std::fs::rename(&moved, dumps.place.join("elsewhere")).expect("it");
    std::os::unix::fs::symlink(dumps.place.join("elsewhere"), &moved).expect("it");
    dumps.days_pass(3);
    let said = Output::of(&mut dumps.command(&["--sweep"])).success();
    assert!(said.contains("removed") && said.contains("left alone"), "{said}");
    assert!(!due.exists() && !certificate_of(&due).exists());
    assert!(kept.exists() && moved.exists());
    assert_eq!(dumps.list().as_array().map(Vec::len), Some(1));
}
