//! `pgveil demo` comes to its end, checks what it shows, and leaves nothing behind.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::harness::Output;

/// A directory for temporary files that only this test uses, so that what is left there is the demo's.
fn empty_directory(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("pgveil-demo-{name}-{}", std::process::id()));
    std::fs::create_dir(&directory).expect("a directory");
    // The server's user must get through to its own directory below.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&directory, open).expect("a directory open to all");
    directory
}

fn demo(directory: &PathBuf) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    command.arg("demo").env("TMPDIR", directory).stdin(Stdio::null());
    command
}

#[test]
fn the_tour_comes_to_its_end() {
    let directory = empty_directory("tour");
    let output = Output::of(&mut demo(&directory));
    assert_eq!(output.code, Some(0), "{output:?}");
    for shown in [
        "through pgveil",
        "ERROR:",
        "restored without an error",
        "equal in every column",
        " signed in ",
    ] {
        assert!(output.stdout.contains(shown), "{shown} is missing: {output:?}");
    }
    assert!(!output.stdout.contains('\x1b'), "colours are for terminals");
    std::fs::remove_dir(&directory).expect("nothing to be left behind");
}

#[test]
fn interrupted_it_cleans_up() {
    let directory = empty_directory("interrupted");
    let mut child = demo(&directory)
        .arg("--keep")
        .stdout(Stdio::piped())
        .spawn()
        .expect("pgveil demo");
    let mut lines = BufReader::new(child.stdout.take().expect("its output"))
        .lines()
        .map_while(Result::ok);
    assert!(
        lines.any(|line| line.starts_with("Config, rules and session log")),
        "it stays"
    );
    let interrupt = Command::new("sh")
        .args(["-c", "kill -INT \"$0\"", &child.id().to_string()])
        .status();
    assert!(interrupt.is_ok_and(|status| status.success()));
    assert!(lines.any(|line| line.contains("are stopped")), "it says so");
    assert!(child.wait().is_ok_and(|status| status.success()));
    std::fs::remove_dir(&directory).expect("nothing to be left behind");
}
