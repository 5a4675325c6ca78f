//! A server process that ends when its owner does.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use super::ClusterError;
use super::watchdog::Watchdog;

/// How long an orderly end may take before the process is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(10);

/// A server process in the background; asked to end on drop, and waited for. If this process is killed, a
/// watchdog ends the server all the same.
#[derive(Debug)]
pub struct Process {
    child: Child,
    watchdog: Watchdog,
}

impl Process {
    /// Starts the command. `signal`, such as `TERM`, is what asks it to end.
    pub fn spawn(command: &mut Command, signal: &str) -> Result<Process, ClusterError> {
        Process::spawn_in(command, signal, None)
    }

    /// As [`Process::spawn`], with a directory that the watchdog removes if this process dies.
    pub(super) fn spawn_in(
        command: &mut Command,
        signal: &str,
        directory: Option<&Path>,
    ) -> Result<Process, ClusterError> {
        let program = command.get_program().to_string_lossy().into_owned();
        // Its own process group: Ctrl-C is this process's to handle, which then ends the server in order.
        let mut child = command
            .process_group(0)
            .spawn()
            .map_err(ClusterError::io(format!("starting {program}")))?;
        match Watchdog::over(child.id(), signal, directory) {
            Ok(watchdog) => Ok(Process { child, watchdog }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends it by SIGKILL, as a crash would.
    pub fn kill(&mut self) {
        // The only error is that it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.watchdog.release();
        let deadline = Instant::now() + STOP_TIMEOUT;
        // The watchdog asks; reaping is the parent's part, and an unreaped process counts as alive.
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.child.kill();
            }
            std::thread::sleep(POLL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_when_let_go() {
        let process = Process::spawn(Command::new("sleep").arg("60"), "TERM").unwrap();
        let started = Instant::now();
        drop(process);
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn tells_how_it_ended() {
        let mut process = Process::spawn(Command::new("sleep").arg("60"), "TERM").unwrap();
        assert!(process.ended().is_none());
        process.kill();
        assert!(!process.ended().unwrap().success());
    }
}
