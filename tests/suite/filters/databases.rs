//! Pagila, Northwind and Chinook, filtered and cut down, by every format of pg_dump.

use super::model::Filters;
use super::{FORMATS, Filtered, name};
use crate::harness::cluster_with;
use crate::pagila::{PROTECTED, RULES};

/// Every format for the first of some filters, which keeps few rows, and two for the others.
fn check(database: &str, all: &[Filters]) {
    for (index, filters) in all.iter().enumerate() {
        let filtered = Filtered::before(cluster_with(&[database]), &filters.rules());
        let formats = if index == 0 { &FORMATS[..] } else { &FORMATS[1..3] };
        let (kept, of) = filtered.check(database, filters, formats);
        assert!(0 < kept && kept < of, "{kept} of {of} rows are no test of {filters:?}");
        filtered.proxy.verify_log();
    }
}

const CUSTOMERS: Option<(&str, &str)> = Some(("public.customer", "customer_id % 50 = 7"));

#[test]
fn pagila() {
    let filters = [
        ("public.rental", Some("rental_date < '2022-07-01'")),
        ("public.payment", Some("amount > 2")),
        ("public.payment_p2022_02", None),
        ("public.actor", Some("actor_id < 100")),
    ];
    let within_subset = [
        ("public.film", Some("rating <> 'R' AND length > 60")),
        ("public.country", Some("country_id % 3 <> 0")),
        ("public.film_actor", None),
    ];
    let all = [
        Filters::of(&within_subset, CUSTOMERS),
        Filters::of(&[], CUSTOMERS),
        Filters::of(&filters, None),
    ];
    check("pagila", &all);
}

#[test]
fn northwind() {
    check(
        "northwind",
        &[
            Filters::of(&[], Some(("public.orders", "order_id % 20 = 3"))),
            Filters::of(&[("public.employees", Some("employee_id <> 5"))], None),
            Filters::of(
                &[
                    ("public.products", Some("NOT discontinued::bool")),
                    ("public.region", None),
                ],
                Some(("public.customers", "country = 'Germany'")),
            ),
        ],
    );
}

#[test]
fn chinook() {
    check(
        "chinook",
        &[
            Filters::of(&[], Some(("public.employee", "employee_id = 3"))),
            Filters::of(&[("public.track", Some("milliseconds < 240000"))], None),
            Filters::of(
                &[("public.employee", Some("employee_id <> 4"))],
                Some(("public.customer", "country = 'USA'")),
            ),
        ],
    );
}

/// What is kept is masked as ever, in every format.
#[test]
fn masks_stay() {
    let filters = Filters::of(
        &[("public.customer", Some("email LIKE '%A%'")), ("public.rental", None)],
        Some(("public.store", "true")),
    );
    let filtered = Filtered::before(cluster_with(&["pagila"]), &format!("{RULES}{}", filters.rules()));
    let count = "SELECT count(*) FROM customer WHERE email LIKE '%A%'";
    let wanted = filtered.cluster.psql("pagila", count).expect("a count");
    for format in FORMATS {
        let dump = filtered.dump("pagila", format);
        let copy = name(format);
        filtered.restore(&dump, format, &copy);
        let values = |database: &str, sql: &str| {
            let values = filtered.cluster.psql(database, sql).expect("values");
            values
                .lines()
                .map(str::to_owned)
                .collect::<std::collections::HashSet<_>>()
        };
        assert_eq!(
            filtered
                .cluster
                .psql(&copy, "SELECT count(*) FROM customer")
                .expect("a count"),
            wanted
        );
        for protected in PROTECTED.iter().filter(|protected| !protected.drawn) {
            let sql = format!(
                "SELECT {column}::text FROM {table} WHERE length({column}::text) > 3",
                column = protected.column,
                table = protected.table
            );
            let (original, masked) = (values("pagila", &sql), values(&copy, &sql));
            assert!(original.is_disjoint(&masked), "{sql} by {format:?}");
        }
    }
    filtered.proxy.verify_log();
}
