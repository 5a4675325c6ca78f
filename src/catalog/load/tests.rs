use super::*;
use crate::catalog::queries;

fn row(cells: &[&str]) -> CatalogRow {
    let cell = |&text: &&str| (text != "NULL").then(|| text.as_bytes().to_vec());
    cells.iter().map(cell).collect()
}

fn load(rows: &[(&str, &[&[&str]])]) -> Result<Snapshot, RowError> {
    let mut loader = Loader::new(&[row(&["150018", "shop", "UTF8"])])?;
    for query in queries(150_018) {
        let found = rows.iter().filter(|(name, _)| *name == query.name);
        let rows: Vec<CatalogRow> = found
            .flat_map(|(_, rows)| rows.iter().map(|cells| row(cells)))
            .collect();
        loader.take(&query, &rows)?;
    }
    Ok(loader.finish())
}

#[test]
fn rows_become_relations() {
    let snapshot = load(&[
        (
            "relations",
            &[&["16384", "public", "customer", "r", "16386", "f", "NULL"]],
        ),
        (
            "columns",
            &[
                &["16384", "1", "id", "23", "-1", "t", "0"],
                &["16384", "3", "email", "1043", "54", "f", "0"],
                &["99999", "1", "of_an_index", "23", "-1", "f", "0"],
            ],
        ),
        ("generated columns", &[&["16384", "3", "NULL"], &["16384", "3", "1"]]),
        ("unique keys", &[&["16384", "0 1 3", "2", "{1,3}", "t", "by_lower"]]),
        (
            "checks",
            &[&["16384", "positive", "{1}"], &["16384", "constant", "NULL"]],
        ),
        (
            "foreign keys",
            &[&[
                "fk",
                "16384",
                "{1,3}",
                "16400",
                "{2,1}",
                "f",
                "[\" OPERATOR(pg_catalog.=) \", \" OPERATOR(app.=) \"]",
            ]],
        ),
        ("partition keys", &[&["16384", "0 3"], &["16384", "1"]]),
    ])
    .unwrap();
    let customer = snapshot.candidates(Some("public"), "customer")[0];
    assert_eq!(customer.columns.len(), 2);
    assert_eq!(customer.column_named("email").unwrap().generated_from, Some(vec![1]));
    // Column 3 is only INCLUDEd, not part of the key.
    assert_eq!(customer.unique_keys, [[1]]);
    assert_eq!(customer.checks[1], ("constant".to_owned(), vec![]));
    assert_eq!(customer.partition_key, [1, 3]);
    assert_eq!(
        snapshot.foreign_keys[0].to[0],
        ColumnId {
            relation: 16400,
            attribute: 2
        }
    );
    assert_eq!(snapshot.foreign_keys[0].comparisons[1], " OPERATOR(app.=) ");
    assert_eq!((snapshot.server_version, snapshot.database.as_str()), (150_018, "shop"));
}

#[test]
fn user_code_spreads_to_what_is_made_of_the_type() {
    let snapshot = load(&[
        ("relations", &[&["16500", "public", "place", "r", "16502", "f", "NULL"]]),
        ("columns", &[&["16500", "1", "at", "16401", "-1", "f", "0"]]),
        (
            "types",
            &[
                &["25", "pg_catalog", "text", "b", "0", "0", "-1", "NULL", "NULL"],
                &["16400", "public", "spot", "b", "0", "0", "-1", "NULL", "NULL"],
                &["16401", "public", "spots", "d", "0", "16402", "-1", "NULL", "NULL"],
                &["16402", "public", "_spot", "b", "0", "0", "-1", "16400", "NULL"],
                &["16502", "public", "place", "c", "16500", "0", "-1", "NULL", "NULL"],
            ],
        ),
        ("types with user code", &[&["16400", "25", "t"], &["25", "16400", "f"]]),
    ])
    .unwrap();
    let mut found: Vec<Oid> = snapshot.types_with_user_code.into_iter().collect();
    found.sort_unstable();
    assert_eq!(found, [16400, 16401, 16402, 16502]);
    assert_eq!(snapshot.types_with_implicit_casts.len(), 4);
}

#[test]
fn functions_keep_their_output_names() {
    let cells = [
        "16600",
        "public",
        "f",
        "sql",
        "NULL",
        "23 25",
        "2249",
        "t",
        r#"["a\"b", ""]"#,
        r#"{"text": "select 1", "is_standard": false, "parameter_names": ["a", ""], "defaults": ["1"],
            "output_types": [23, 25], "is_variadic": false, "is_strict": true, "settings": ["search_path=app"]}"#,
    ];
    let snapshot = load(&[("functions", &[&cells])]).unwrap();
    let function = &snapshot.functions["f"][0];
    assert_eq!(function.output_names, ["a\"b", "column2"]);
    assert_eq!(function.argument_types, [23, 25]);
    let body = function.body.as_ref().unwrap();
    assert_eq!(
        (body.text.as_str(), body.is_strict, body.is_variadic),
        ("select 1", true, false)
    );
    assert_eq!(
        (&body.parameter_names[..], &body.output_types[..]),
        (&["a".to_owned(), String::new()][..], &[23, 25][..])
    );
}

#[test]
fn rows_that_do_not_fit_are_errors() {
    let error = load(&[("relations", &[&["x", "public", "t", "r", "0", "f"]])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "catalog query for relations: value 1 is not a number"
    );
    assert!(load(&[("relations", &[&["1", "public"]])]).is_err());
    assert!(load(&[("schemas", &[&["NULL"]])]).is_err());
    assert!(Loader::new(&[]).is_err());
}
