//! What depends on the version of the server.

use std::path::Path;

use pgveil::cluster::{Binaries, Cluster};

use super::Output;

/// The server's major version, for example 15.
pub fn server_version(cluster: &Cluster) -> u32 {
    let number = cluster.psql("postgres", "SHOW server_version_num").expect("a version");
    number.trim().parse::<u32>().expect("a number") / 10_000
}

/// The major version of a client program, for example of `pg_dump`.
pub fn client_version(cluster: &Cluster, program: &str) -> u32 {
    let said = Output::of(cluster.tool(program).expect("a client program").arg("--version")).success();
    let number = said
        .split("(PostgreSQL) ")
        .nth(1)
        .and_then(|rest| rest.split('.').next());
    number.and_then(|number| number.parse().ok()).expect("a version")
}

/// The server of one version and the clients of another, where `tests/servers.sh` has put them; what is missing there is
/// taken from what is installed.
pub fn programs(directory: &Path, server: u32, client: u32) -> Binaries {
    let of = |version: u32, kind: &str| directory.join(version.to_string()).join(kind).join("bin");
    let installed = Binaries::find().expect("PostgreSQL").server_dir().to_owned();
    Binaries::among(vec![of(server, "native"), of(client, "client"), installed]).expect("a server")
}

/// A text as it is for servers of this version. A line `-- from 16` begins what only 16 and newer have, `-- up to 13` what
/// only servers up to 13 have, `-- from any` what all have again.
pub fn for_version(text: &str, version: u32) -> String {
    let mut is_wanted = true;
    let mut kept = String::new();
    for line in text.lines() {
        let number = |bound: &str| bound.parse::<u32>().expect("a major version");
        if let Some(first) = line.strip_prefix("-- from ") {
            is_wanted = first == "any" || version >= number(first);
        } else if let Some(last) = line.strip_prefix("-- up to ") {
            is_wanted = version <= number(last);
        } else if is_wanted {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}
