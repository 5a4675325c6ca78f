//! Every function of the servers and of the extensions that pgveil knows has a class.
//!
//! `tests/data/functions.txt` lists the functions of pg_catalog of PostgreSQL 13 to 18. The ordinary run holds it against
//! the server that is installed; `PGVEIL_LONG=1` against all of them (`tests/servers.sh`, which says how it is made anew).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pgveil::cluster::{Cluster, ClusterOptions};
use pgveil::sql::functions::{self, Class};

use crate::harness::{programs, server_version};

/// The first and last version of the listing.
const VERSIONS: std::ops::RangeInclusive<u32> = 13..=18;
const LISTING: &str = include_str!("../data/functions.txt");

/// `name(argument types) kind+volatility [setof] result`.
const SIGNATURE: &str = "
    p.proname || '('
    || coalesce((SELECT string_agg(format_type(a, NULL), ', ' ORDER BY n) FROM unnest(p.proargtypes) WITH ORDINALITY t(a, n)), '')
    || ') ' || p.prokind::text || p.provolatile::text || CASE WHEN p.proretset THEN ' setof ' ELSE ' ' END
    || format_type(p.prorettype, NULL)";

fn builtin_functions(cluster: &Cluster) -> BTreeSet<String> {
    let sql = format!(
        "SELECT {SIGNATURE} FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.oid < 16384"
    );
    let rows = cluster.psql("postgres", &sql).expect("the functions");
    rows.lines().map(str::to_owned).collect()
}

/// Extension and name of every function of the known extensions that a query can call.
fn extension_functions(cluster: &Cluster) -> BTreeSet<(String, String)> {
    cluster.createdb("extensions").expect("an empty database");
    for extension in functions::extensions() {
        let available = format!("SELECT count(*) FROM pg_available_extensions WHERE name = '{extension}'");
        if cluster.psql("postgres", &available).expect("extensions").trim() == "1" {
            let create = format!("SET client_min_messages = error; CREATE EXTENSION \"{extension}\" CASCADE");
            // Some need libraries that this machine may not have.
            if let Err(error) = cluster.psql("extensions", &create) {
                println!("{extension}: {error}");
            }
        }
    }
    // Support for indexes and input of types cannot be called with values of one's own.
    let sql = "
        SELECT e.extname, p.proname
        FROM pg_proc p
        JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        JOIN pg_extension e ON e.oid = d.refobjid
        WHERE NOT p.proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[]
            AND p.prorettype NOT IN ('internal'::regtype, 'cstring'::regtype, 'trigger'::regtype)";
    let rows = cluster.psql("extensions", sql).expect("the functions");
    let known: BTreeSet<&str> = functions::extensions().collect();
    let pairs = rows.lines().filter_map(|row| row.split_once('|'));
    pairs
        .filter(|(extension, _)| known.contains(extension))
        .map(|(extension, name)| (extension.to_owned(), name.to_owned()))
        .collect()
}

/// The functions that the listing has of a version.
fn listed(version: u32) -> BTreeSet<String> {
    let of_version = LISTING.lines().filter_map(|line| {
        let (signature, versions) = line.rsplit_once(' ')?;
        versions
            .split(',')
            .any(|range| in_range(range, version))
            .then(|| signature.to_owned())
    });
    of_version.collect()
}

fn in_range(range: &str, version: u32) -> bool {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let bound = |text: &str| text.parse::<u32>().expect("a version");
    (bound(first)..=bound(last)).contains(&version)
}

#[test]
fn every_function_of_this_server_is_listed() {
    let cluster = Cluster::start().unwrap();
    let version = server_version(&cluster);
    assert!(VERSIONS.contains(&version), "version {version} has no listing");
    let (server, listed) = (builtin_functions(&cluster), listed(version));
    // A minor release may correct what is said of a function, seldom; then the listing is made anew.
    let missing: Vec<_> = server.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&server).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "not listed: {missing:#?}\nnot on the server: {gone:#?}"
    );
}

#[test]
fn every_function_of_a_known_extension_has_a_class() {
    let cluster = Cluster::start().unwrap();
    let found = extension_functions(&cluster);
    assert!(
        found.iter().any(|(extension, _)| extension == "citext"),
        "contrib is not installed"
    );
    let unlisted: Vec<_> = found
        .iter()
        .filter(|(extension, name)| !functions::is_listed_of(extension, name))
        .collect();
    assert!(unlisted.is_empty(), "{unlisted:#?}");
}

/// What operators, casts and aggregates of the server's own call is never asked for by name: it must compute.
#[test]
fn operators_casts_and_aggregates_only_compute() {
    let cluster = Cluster::start().unwrap();
    let sql = "
        SELECT 'operator ' || o.oprname, p.proname FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
        UNION SELECT 'cast to ' || format_type(c.casttarget, NULL), p.proname
            FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc
        UNION SELECT 'aggregate', p.proname FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid";
    let rows = cluster.psql("postgres", sql).unwrap();
    let mut seen = 0;
    for (what, name) in rows.lines().filter_map(|row| row.rsplit_once('|')) {
        seen += 1;
        // Of access lists, which are of the catalog.
        let of_catalog = name == "aclcontains";
        let computes = !matches!(functions::class(name), Class::Opaque | Class::System);
        assert!(computes || of_catalog, "{what} calls {name}");
    }
    assert!(seen > 500, "{rows}");
}

#[test]
fn listings_are_those_of_all_servers() {
    if std::env::var_os("PGVEIL_LONG").is_none() {
        return;
    }
    let directory = std::env::var_os("PGVEIL_SERVERS").expect("PGVEIL_SERVERS, made by tests/servers.sh");
    let mut by_signature: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut of_extensions = BTreeSet::new();
    for version in VERSIONS {
        let binaries = programs(Path::new(&directory), version, version);
        let options = ClusterOptions {
            binaries: Some(binaries),
            ..ClusterOptions::default()
        };
        let cluster = Cluster::start_with(options).expect("a throwaway server");
        assert_eq!(server_version(&cluster), version);
        for signature in builtin_functions(&cluster) {
            by_signature.entry(signature).or_default().push(version);
        }
        of_extensions.extend(extension_functions(&cluster));
    }
    // PostGIS is not among the extensions of those servers.
    of_extensions.extend(extension_functions(&Cluster::start().expect("a throwaway server")));
    let lines = by_signature
        .iter()
        .map(|(signature, versions)| format!("{signature} {}\n", ranges(versions)));
    let listing: String = lines.collect();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/functions.txt");
    if std::env::var_os("PGVEIL_WRITE").is_some() {
        std::fs::write(&path, &listing).expect("the listing");
    }
    assert!(
        std::fs::read_to_string(&path).expect("the listing") == listing,
        "{} is not as the servers are",
        path.display()
    );
    let installed: BTreeSet<&str> = of_extensions.iter().map(|(extension, _)| extension.as_str()).collect();
    for extension in installed {
        for name in functions::listed_of(extension) {
            let pair = (extension.to_owned(), name.to_owned());
            assert!(of_extensions.contains(&pair), "{extension} has no {name}");
        }
    }
    for (extension, name) in &of_extensions {
        assert!(functions::is_listed_of(extension, name), "{extension}: {name}");
    }
}

fn ranges(versions: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for version in versions {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *version => *last = *version,
            _ => ranges.push((*version, *version)),
        }
    }
    let written = ranges.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    written.collect::<Vec<_>>().join(",")
}
