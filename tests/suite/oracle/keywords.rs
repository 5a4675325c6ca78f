//! Words that newer grammars made keywords, as names on servers that do not know them so: whatever is not refused, the
//! server reads as pgveil does.

use pgveil::cluster::Cluster;

use super::server::Server;
use super::tally::{Definitions, Tally};
use super::{DATABASE, Ours, on_a_deep_stack, shop};
use crate::harness::server_version;

/// All that are not unreserved in the grammar of 18, and were no keywords in that of 13 (`pg_get_keywords`).
const WORDS: [&str; 13] = [
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "merge_action",
    "system_user",
];

/// `#` is the word as it is, `"#"` in quotes.
const FORMS: [&str; 44] = [
    "SELECT # FROM words",
    "SELECT words.#, \"#\" FROM words",
    "SELECT w.#, (w).# FROM words w",
    "SELECT upper(#), # || 'x' FROM words",
    "SELECT # AS a FROM words WHERE # IS NOT NULL ORDER BY #",
    "SELECT #, count(*) FROM words GROUP BY #",
    "SELECT #(email) FROM customers",
    "SELECT # (email, name) FROM customers",
    "SELECT \"#\"(email) FROM customers",
    "SELECT app.#(email) FROM customers",
    "SELECT app.# (email, name) FROM customers",
    "SELECT #() FROM customers",
    "SELECT app.#() FROM customers",
    "SELECT #(c) FROM words c",
    "SELECT c.# FROM customers c",
    "SELECT email AS # FROM customers",
    "SELECT email # FROM customers",
    "SELECT email \"#\" FROM customers",
    "SELECT # FROM (SELECT email AS # FROM customers) s",
    "SELECT s.# FROM (SELECT email # FROM customers) s",
    "SELECT # FROM (SELECT email FROM customers) s(#)",
    "SELECT (SELECT # FROM (SELECT 1 AS x) s) FROM words",
    "SELECT (SELECT # FROM (SELECT 1 AS #) s) FROM words",
    "SELECT (SELECT # FROM (SELECT #(name) FROM customers) s) FROM words",
    "SELECT (SELECT # FROM (SELECT app.#(name) FROM customers) s) FROM words",
    "SELECT #.email FROM customers #",
    "SELECT # FROM customers #",
    "SELECT # FROM customers AS #",
    "SELECT (#).email, #.* FROM customers #",
    "SELECT email::# FROM customers",
    "SELECT email::app.# FROM customers",
    "SELECT email::\"#\" FROM customers",
    "SELECT CAST(email AS #) FROM customers",
    "SELECT # 'x', email FROM customers",
    "SELECT #('x'), email FROM customers",
    "SELECT app.# 'x', email FROM customers",
    "WITH # AS (SELECT email FROM customers) SELECT * FROM #",
    "WITH # (a) AS (SELECT email FROM customers) SELECT #.a FROM #",
    "SELECT * FROM #('x')",
    "SELECT f.* FROM customers, app.#(email) f",
    "SELECT # FROM customers, app.#(email)",
    "SELECT f.# FROM customers, LATERAL (SELECT app.#(email)) f",
    "SELECT email FROM customers WINDOW # AS (ORDER BY id)",
    "SELECT #(email || 'x') OVER (), # FROM words, customers",
];

fn with_words() -> (Cluster, Server, Ours) {
    let (cluster, mut server, _) = shop();
    let columns = WORDS.map(|word| format!("\"{word}\" text")).join(", ");
    server
        .run(&format!("CREATE TABLE app.words ({columns})"))
        .expect("a table");
    for word in WORDS {
        for arguments in ["", "text", "text, text"] {
            let body = if arguments.is_empty() { "'x'::text" } else { "$1" };
            server
                .run(&format!(
                    "CREATE FUNCTION app.\"{word}\"({arguments}) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT {}'",
                    body.replace('\'', "''")
                ))
                .expect("a function");
        }
        server
            .run(&format!("CREATE DOMAIN app.\"{word}\" AS text"))
            .expect("a type");
    }
    let ours = Ours::load(cluster.port(), DATABASE);
    (cluster, server, ours)
}

#[test]
fn newer_keywords_are_read_as_the_server_reads_them() {
    on_a_deep_stack(|| {
        let (cluster, mut server, ours) = with_words();
        let (mut tally, mut definitions) = (Tally::default(), Definitions::new());
        for word in WORDS {
            for form in FORMS {
                let statement = form.replace('#', word);
                tally.judge(&mut server, &ours, &mut definitions, &statement);
            }
        }
        println!("{}", tally.report("keywords", 10));
        assert!(tally.misses.is_empty(), "\n{}", tally.misses.join("\n"));
        assert!(tally.analysed > 200, "{}", tally.analysed);
        // Where the words are keywords, none is refused for being one.
        let refused = tally.refused.contains_key("keyword_differs");
        assert_eq!(refused, server_version(&cluster) < 17);
    });
}
