//! Northwind and Chinook: dumped through pgveil and restored, with every kind of personal column that they have.

use std::collections::HashSet;

use pgveil::cluster::run;

use crate::equivalence::tables_agree;
use crate::harness::{Proxy, cluster_with};

const NORTHWIND: &str = r#"
[[rule]]
columns = ["public.employees.first_name"]
mask = "first_name"
[[rule]]
columns = ["public.employees.last_name"]
mask = "last_name"
[[rule]]
columns = ["public.employees.birth_date"]
mask = { kind = "date_shift", days = 400 }
[[rule]]
columns = ["public.employees.address", "public.customers.address", "public.orders.ship_address"]
mask = "address_line"
[[rule]]
columns = ["public.employees.home_phone", "public.customers.phone", "public.customers.fax"]
mask = "phone"
[[rule]]
columns = ["public.employees.notes"]
mask = "free_text"
[[rule]]
columns = ["public.employees.photo"]
mask = "redact"
[[rule]]
columns = ["public.customers.contact_name", "public.orders.ship_name"]
mask = "full_name"
[[rule]]
columns = ["public.customers.company_name"]
mask = "company"
"#;

const CHINOOK: &str = r#"
[[rule]]
columns = ["public.customer.first_name", "public.employee.first_name"]
mask = "first_name"
[[rule]]
columns = ["public.customer.last_name", "public.employee.last_name"]
mask = "last_name"
[[rule]]
columns = ["public.customer.email", "public.employee.email"]
mask = "email"
[[rule]]
columns = ["public.customer.phone", "public.customer.fax", "public.employee.phone"]
mask = "phone"
[[rule]]
columns = ["public.customer.address", "public.employee.address", "public.invoice.billing_address"]
mask = "address_line"
[[rule]]
columns = ["public.employee.birth_date"]
mask = { kind = "date_shift", days = 400 }
"#;

/// Dumps in two formats, restores each, and looks for originals in the columns where a mask draws from no list.
fn check(database: &str, rules: &str, columns: &[(&str, &str)]) {
    let cluster = cluster_with(&[database]);
    let proxy = Proxy::start(&cluster, rules);
    for (format, copy) in [("--format=custom", "custom"), ("--inserts", "inserts")] {
        let path = cluster.temp_dir().join(copy);
        let mut dump = proxy.tool(&cluster, "pg_dump", database);
        run(dump.args([format, "--file"]).arg(&path), "pg_dump").expect("pg_dump through pgveil");
        cluster.createdb(copy).expect("a database");
        let mut restore = match copy {
            "custom" => cluster.tool("pg_restore").expect("pg_restore"),
            _ => cluster.tool("psql").expect("psql"),
        };
        match copy {
            "custom" => restore.args(["--exit-on-error", "-d", copy]),
            _ => restore.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", copy, "-f"]),
        };
        run(restore.arg(&path), "restore").expect("no error");
        tables_agree(&cluster, &proxy, database, copy);
        for (table, column) in columns {
            let sql = format!("SELECT {column}::text FROM {table} WHERE {column} IS NOT NULL AND {column}::text <> ''");
            let values = |database| cluster.psql(database, &sql).expect("values");
            let (original, masked) = (values(database), values(copy));
            assert_eq!(original.lines().count(), masked.lines().count(), "{table}.{column}");
            let original: HashSet<&str> = original.lines().collect();
            assert!(!original.is_empty(), "{table}.{column} has nothing to look for");
            assert_eq!(
                masked.lines().find(|value| original.contains(value)),
                None,
                "{table}.{column}"
            );
        }
    }
    proxy.verify_log();
}

#[test]
fn northwind_restores() {
    check(
        "northwind",
        NORTHWIND,
        &[
            ("customers", "phone"),
            ("employees", "home_phone"),
            ("orders", "ship_address"),
        ],
    );
}

#[test]
fn chinook_restores() {
    check(
        "chinook",
        CHINOOK,
        &[
            ("customer", "email"),
            ("employee", "email"),
            ("invoice", "billing_address"),
        ],
    );
}
