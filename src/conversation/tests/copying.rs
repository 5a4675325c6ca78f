//! COPY … TO STDOUT.

use super::*;

fn copy(stage: &mut Stage, pieces: &[&str]) -> Vec<String> {
    let mut replies = vec![copy_out(2)];
    replies.extend(pieces.iter().map(|piece| copy_data(piece)));
    replies.extend([bare(b'c'), complete("COPY 2"), ready(b'I')]);
    stage.seen(&replies)
}

#[test]
fn text_is_masked_wherever_it_is_cut() {
    let mut stage = Stage::new();
    stage.query("COPY customer (email, city) TO STDOUT");
    let seen = copy(&mut stage, &["a@b\tParis\n", "c@d\t\\N\n"]);
    assert_eq!(
        seen,
        ["H", "d masked\tParis\n", "d masked\t\\N\n", "c", "C COPY 2", "Z I"]
    );
    stage.query("COPY (SELECT email, city FROM customer) TO STDOUT (FORMAT csv)");
    let seen = copy(&mut stage, &["\"a", "@", "b\",\"Pa", "ris\"\n"]);
    let data: String = seen.iter().filter_map(|line| line.strip_prefix("d ")).collect();
    assert_eq!(data, "masked,\"Paris\"\n");
    assert_eq!(stage.log()[1], "1 ok 2");
}

#[test]
fn clean_data_passes() {
    let mut stage = Stage::new();
    stage.query("COPY customer (id, city) TO STDOUT");
    assert_eq!(copy(&mut stage, &["1\tPa", "ris\n"])[1..3], ["d 1\tPa", "d ris\n"]);
}

#[test]
fn another_number_of_columns_ends_the_session() {
    let mut stage = Stage::new();
    stage.query("COPY customer (email) TO STDOUT");
    assert!(stage.violation(&[copy_out(2)]).contains("2 columns, the plan has 1"));
    let mut stage = Stage::new();
    stage.query("COPY customer (email) TO STDOUT");
    assert!(stage.replies(&[copy_out(1), copy_data("a\tb\n")]).is_err());
    let mut stage = Stage::new();
    stage.query("SELECT email FROM customer");
    assert!(stage.replies(&[copy_out(1)]).is_err());
}

#[test]
fn by_parse_bind_execute() {
    let mut stage = Stage::new();
    stage.parse("", "COPY customer (email, city) TO STDOUT");
    stage.bind("", "");
    stage.describe("");
    stage.execute("");
    stage.sync();
    assert_eq!(stage.seen(&[parsed(), bound(), no_data()]), ["1", "2", "n"]);
    assert_eq!(copy(&mut stage, &["a@b\tParis\n"])[1], "d masked\tParis\n");
}
