//! What depends on the version of the server.

use pgveil::cluster::Cluster;

/// The server's major version, for example 15.
pub fn server_version(cluster: &Cluster) -> u32 {
    let number = cluster.psql("postgres", "SHOW server_version_num").expect("a version");
    number.trim().parse::<u32>().expect("a number") / 10_000
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
