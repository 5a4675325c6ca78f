//! Schemas, rows and filters drawn at random. `PGVEIL_SEED` replays; `PGVEIL_LONG=1` draws many more.

use std::fmt::Write as _;

use super::Filtered;
use super::model::Filters;
use crate::harness::{Random, cluster_with, is_long, seed};

/// Tables with keys of one and of two columns among each other, in cycles too, and rows that refer at random.
fn schema(random: &mut Random) -> (String, usize) {
    let tables = 2 + random.below(6);
    let rows = 1 + random.below(40);
    let mut sql = "CREATE SCHEMA r;\n".to_owned();
    let mut keys = String::new();
    // Columns that refer, each with the table that it refers to and whether by two columns.
    let mut columns: Vec<Vec<(usize, bool)>> = Vec::new();
    for table in 0..tables {
        let partitioned = random.chance(20);
        let heads = random.below(4);
        let referring: Vec<(usize, bool)> = (0..heads)
            .map(|_| {
                // Mostly to tables before, so that not all is one cycle.
                let to = match random.chance(70) {
                    true => random.below(table + 1),
                    false => random.below(tables),
                };
                (to, random.chance(30))
            })
            .collect();
        let mut definition = "id int, g int NOT NULL".to_owned();
        for (number, (to, is_double)) in referring.iter().enumerate() {
            let type_name = random.pick(&["int", "bigint"]);
            let _ = write!(definition, ", f{number} {type_name}, h{number} int");
            let key = match is_double {
                true => format!("(f{number}, h{number}) REFERENCES r.t{to} (id, g)"),
                false => format!("(f{number}) REFERENCES r.t{to} (id)"),
            };
            let _ = writeln!(
                keys,
                "ALTER TABLE r.t{table} ADD FOREIGN KEY {key} DEFERRABLE INITIALLY DEFERRED;"
            );
        }
        let unique = "PRIMARY KEY (id), UNIQUE (id, g)";
        match partitioned {
            true => {
                let _ = writeln!(
                    sql,
                    "CREATE TABLE r.t{table} ({definition}, {unique}) PARTITION BY RANGE (id);"
                );
                let _ = writeln!(
                    sql,
                    "CREATE TABLE r.t{table}_low PARTITION OF r.t{table} FOR VALUES FROM (MINVALUE) TO (10);"
                );
                let _ = writeln!(sql, "CREATE TABLE r.t{table}_high PARTITION OF r.t{table} DEFAULT;");
            }
            false => {
                let _ = writeln!(sql, "CREATE TABLE r.t{table} ({definition}, {unique});");
            }
        }
        columns.push(referring);
    }
    sql.push_str("BEGIN;\n");
    for (table, referring) in columns.iter().enumerate() {
        for id in 0..rows {
            let mut values = format!("{id}, {}", id % 3);
            for _ in referring {
                let to = random.below(rows);
                let shown = |value: usize, random: &mut Random| match random.chance(25) {
                    true => "NULL".to_owned(),
                    false => value.to_string(),
                };
                let _ = write!(values, ", {}, {}", shown(to, random), shown(to % 3, random));
            }
            let _ = writeln!(sql, "INSERT INTO r.t{table} VALUES ({values});");
        }
    }
    sql.push_str("COMMIT;\n");
    sql.push_str(&keys);
    sql.push_str(
        "GRANT USAGE ON SCHEMA r TO pgveil_reader; GRANT SELECT ON ALL TABLES IN SCHEMA r TO pgveil_reader;\n",
    );
    (sql, tables)
}

fn filters(random: &mut Random, tables: usize) -> Filters {
    let condition = |random: &mut Random| {
        let by = 2 + random.below(6);
        match random.below(4) {
            0 => format!("id % {by} = {}", random.below(by)),
            1 => format!("id % {by} <> {}", random.below(by)),
            2 => format!("g <> {}", random.below(3)),
            _ => format!("id < {}", random.below(30)),
        }
    };
    let mut filters = Filters::default();
    for table in 0..tables {
        if random.chance(25) {
            let condition = (!random.chance(15)).then(|| condition(random));
            filters.tables.push((format!("r.t{table}"), condition));
        }
    }
    if random.chance(60) || filters.tables.is_empty() {
        filters.subset = Some((format!("r.t{}", random.below(tables)), condition(random)));
    }
    filters
}

#[test]
fn what_is_kept_is_what_should_be() {
    let seed = seed();
    println!("PGVEIL_SEED={seed}");
    let mut random = Random::new(seed);
    let mut filtered = Filtered::before(cluster_with(&[]), "[[table]]\nname = 'r.t0'\nskip = true\n");
    let runs = if is_long() { 400 } else { 12 };
    for run in 0..runs {
        let database = format!("random_{run}");
        filtered.cluster.createdb(&database).expect("a database");
        let (schema, tables) = schema(&mut random);
        filtered.cluster.psql(&database, &schema).expect("the schema");
        for _ in 0..3 {
            let filters = filters(&mut random, tables);
            std::fs::write(filtered.proxy.directory.join("rules.toml"), filters.rules()).expect("the rules");
            filtered.proxy.kill();
            filtered.proxy.serve();
            filtered.check(&database, &filters, &[&["--format=custom"]]);
        }
        filtered
            .cluster
            .psql("postgres", &format!("DROP DATABASE {database} WITH (FORCE)"))
            .expect("no database");
    }
}
