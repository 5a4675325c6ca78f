//! Throwaway servers start, answer, stop, come again, and leave nothing behind.

use pgveil::cluster::{Cluster, ClusterError, ClusterOptions, Shutdown};

use crate::harness::cluster_with;

#[test]
fn answers_and_is_gone_after_drop() {
    let cluster = Cluster::start().unwrap();
    let root = cluster.temp_dir().to_owned();
    let pid_file = std::fs::read_to_string(cluster.data_dir().join("postmaster.pid")).unwrap();
    let pid = pid_file.lines().next().unwrap().to_owned();
    cluster.createdb("shop").unwrap();
    let sql = "create table t (a int, b text); insert into t values (1, 'x|y'), (2, null);";
    cluster.psql("shop", sql).unwrap();
    assert_eq!(
        cluster.psql("shop", "select * from t order by a").unwrap(),
        "1|x|y\n2|\n"
    );
    let refused = cluster.psql("shop", "select nothing from nowhere").unwrap_err();
    assert!(
        matches!(&refused, ClusterError::Failed { stderr, .. } if stderr.contains("nowhere")),
        "{refused}"
    );
    drop(cluster);
    assert!(!root.exists());
    assert!(!std::path::Path::new("/proc").join(pid).exists());
}

#[test]
fn comes_again_after_a_crash() {
    let mut cluster = Cluster::start().unwrap();
    let port = cluster.port();
    cluster.psql("postgres", "create table t as select 1 as a").unwrap();
    cluster.shut_down(Shutdown::Crash);
    assert!(cluster.psql("postgres", "select 1").is_err());
    cluster.restart().unwrap();
    assert_eq!(cluster.port(), port);
    assert_eq!(cluster.psql("postgres", "select a from t").unwrap(), "1\n");
}

#[test]
fn a_template_is_copied() {
    let name = format!("template-{}", std::process::id());
    let template = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let cluster = Cluster::start().unwrap();
    cluster.psql("postgres", "create table t as select 7 as a").unwrap();
    cluster.save_template(&template).unwrap();
    let options = ClusterOptions {
        template: Some(template.clone()),
        ..ClusterOptions::default()
    };
    let copy = Cluster::start_with(options).unwrap();
    assert_eq!(copy.psql("postgres", "select a from t").unwrap(), "7\n");
    std::fs::remove_dir_all(template).unwrap();
}

#[test]
fn a_panic_stops_the_server() {
    let mut root = None;
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let cluster = Cluster::start().unwrap();
        root = Some(cluster.temp_dir().to_owned());
        panic!("as a failing test does");
    }));
    assert!(panicked.is_err());
    assert!(!root.unwrap().exists());
}

#[test]
fn every_sample_loads() {
    let cluster = cluster_with(&["pagila", "northwind", "chinook", "shop"]);
    for (database, table, rows) in [
        ("pagila", "payment", 16049),
        ("northwind", "order_details", 2155),
        ("chinook", "track", 3503),
        ("shop", "shop.customers", 200),
    ] {
        let count = cluster
            .psql(database, &format!("SELECT count(*) FROM {table}"))
            .unwrap();
        assert_eq!(count.trim(), rows.to_string(), "{database}.{table}");
    }
}
