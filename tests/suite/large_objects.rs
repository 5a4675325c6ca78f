//! Large objects have no columns, so no rule can name what is in them: `[policy] large_objects` decides.

use pgveil::cluster::Cluster;

use crate::harness::{Output, Proxy, ProxyOptions, cluster_with};

const RULES: &str = "[[rule]]\ncolumns = [\"public.person.name\"]\nmask = \"full_name\"\n";
const SECRET: &str = "kq7-secret-of-a-large-object";

fn stage(policy: &str) -> (Proxy, Cluster) {
    let cluster = cluster_with(&[]);
    cluster.createdb("letters").expect("a database");
    let sql = format!(
        "CREATE TABLE person (id int PRIMARY KEY, name text, letter oid);
         INSERT INTO person VALUES (1, 'Ada Example', lo_from_bytea(90001, '{SECRET}'));
         GRANT SELECT ON person TO PUBLIC; GRANT SELECT ON LARGE OBJECT 90001 TO PUBLIC;"
    );
    cluster.psql("letters", &sql).expect("the schema");
    let options = ProxyOptions {
        rules: RULES.into(),
        policy: policy.into(),
        ..ProxyOptions::default()
    };
    (Proxy::start_with(&cluster, options), cluster)
}

fn dump(proxy: &Proxy, cluster: &Cluster) -> Output {
    Output::of(proxy.tool(cluster, "pg_dump", "letters").arg("--blobs"))
}

fn restored(cluster: &Cluster, dump: &str) -> String {
    cluster.createdb("restored").expect("a database");
    let file = cluster.temp_dir().join("letters.sql");
    std::fs::write(&file, dump).expect("the dump");
    let mut psql = cluster.tool("psql").expect("psql");
    psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", "restored", "-f"])
        .arg(&file);
    Output::of(&mut psql).success();
    cluster
        .psql(
            "restored",
            "SELECT oid || ':' || encode(lo_get(oid), 'escape') FROM pg_largeobject_metadata",
        )
        .expect("a row")
}

#[test]
fn refused_by_default() {
    let (proxy, cluster) = stage("");
    let output = dump(&proxy, &cluster);
    assert_ne!(output.code, Some(0));
    assert!(
        output.stderr.contains("large_object") && output.stderr.contains("\"empty\""),
        "{output:?}"
    );
    assert!(!output.stdout.contains(SECRET));
    proxy.verify_log();
}

#[test]
fn empty_keeps_the_objects_and_drops_what_is_in_them() {
    let (proxy, cluster) = stage("large_objects = \"empty\"");
    let text = dump(&proxy, &cluster).success();
    assert!(!text.contains(SECRET) && !text.contains("Ada Example"));
    assert_eq!(restored(&cluster, &text).trim(), "90001:");
    let direct = "SELECT lo_get(90001)";
    let output = Output::of(proxy.tool(&cluster, "psql", "letters").args(["-X", "-c", direct]));
    assert!(output.stderr.contains("large_object"), "{output:?}");
}

#[test]
fn pass_shows_them() {
    let (proxy, cluster) = stage("large_objects = \"pass\"");
    let text = dump(&proxy, &cluster).success();
    assert_eq!(restored(&cluster, &text).trim(), format!("90001:{SECRET}"));
}
