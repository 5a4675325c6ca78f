//! `[policy] settings`: settings of the operator's own, which clients may set.

use crate::harness::{Output, Proxy, ProxyOptions, cluster_with};

const RULES: &str = "[[rule]]\ncolumns = [\"public.person.name\"]\nmask = \"full_name\"\n";

/// The lines that psql prints for these commands, one session for all that starts with these options; then the errors.
fn said(policy: &str, options: &str, commands: &[&str]) -> String {
    let cluster = cluster_with(&[]);
    cluster.createdb("shop").expect("a database");
    let sql = "CREATE TABLE person (id int PRIMARY KEY, name text, tenant text);
         INSERT INTO person VALUES (1, 'Ada Example', 'a'), (2, 'Bob Example', 'b');
         CREATE VIEW mine AS SELECT id FROM person WHERE tenant = current_setting('app.tenant', true);
         GRANT SELECT ON person, mine TO PUBLIC;";
    cluster.psql("shop", sql).expect("the schema");
    let proxy_options = ProxyOptions {
        rules: RULES.into(),
        policy: policy.into(),
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, proxy_options);
    let mut psql = proxy.tool(&cluster, "psql", "shop");
    psql.args(["-XAtq"]).env("PGOPTIONS", options);
    for command in commands {
        psql.args(["-c", command]);
    }
    let output = Output::of(&mut psql);
    proxy.verify_log();
    format!("{}{}", output.stdout, output.stderr)
}

#[test]
fn those_that_are_named_pass() {
    let commands = [
        "SHOW app.tenant",
        "SET app.tenant = 'a'",
        "SHOW app.tenant",
        "SELECT id FROM mine",
        "SELECT set_config('app.tenant', 'b', false), current_setting('APP.tenant')",
        "SELECT id FROM mine",
        "BEGIN",
        "SET LOCAL app.tenant TO c",
        "SELECT id, current_setting('app.tenant') FROM person WHERE tenant = 'b'",
        "COMMIT",
        "SELECT id FROM mine",
        "RESET app.tenant",
        "SELECT id FROM mine",
    ];
    assert_eq!(
        said("settings = [\"app.*\"]", "-c App.tenant=b", &commands),
        "b\na\n1\nb|b\n2\n2|c\n2\n2\n"
    );
}

#[test]
fn no_others_do() {
    // Each like one that passes, but for its constants.
    let commands = [
        "SELECT set_config('app.tenant', 'a', false)",
        "SELECT set_config('role', 'postgres', false)",
        "SELECT set_config('other.tenant', 'a', false)",
        "SET other.tenant = 'a'",
        "SET auto_explain.log_level = 'notice'",
        "SELECT set_config('app.tenant', name, false) FROM person",
        "SELECT CASE WHEN name > 'B' THEN set_config('app.tenant', 'hit', false) END FROM person",
        "SELECT CASE WHEN name = 'Ada Example' THEN set_config('app.tenant', 'hit', false) END FROM person",
        "SELECT coalesce(nullif(name, 'Ada Example'), set_config('app.tenant', 'hit', false)) FROM person",
        "SHOW app.tenant",
    ];
    let said = said("settings = [\"app.*\"]", "", &commands);
    assert_eq!(said.matches("ERROR").count(), commands.len() - 2, "{said}");
    assert!(said.starts_with("a\na\n"), "{said}");
    assert!(!said.contains("hit\n"), "{said}");
}

#[test]
fn without_the_key_none_do() {
    let commands = ["SET app.tenant = 'a'", "SELECT set_config('app.tenant', 'a', false)"];
    let refused = said("", "", &commands);
    assert_eq!(refused.matches("name it in [policy] settings").count(), 2, "{refused}");
    assert!(said("", "-c app.tenant=a", &["SHOW app.tenant"]).contains("not on the list"));
}
