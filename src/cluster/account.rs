//! Which operating system user the server runs as.

use std::os::unix::process::CommandExt;
use std::process::Command;

use super::ClusterError;

/// A user to become, from /etc/passwd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// The account that PostgreSQL's programs can run as although this process runs as root.
    pub(super) fn unprivileged() -> Result<Account, ClusterError> {
        let passwd = std::fs::read_to_string("/etc/passwd").map_err(ClusterError::io("reading /etc/passwd"))?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| find(&passwd, name))
            .ok_or(ClusterError::NoUnprivilegedUser)
    }

    /// Has the command run as this account.
    pub(super) fn apply(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}

/// The entry of this name, unless it is root by another name.
fn find(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Account { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_an_account_by_its_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgresql:x:7:7:::\npostgres:x:101:104:PostgreSQL:/var:/bin/sh\n";
        assert_eq!(find(passwd, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(find(passwd, "nobody"), None);
    }

    #[test]
    fn never_takes_root_or_a_broken_line() {
        assert_eq!(find("postgres:x:0:0:::", "postgres"), None);
        assert_eq!(find("postgres:x:one:0:::", "postgres"), None);
        assert_eq!(find("postgres", "postgres"), None);
    }
}
