//! The session log as a reviewer has it before him: checked with and without pgveil, kept checkpoints, what is on disk when.

use std::path::Path;
use std::process::Command;

use crate::harness::{Output, Proxy, ProxyOptions, cluster_with};

const RULES: &str = "[[rule]]\ncolumns = [\"public.customer.email\"]\nmask = \"email\"\n";
const QUERY: &str = "SELECT email FROM customer ORDER BY customer_id LIMIT 1";

fn script(directory: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verify_session_log.py");
    Output::of(Command::new("python3").arg(script).arg(directory))
}

fn verify(directory: &Path, more: &[&str]) -> Output {
    Output::of(
        Command::new(env!("CARGO_BIN_EXE_pgveil"))
            .args(["log", "verify"])
            .arg(directory)
            .args(more),
    )
}

/// A proxy that has served something and ended well.
fn ended() -> (pgveil::cluster::Cluster, Proxy) {
    let cluster = cluster_with(&["pagila"]);
    let mut proxy = Proxy::start(&cluster, RULES);
    for _ in 0..3 {
        let output = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
        assert!(output.success().contains('@'));
    }
    proxy.end();
    (cluster, proxy)
}

#[test]
fn the_log_verifies_without_pgveil() {
    let (_cluster, proxy) = ended();
    let directory = proxy.log_directory();
    let log = proxy.log();
    let records = log.lines().count();
    let said = script(&directory).success().to_owned();
    assert_eq!(
        said.trim_end(),
        format!("{records} records; the first {records} are those that were signed")
    );
    assert!(verify(&directory, &[]).success().contains(&format!("{records} signed")));

    let write = |text: String| std::fs::write(directory.join("sessions.jsonl"), text).expect("the log");
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let changes = [
        log.replacen("email", "e-mail", 1),
        [&lines[..3], &lines[4..]].concat().concat(),
        lines[..records - 1].concat(),
        log.replacen("\"log_closed\"", "\"log_opened\"", 1),
    ];
    for changed in changes {
        write(changed);
        assert_eq!(script(&directory).code, Some(1));
        assert_eq!(verify(&directory, &[]).code, Some(1));
    }
    write(log.clone());
    let notes = directory.join("sessions.checkpoints");
    let text = std::fs::read_to_string(&notes).expect("checkpoints");
    std::fs::write(&notes, text.replacen(&format!("\n{records}\n"), "\n3\n", 1)).expect("checkpoints");
    assert_eq!(script(&directory).code, Some(1));
    assert_eq!(verify(&directory, &[]).code, Some(1));
}

#[test]
fn a_checkpoint_kept_elsewhere_is_a_witness() {
    let (_cluster, mut proxy) = ended();
    let directory = proxy.log_directory();
    let kept = proxy.directory.join("monday.checkpoint");
    std::fs::copy(directory.join("sessions.checkpoints"), &kept).expect("a copy");
    let key = std::fs::read_to_string(directory.join("sessions.vkey")).expect("the key");
    let kept = kept.to_str().expect("a path").to_owned();
    let check = || verify(&directory, &["--witness", &kept, "--key", key.trim_end()]);
    proxy.serve();
    assert!(check().success().contains("witness: the first"));
    proxy.kill();
    // Everything is put back to how it was when the log was begun.
    let log = proxy.log();
    let first = log.split_inclusive('\n').next().expect("a record");
    std::fs::write(directory.join("sessions.jsonl"), first).expect("the log");
    let notes = std::fs::read_to_string(directory.join("sessions.checkpoints")).expect("checkpoints");
    let two: String = notes.split_inclusive('\n').take(10).collect();
    std::fs::write(directory.join("sessions.checkpoints"), two).expect("checkpoints");
    assert_eq!(verify(&directory, &[]).code, Some(0), "by itself the rest is whole");
    let found = check();
    assert_eq!(found.code, Some(1));
    assert!(found.stderr.contains("the log was cut"), "{found:?}");
    // pgveil goes on from there in good faith, and the witness still tells.
    proxy.serve();
    let found = check();
    assert_eq!(found.code, Some(1), "{found:?}");
}

#[test]
fn the_log_is_signed_without_a_masking_key() {
    let cluster = cluster_with(&["pagila"]);
    let mut proxy = Proxy::start_with(&cluster, ProxyOptions::default());
    let output = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
    output.success();
    proxy.end();
    let key = proxy.log_directory().join("sessions.key");
    assert!(key.exists(), "one is made with the log");
    proxy.verify_log();
    // It goes on with the same one.
    proxy.serve();
    proxy.end();
    proxy.verify_log();
    std::fs::write(&key, [9; 32]).expect("another key");
    let refused = Output::of(&mut proxy.command());
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("signed with another key"), "{refused:?}");
}

#[test]
fn segments_are_read_as_one_log() {
    let cluster = cluster_with(&["pagila"]);
    let options = ProxyOptions {
        rules: RULES.to_owned(),
        log: "segment_mb = 1\nkeep_days = 7\ndurability = \"async\"".to_owned(),
        ..ProxyOptions::default()
    };
    let mut proxy = Proxy::start_with(&cluster, options);
    let text = cluster.temp_dir().join("many.sql");
    std::fs::write(&text, format!("{QUERY};\n").repeat(4000)).expect("a script");
    let directory = proxy.log_directory();
    let compressed = directory.join("sessions-000000000001.jsonl.gz");
    for _ in 0..20 {
        let output = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-f"]).arg(&text));
        output.success();
        if compressed.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    assert!(compressed.exists(), "no segment was sealed");
    proxy.verify_log();
    proxy.end();
    let show = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
        Output::of(command.args(["log", "show"]).arg(&directory).args(more)).success()
    };
    let records = show(&["--json"]);
    for (line, number) in records.lines().zip(1..) {
        assert!(line.starts_with(&format!("{{\"event.sequence\":{number},")), "{line}");
    }
    let count = records.lines().count();
    assert_eq!(show(&[]).lines().count(), count);
    assert!(
        script(&directory)
            .success()
            .starts_with(&format!("{count} records; the first {count} are"))
    );
    assert!(verify(&directory, &[]).success().contains(&format!("{count} records")));
    // Removed by hand is not removed in time.
    std::fs::remove_file(&compressed).expect("gone");
    assert_eq!(script(&directory).code, Some(1));
    let found = verify(&directory, &[]);
    assert_eq!(found.code, Some(1));
    assert!(found.stderr.contains("were removed by somebody else"), "{found:?}");
}
