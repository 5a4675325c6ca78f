//! Non-interference where protected values are of another length, size, magnitude and sign, arrays and documents of another
//! shape: what the masked database does not show, however values are stored.

use super::{generated, people_moved_by, sessions, statements};
use crate::harness::is_long;

#[test]
fn no_shape_tells_the_databases_apart() {
    let pair = people_moved_by(include_str!("shapes.sql"));
    // How much room whole tables take is known to differ.
    let wanted = |title: &str| !title.ends_with("[door-sizes]");
    let failures = [statements::leaks(&pair, wanted), sessions::leaks(&pair)].concat();
    assert!(failures.is_empty(), "{} leaks\n{}", failures.len(), failures.join("\n"));
    generated::draw(&pair, if is_long() { 30_000 } else { 1_000 });
}

#[test]
fn shapes_differ() {
    let pair = people_moved_by(include_str!("shapes.sql"));
    let sizes = "SELECT string_agg(concat_ws(' ', length(name), pg_column_size(note), sign(pin), born), ',' ORDER BY id) \
         FROM app.people";
    let [still, shaped] = pair.directly(sizes).try_into().expect("two answers");
    let mut differ = still.split(',').zip(shaped.split(','));
    assert!(differ.all(|(still, shaped)| still != shaped), "{still}\n{shaped}");
    let same = "SELECT count(DISTINCT name), count(DISTINCT pin), count(note), string_agg(id::text, ',' ORDER BY name COLLATE \"C\"), \
         string_agg(id::text, ',' ORDER BY born), string_agg(id::text, ',' ORDER BY pin) FROM app.people";
    let [still, shaped] = pair.directly(same).try_into().expect("two answers");
    assert_eq!(still, shaped);
}
