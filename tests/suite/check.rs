//! What `pgveil check` sees of a real server besides the rules themselves.

use std::process::Command;

use serde_json::Value;

use crate::harness::{Output, Proxy, ProxyOptions, READER, cluster_with};

const SCHEMA: &str = "
    CREATE TABLE public.account (id int PRIMARY KEY, email text DEFAULT 'nobody.special@example.org', card text,
        CONSTRAINT no_tester CHECK (card <> '4111 1111 1111 1111'), note text DEFAULT 'new');
    CREATE TYPE public.owner AS ENUM ('team', 'mary.smith@example.org');
    CREATE VIEW public.boss AS SELECT id FROM public.account WHERE email = 'boss@example.org';
    CREATE FUNCTION public.is_boss(text) RETURNS boolean LANGUAGE sql AS $$ SELECT $1 = 'chief@example.org' $$;
    COMMENT ON COLUMN public.account.note IS 'ask jane.doe@example.org what it means';
    COMMENT ON TABLE public.account IS 'accounts';
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgveil_reader";
const RULES: &str = "[[rule]]\ncolumns = [\"public.account.email\"]\nmask = \"email\"\n
    [[keep]]\ncolumns = [\"public.account.id\"]\n";

fn check(proxy: &Proxy, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    command
        .args(["check", "--config"])
        .arg(proxy.directory.join("pgveil.toml"));
    Output::of(command.args(["--database", "accounts"]).args(more))
}

#[test]
fn definitions_and_roles_are_looked_at() {
    let cluster = cluster_with(&["pagila"]);
    cluster.createdb("accounts").expect("a database");
    cluster.psql("accounts", SCHEMA).expect("the schema");
    let proxy = Proxy::start(&cluster, RULES);
    let text = check(&proxy, &["--json"]).success();
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let of_kind = |kind: &str| {
        let findings = report["findings"].as_array().expect("findings").iter();
        let found = findings.filter(|finding| finding["kind"] == kind);
        let mut subjects: Vec<String> = found
            .map(|finding| finding["subject"].as_str().expect("a subject").to_owned())
            .collect();
        subjects.sort();
        subjects
    };
    let expected = [
        "a label of enum owner",
        "constraint no_tester of public.account",
        "the body of is_boss(text)",
        "the comment on column note of table account",
        "the default of public.account.email",
        "the definition of public.boss",
    ];
    assert_eq!(of_kind("definition"), expected);
    assert!(of_kind("role").is_empty(), "{text}");
    for value in ["nobody", "4111", "mary", "boss@", "chief", "jane"] {
        assert!(!text.contains(value), "{value} stands in {text}");
    }
    let coverage = &report["coverage"];
    assert_eq!(
        (
            &coverage["masked"],
            &coverage["kept"],
            &coverage["unlisted"],
            &coverage["percent"]
        ),
        (&1.into(), &1.into(), &2.into(), &50.into())
    );
    assert!(
        check(&proxy, &[])
            .success()
            .contains("coverage: 50 % (1 columns masked, 1 kept, 2 unlisted)")
    );
    assert_eq!(check(&proxy, &["--strict"]).code, Some(1));

    cluster
        .psql("accounts", &format!("GRANT INSERT ON public.account TO {READER}"))
        .expect("a right");
    assert!(check(&proxy, &[]).success().contains("may write to 1 tables"));
    let of_superuser = ProxyOptions {
        rules: RULES.to_owned(),
        role: pgveil::cluster::SUPERUSER.to_owned(),
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, of_superuser);
    assert!(check(&proxy, &[]).success().contains("is a superuser"));
}
