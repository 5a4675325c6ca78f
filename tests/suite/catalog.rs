//! The catalog of a real server, read by a role without privileges.

use std::time::Instant;

use pgveil::catalog::{ColumnId, RelationKind, Snapshot, TypeKind};
use pgveil::cluster::Cluster;
use pgveil::upstream::{Upstream, UpstreamTarget, connect, fingerprint, load_snapshot};

const SCHEMA: &str = r#"
    create role reader login;
    create schema app; revoke all on schema app from public; revoke all on schema public from public;
    create extension citext schema public;
    create extension pg_stat_statements schema public;
    create domain app.email as varchar(60) check (value ~ '@');
    create type app.mood as enum ('good', 'bad');
    create type app.pair as (a int, b app.email);
    create type app.span as range (subtype = float8);
    create table app.customer (
        id int primary key, dropped int, email app.email not null, nick citext, tags text[], credit numeric(10,2),
        "Quoted Name" text,
        shout text generated always as (upper(email || "Quoted Name")) stored,
        constraint credit_positive check (credit > 0 and id > 0));
    alter table app.customer drop column dropped;
    create unique index on app.customer (lower(email), id) include (credit) where nick is not null;
    create table app.rental (
        id int, day date, customer_id int references app.customer, primary key (id, day)) partition by range (day);
    create table app.rental_old partition of app.rental for values from ('2000-01-01') to ('2020-01-01');
    create table app.expressed (a int, b int, c int) partition by range (a, (b + 1));
    create table app.vip (level int) inherits (app.customer);
    create view app.emails as select email as e, c.* from app.customer c;
    create materialized view app.cached as select id from app.emails;
    create sequence app.counter;
    create function app.find(needle text, out id int, out "E mail" text) returns setof record
        language sql as 'select 1, $1';
    create function app.spread(a int, int default 2, variadic rest int[] default '{}') returns int language sql strict
        set search_path = app, pg_temp as 'select $1 + $2';
    create function app.total(a int, variadic b int[] default '{}') returns int language plpgsql as 'begin return 1; end';
    create procedure app.tidy(inout a int) language plpgsql as 'begin end';
    create function app.same(app.mood, text) returns bool language sql as 'select true';
    create operator app.=== (function = app.same, leftarg = app.mood, rightarg = text);
    create function app.mood_text(app.mood) returns text language sql as $$ select 'x' $$;
    create cast (app.mood as text) with function app.mood_text(app.mood);
    create function app.checked(text) returns bool language sql as 'select true';
    create domain app.guarded as text check (app.checked(value));
    create rule noted as on insert to app.expressed do also notify expressed;
    create table public.customer (other text);
"#;

/// What only servers from this version on can do.
const SINCE: &[(u32, &str)] = &[
    (
        140_000,
        "create function app.atomic(a int) returns int language sql return a + 1",
    ),
    (
        180_000,
        "create table app.computed (a int, b int generated always as (a + 1) virtual)",
    ),
];

struct Read {
    cluster: Cluster,
    upstream: Upstream,
    snapshot: Snapshot,
}

async fn read() -> Read {
    let cluster = Cluster::start().unwrap();
    cluster.createdb("shop").unwrap();
    cluster.psql("shop", SCHEMA).unwrap();
    let version = cluster.psql("shop", "show server_version_num").unwrap();
    for (since, sql) in SINCE {
        if version.trim().parse::<u32>().unwrap() >= *since {
            cluster.psql("shop", sql).unwrap();
        }
    }
    let url = format!("postgres://reader@127.0.0.1:{}/shop", cluster.port());
    let mut upstream = connect(&UpstreamTarget::parse(&url).unwrap(), &[]).await.unwrap();
    let snapshot = load_snapshot(&mut upstream).await.unwrap();
    let started = Instant::now();
    assert_eq!(load_snapshot(&mut upstream).await.unwrap(), snapshot);
    println!("loaded in {:?}", started.elapsed());
    Read {
        cluster,
        upstream,
        snapshot,
    }
}

#[tokio::test]
async fn every_field_is_filled() {
    let Read { snapshot, .. } = read().await;
    assert!(snapshot.server_version >= 130_000);
    assert_eq!(snapshot.database, "shop");
    assert!(
        ["app", "public", "pg_catalog", "information_schema"]
            .iter()
            .all(|&name| snapshot.schemas.contains(name))
    );
    assert_eq!(snapshot.candidates(None, "customer").len(), 2);
    let relation = |name: &str| snapshot.candidates(Some("app"), name)[0];
    let customer = relation("customer");
    let numbers: Vec<i16> = customer.columns.iter().map(|column| column.number).collect();
    assert_eq!(numbers, [1, 3, 4, 5, 6, 7, 8]);
    let email = customer.column_named("email").unwrap();
    assert!(email.not_null);
    assert_eq!(snapshot.base_type(email.type_oid, email.type_modifier), (1043, 64));
    assert_eq!(
        snapshot.types[&customer.column_named("tags").unwrap().type_oid].kind,
        TypeKind::Array(25)
    );
    assert_eq!(customer.column_named("shout").unwrap().generated_from, Some(vec![3, 7]));
    assert_eq!(customer.column_named("email").unwrap().generated_from, None);
    assert_eq!(customer.checks, [("credit_positive".to_owned(), vec![1, 6])]);
    assert!(customer.unique_keys.contains(&vec![1]));
    // The expression and the condition name email and nick; credit is only included.
    assert!(
        customer
            .unique_keys
            .iter()
            .any(|key| key.contains(&3) && key.contains(&1) && !key.contains(&6))
    );
    assert_eq!(
        snapshot.types[&customer.row_type].kind,
        TypeKind::Composite(customer.oid)
    );

    if snapshot.server_version >= 180_000 {
        let computed = relation("computed").column_named("b").unwrap();
        assert_eq!(computed.generated_from, Some(vec![1]));
    }
    let (rental, old) = (relation("rental"), relation("rental_old"));
    assert_eq!(
        (rental.kind, old.kind),
        (RelationKind::PartitionedTable, RelationKind::Table)
    );
    assert_eq!(rental.partition_key, [2]);
    assert_eq!(relation("expressed").partition_key, [1, 2]);
    assert_eq!(
        (&old.parents, &relation("vip").parents),
        (&vec![rental.oid], &vec![customer.oid])
    );
    let key = snapshot
        .foreign_keys
        .iter()
        .find(|key| key.from[0].relation == rental.oid)
        .unwrap();
    assert_eq!(
        key.from,
        [ColumnId {
            relation: rental.oid,
            attribute: 3
        }]
    );
    assert_eq!(
        key.to,
        [ColumnId {
            relation: customer.oid,
            attribute: 1
        }]
    );
    assert!(relation("expressed").has_dml_rules && !customer.has_dml_rules && !relation("emails").has_dml_rules);

    assert_eq!(customer.extension, None);
    let statements = snapshot.candidates(Some("public"), "pg_stat_statements")[0];
    assert_eq!(statements.extension.as_deref(), Some("pg_stat_statements"));
    assert!(statements.is_system() && !statements.is_in_system_schema());

    assert_eq!(relation("emails").kind, RelationKind::View);
    let definition = relation("emails").definition.as_deref().unwrap();
    assert!(definition.contains("FROM app.customer c"), "{definition}");
    assert!(relation("cached").definition.as_deref().unwrap().contains("app.emails"));
    assert_eq!(relation("counter").kind, RelationKind::Sequence);
    assert_eq!(relation("pair").kind, RelationKind::CompositeType);
    let system = snapshot.candidates(Some("pg_catalog"), "pg_stats")[0];
    assert!(system.definition.is_none() && system.column_named("most_common_vals").is_some());
    assert!(!snapshot.candidates(Some("information_schema"), "columns").is_empty());
}

#[tokio::test]
async fn functions_operators_and_types_of_users_are_known() {
    let Read { snapshot, .. } = read().await;
    let function = |name: &str| &snapshot.functions[name][0];
    let find = function("find");
    assert_eq!(
        (find.language.as_str(), find.returns_set, find.result_type),
        ("sql", true, 2249)
    );
    assert_eq!(
        (&find.argument_types, &find.output_names),
        (&vec![25], &vec!["id".to_owned(), "E mail".to_owned()])
    );
    let body = find.body.as_ref().unwrap();
    assert_eq!(
        (body.text.as_str(), body.is_standard, body.is_strict),
        ("select 1, $1", false, false)
    );
    assert_eq!(
        (&body.parameter_names, &body.output_types),
        (&vec!["needle".to_owned()], &vec![23, 25])
    );
    let spread = function("spread").body.as_ref().unwrap();
    assert_eq!(spread.parameter_names, ["a", "", "rest"]);
    assert_eq!(spread.defaults, ["2", "'{}'::integer[]"]);
    assert!(spread.is_variadic && spread.is_strict);
    assert_eq!(spread.settings, ["search_path=app, pg_temp"]);
    if snapshot.server_version >= 140_000 {
        let atomic = function("atomic").body.as_ref().unwrap();
        assert!(atomic.is_standard && atomic.text == "RETURN (a + 1)", "{atomic:?}");
    }
    assert_eq!(
        (function("total").body.as_ref(), &function("total").argument_types),
        (None, &vec![23, 1007])
    );
    assert_eq!(function("tidy").output_names, ["a"]);
    assert_eq!(function("citextin").extension.as_deref(), Some("citext"));
    assert_eq!(function("find").extension, None);
    assert!(snapshot.builtin_functions.contains("pg_sleep") && !snapshot.functions.contains_key("pg_sleep"));
    assert!(!snapshot.builtin_functions.contains("find"));
    assert_eq!(snapshot.user_operators["==="], ["same"]);

    let type_oid = |name: &str| snapshot.types_by_name[name][0];
    assert_eq!(snapshot.types[&type_oid("mood")].kind, TypeKind::Enum);
    assert_eq!(snapshot.types[&type_oid("span")].kind, TypeKind::Range(701));
    assert_eq!(
        snapshot.types[&type_oid("_mood")].kind,
        TypeKind::Array(type_oid("mood"))
    );
    assert_eq!(snapshot.types[&type_oid("int4range")].kind, TypeKind::Range(23));
    assert_eq!(snapshot.types[&type_oid("int2vector")].kind, TypeKind::Base);
    assert_eq!(snapshot.types[&type_oid("record")].kind, TypeKind::Pseudo);
    let with_code = |name: &str| snapshot.types_with_user_code.contains(&type_oid(name));
    assert!(with_code("mood") && with_code("_mood") && with_code("guarded"));
    for name in ["text", "citext", "email", "span", "pair", "int4"] {
        assert!(!with_code(name), "{name}");
    }
}

#[tokio::test]
async fn the_fingerprint_changes_with_every_change_and_only_then() {
    let Read {
        cluster,
        mut upstream,
        snapshot,
    } = read().await;
    let mut before = fingerprint(&mut upstream).await.unwrap();
    assert_eq!(fingerprint(&mut upstream).await.unwrap(), before);
    let harmless = "insert into public.customer values ('x'); analyze; vacuum; vacuum freeze public.customer;";
    cluster.psql("shop", harmless).unwrap();
    assert_eq!(fingerprint(&mut upstream).await.unwrap(), before);
    for sql in [
        "alter table public.customer rename column other to another",
        "alter table public.customer add column more text",
        "alter table public.customer drop column more",
        "alter table public.customer rename to client",
        "alter schema app rename to application",
        "create or replace view application.emails as select 'x'::application.email as e, c.* from application.customer c",
        "create or replace function application.checked(text) returns bool language sql as 'select false'",
        "create table public.child () inherits (public.client)",
        "alter table public.child no inherit public.client",
        "create operator public.<-> (function = application.same, leftarg = application.mood, rightarg = text)",
        "drop operator public.<-> (application.mood, text)",
        "create type public.t as enum ('a')",
        "create unique index on public.client (another)",
        "drop cast (application.mood as text)",
        "create collation public.loose from \"C\"",
    ] {
        cluster.psql("shop", sql).unwrap();
        let after = fingerprint(&mut upstream).await.unwrap();
        assert_ne!(after, before, "{sql}");
        before = after;
    }
    let changed = load_snapshot(&mut upstream).await.unwrap();
    assert_ne!(changed, snapshot);
    assert_eq!(
        changed.candidates(Some("public"), "client")[0].columns[0].name,
        "another"
    );
}
