//! Cleaning up after a process that can no longer do it itself.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::ClusterError;

/// Waits for its owner to say `end`, or for the end of standard input, which means that the owner has died; then
/// asks the process to end, insists after 10 seconds, and removes what a dead owner can no longer remove.
const SCRIPT: &str = r#"
read -r word
kill -s "$2" "$1" 2>/dev/null
tenths=0
while kill -0 "$1" 2>/dev/null; do
    sleep 0.1
    tenths=$((tenths + 1))
    [ "$tenths" -ne 100 ] || kill -s QUIT "$1" 2>/dev/null
    [ "$tenths" -lt 150 ] || kill -s KILL "$1" 2>/dev/null
done
[ "$word" = end ] || [ -z "$3" ] || rm -rf -- "$3"
"#;

/// A process that ends another one when this process does, whatever ends this one.
#[derive(Debug)]
pub(super) struct Watchdog {
    shell: Child,
}

impl Watchdog {
    /// Watches over a child process: `signal` (such as `TERM`) is what asks it to end.
    ///
    /// Drop the watchdog to end the child, and reap the child meanwhile: an unreaped child counts as alive.
    pub(super) fn over(pid: u32, signal: &str, directory: Option<&Path>) -> Result<Watchdog, ClusterError> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SCRIPT, "pgveil-watchdog", &pid.to_string(), signal])
            .arg(directory.unwrap_or(Path::new("")))
            .current_dir("/")
            // Its own process group: what ends the terminal's foreground group must leave the watchdog to work.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let shell = command.spawn().map_err(ClusterError::io("starting /bin/sh"))?;
        Ok(Watchdog { shell })
    }

    /// Tells the watchdog to end the process, without waiting for it.
    pub(super) fn release(&mut self) {
        if let Some(mut stdin) = self.shell.stdin.take() {
            // A watchdog that is gone already has nothing left to do.
            let _ = stdin.write_all(b"end\n");
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.release();
        let _ = self.shell.wait();
    }
}
