//! Row filters and subsets in dumps: what is kept is what an independent computation keeps, and restores.

mod databases;
mod model;
mod one_moment;
mod only_dumps;
mod random;
mod reports;
mod shapes;

use std::path::PathBuf;

use pgveil::cluster::{Cluster, run};

use crate::harness::Proxy;
use model::{Database, Filters};

/// Every way in which pg_dump writes rows.
const FORMATS: [&[&str]; 6] = [
    &["--format=plain"],
    &["--format=custom"],
    &["--format=directory", "--jobs=4"],
    &["--format=tar"],
    &["--inserts"],
    &["--column-inserts", "--rows-per-insert=50"],
];

/// The names of [`FORMATS`], for messages and copies.
fn name(format: &[&str]) -> String {
    format.join("_").replace(['-', '='], "")
}

/// A server and a proxy with filters before it.
struct Filtered {
    // First, so that it ends before its upstream.
    proxy: Proxy,
    cluster: Cluster,
}

impl Filtered {
    fn before(cluster: Cluster, rules: &str) -> Filtered {
        let proxy = Proxy::start(&cluster, rules);
        Filtered { proxy, cluster }
    }

    /// A dump through the proxy.
    fn dump(&self, database: &str, args: &[&str]) -> PathBuf {
        let path = self.cluster.temp_dir().join(format!("{database}-{}", name(args)));
        let mut pg_dump = self.proxy.tool(&self.cluster, "pg_dump", database);
        run(pg_dump.args(args).arg("--file").arg(&path), "pg_dump").expect("pg_dump through pgveil");
        path
    }

    /// Restores a dump, every error fatal, into a new database of this name.
    fn restore(&self, dump: &PathBuf, args: &[&str], copy: &str) {
        self.cluster.createdb(copy).expect("an empty database");
        let is_archive = args
            .iter()
            .any(|arg| arg.starts_with("--format=") && !arg.ends_with("plain"));
        let program = if is_archive { "pg_restore" } else { "psql" };
        let mut command = self.cluster.tool(program).expect(program);
        match is_archive {
            true => command.args(["--exit-on-error", "-d", copy]),
            false => command.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", copy, "-f"]),
        };
        run(command.arg(dump), program).unwrap_or_else(|error| panic!("{args:?}: {error}"));
    }

    /// Dumps and restores in each of these formats, and compares with what the filters should keep. Gives how many rows
    /// were kept, and of how many.
    fn check(&self, database: &str, filters: &Filters, formats: &[&[&str]]) -> (usize, usize) {
        let original = Database::read(&self.cluster, database);
        let wanted = original.kept(&self.cluster, filters);
        for format in formats {
            let dump = self.dump(database, format);
            let copy = format!("{database}_{}", name(format));
            self.restore(&dump, format, &copy);
            match dump.is_dir() {
                true => std::fs::remove_dir_all(&dump),
                false => std::fs::remove_file(&dump),
            }
            .expect("no dump");
            let found = Database::read(&self.cluster, &copy).rows();
            for (table, rows) in &wanted {
                let found = &found[table];
                let differing = rows.iter().zip(found).find(|(one, other)| one != other);
                assert!(
                    rows == found,
                    "{table} by {format:?}: {} rows wanted, {} found, first {differing:?}\n{filters:?}",
                    rows.len(),
                    found.len()
                );
            }
            assert_eq!(found.len(), wanted.len());
            self.check_keys(database, &copy);
            self.cluster
                .psql("postgres", &format!("DROP DATABASE \"{copy}\""))
                .expect("no copy");
        }
        (
            wanted.values().map(Vec::len).sum(),
            original.rows().values().map(Vec::len).sum(),
        )
    }

    /// All foreign keys came along, and those that were valid are.
    fn check_keys(&self, database: &str, copy: &str) {
        let sql = "SELECT conrelid::regclass::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint \
                   WHERE contype = 'f' ORDER BY 1, 2";
        let [original, copy] = [database, copy].map(|database| self.cluster.psql(database, sql).expect("foreign keys"));
        assert_eq!(original, copy);
    }
}
