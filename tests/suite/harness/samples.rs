//! Clusters that hold the sample databases, copied from a template that is made once for a build directory.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use pgveil::cluster::{Binaries, Cluster, ClusterOptions};

/// The role that the proxy logs in as: may read everything, and nothing else.
pub const READER: &str = "pgveil_reader";

/// A cluster with these databases of `tests/data` in it (`pagila`, `northwind`, `chinook`, `awkward`), and the demo's `shop`.
pub fn cluster_with(databases: &[&str]) -> Cluster {
    let options = ClusterOptions {
        template: Some(template(databases)),
        ..ClusterOptions::default()
    };
    Cluster::start_with(options).expect("a throwaway server")
}

/// Where the template of these databases is; made if it is not there yet.
fn template(databases: &[&str]) -> PathBuf {
    let sources: Vec<Vec<u8>> = databases.iter().map(|name| read(&source(name))).collect();
    let mut hasher = DefaultHasher::new();
    (databases, &sources, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
    Binaries::find().expect("PostgreSQL").server_dir().hash(&mut hasher);
    let name = format!("{}-{:016x}", databases.join("-"), hasher.finish());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clusters").join(name);
    if !path.is_dir() {
        make(databases, &sources, &path);
    }
    path
}

/// Several test processes may do this at once: the first to be ready wins, and the others find the same there.
fn make(databases: &[&str], sources: &[Vec<u8>], path: &Path) {
    let cluster = Cluster::start().expect("a throwaway server");
    load(&cluster, databases, sources);
    cluster.save_template(path).expect("a template");
}

/// As [`cluster_with`], by these programs and without a template.
pub fn cluster_of(binaries: Binaries, databases: &[&str]) -> Cluster {
    let options = ClusterOptions {
        binaries: Some(binaries),
        ..ClusterOptions::default()
    };
    let cluster = Cluster::start_with(options).expect("a throwaway server");
    let sources: Vec<Vec<u8>> = databases.iter().map(|name| read(&source(name))).collect();
    load(&cluster, databases, &sources);
    cluster
}

fn load(cluster: &Cluster, databases: &[&str], sources: &[Vec<u8>]) {
    cluster
        .psql("postgres", &format!("CREATE ROLE {READER} LOGIN"))
        .expect("the reader's role");
    for (database, source) in databases.iter().zip(sources) {
        cluster.createdb(database).expect("an empty database");
        let mut psql = cluster.tool("psql").expect("psql");
        psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", database]);
        pgveil::cluster::run_with_input(&mut psql, "psql", source).expect("the sample to load");
        cluster.psql(database, GRANTS).expect("the reader's rights");
        cluster.psql(database, REFRESH).expect("materialised views");
    }
}

/// `pg_read_all_data`, in words that PostgreSQL 13 knows too.
const GRANTS: &str = "
    DO $$
    DECLARE schema text;
    BEGIN
        FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO pgveil_reader', schema);
            EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO pgveil_reader', schema);
            EXECUTE format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO pgveil_reader', schema);
        END LOOP;
    END $$;";

/// Pagila comes with its materialised view unpopulated, which is then no relation to compare.
const REFRESH: &str = r"
    SELECT format('REFRESH MATERIALIZED VIEW %I.%I', schemaname, matviewname) FROM pg_matviews \gexec
    ANALYZE;";

fn source(database: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match database {
        "shop" => root.join("demo/shop.sql"),
        "awkward" => root.join("tests/data/awkward.sql"),
        _ if root.join(format!("tests/data/packs/{database}.sql")).exists() => {
            root.join(format!("tests/data/packs/{database}.sql"))
        }
        _ => root.join(format!("tests/data/{database}.sql.gz")),
    }
}

fn read(path: &Path) -> Vec<u8> {
    if path.extension().is_some_and(|extension| extension == "gz") {
        let output = Command::new("gzip").arg("-dc").arg(path).output().expect("gzip");
        assert!(
            output.status.success(),
            "gzip: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    } else {
        std::fs::read(path).expect("a sample")
    }
}
