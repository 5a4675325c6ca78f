use super::super::row::RowValues;
use super::*;

/// Masks field 1 of three: brackets around what it got; `null me` becomes NULL.
struct Second;

impl FieldRewriter for Second {
    fn field_count(&self) -> usize {
        3
    }
    fn keeps(&self, index: usize) -> bool {
        index != 1
    }
    fn rewrite(&self, _: usize, value: &[u8], out: &mut Vec<u8>) -> bool {
        if value == b"null me" {
            return false;
        }
        out.push(b'<');
        out.extend_from_slice(value);
        out.push(b'>');
        true
    }
    fn redact(&self, _: usize, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(b"gone");
        true
    }
    fn replaces_null(&self, _: usize) -> bool {
        false
    }
}

/// Pushes `data` whole, and cut at every place and byte by byte: the result must be the same.
fn rewritten(make: impl Fn() -> CopyRewriter, data: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    make().push(data, &Second, &mut whole).unwrap();
    for cut in 0..=data.len() {
        let (mut out, mut rewriter) = (Vec::new(), make());
        rewriter.push(&data[..cut], &Second, &mut out).unwrap();
        rewriter.push(&data[cut..], &Second, &mut out).unwrap();
        assert_eq!(out, whole, "cut at {cut}");
    }
    let (mut out, mut rewriter) = (Vec::new(), make());
    for byte in data {
        rewriter.push(&[*byte], &Second, &mut out).unwrap();
    }
    assert_eq!(out, whole, "byte by byte");
    whole
}

fn text(delimiter: u8, header: bool) -> impl Fn() -> CopyRewriter {
    move || CopyRewriter::Text(TextRewriter::new(delimiter, header))
}

fn csv(escape: u8, null: &'static [u8], header: bool) -> impl Fn() -> CopyRewriter {
    move || CopyRewriter::Csv(CsvRewriter::new(b',', b'"', escape, null.to_vec(), header, Vec::new()))
}

#[test]
fn text_masks_one_field() {
    assert_eq!(
        rewritten(text(b'\t', false), b"1\tada\tx\n2\t\\N\t\\N\n"),
        b"1\t<ada>\tx\n2\t\\N\t\\N\n"
    );
    assert_eq!(
        rewritten(text(b'\t', true), b"a\tb\tc\n1\tada\tx\n"),
        b"a\tb\tc\n1\t<ada>\tx\n"
    );
}

#[test]
fn text_escapes_are_undone_and_made_again() {
    assert_eq!(
        rewritten(text(b'\t', false), b"\\\\\ta\\tb\\\\N\\n\t\\\t\n"),
        b"\\\\\t<a\\tb\\\\N\\n>\t\\\t\n"
    );
    assert_eq!(rewritten(text(b',', false), b"1,a\\,b,z\\\\\n"), b"1,<a\\,b>,z\\\\\n");
    assert_eq!(rewritten(text(b'\t', false), b"1\tnull me\t\n"), b"1\t\\N\t\n");
}

#[test]
fn csv_quotes_are_undone_and_made_where_needed() {
    assert_eq!(
        rewritten(csv(b'"', b"", false), b"1,\"a \"\"b\"\", c\",x\n2,,\"\n\"\n3,\"\",\n"),
        b"1,\"<a \"\"b\"\", c>\",x\n2,,\"\n\"\n3,<>,\n"
    );
    assert_eq!(
        rewritten(csv(b'\\', b"", false), b"1,\"a\\\"b\\\\\",x\n"),
        b"1,\"<a\\\"b\\\\>\",x\n"
    );
    assert_eq!(
        rewritten(csv(b'"', b"<x>", true), b"a,b,c\n1,<x>,\n1,x,\n"),
        b"a,b,c\n1,<x>,\n1,\"<x>\",\n"
    );
}

#[test]
fn csv_quotes_forced_fields() {
    let forced = || {
        CopyRewriter::Csv(CsvRewriter::new(
            b',',
            b'"',
            b'"',
            Vec::new(),
            false,
            vec![false, true, true],
        ))
    };
    assert_eq!(rewritten(forced, b"1,\"a\",\"x\"\n2,,\n"), b"1,\"<a>\",\"x\"\n2,,\n");
}

#[test]
fn binary_masks_one_field() {
    let mut data = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    let mut wanted = data.clone();
    let field = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    data.extend(
        [
            &[0, 3][..],
            &field(b"1"),
            &field(b"ada"),
            &field(b""),
            &[0, 3],
            &NULL,
            &NULL,
            &field(b"z"),
        ]
        .concat(),
    );
    data.extend([&[0, 3][..], &NULL, &field(b""), &NULL, &[0xff, 0xff]].concat());
    wanted.extend(
        [
            &[0, 3][..],
            &field(b"1"),
            &field(b"<ada>"),
            &field(b""),
            &[0, 3],
            &NULL,
            &NULL,
            &field(b"z"),
        ]
        .concat(),
    );
    wanted.extend([&[0, 3][..], &NULL, &field(b"<>"), &NULL, &[0xff, 0xff]].concat());
    assert_eq!(rewritten(|| CopyRewriter::Binary(BinaryRewriter::new()), &data), wanted);
}

const NULL: [u8; 4] = [0xff; 4];

#[test]
fn a_value_over_the_limit_is_redacted_in_bounded_memory() {
    let (mut out, mut rewriter) = (Vec::new(), CopyRewriter::Text(TextRewriter::new(b'\t', false)));
    rewriter.push(b"1\t", &Second, &mut out).unwrap();
    for _ in 0..20 {
        rewriter
            .push(&vec![b'x'; HELD_BYTES_MAX / 8], &Second, &mut out)
            .unwrap();
    }
    rewriter.push(b"\tz\n", &Second, &mut out).unwrap();
    assert_eq!(out, b"1\tgone\tz\n");
    assert_eq!(rewriter.rows(), 1);
}

#[test]
fn rows_of_another_shape_are_errors() {
    for (make, data) in [
        (
            Box::new(text(b'\t', false)) as Box<dyn Fn() -> CopyRewriter>,
            &b"1\t2\n"[..],
        ),
        (Box::new(text(b'\t', false)), b"1\t2\t3\t4\n"),
        (Box::new(csv(b'"', b"", false)), b"1,2\n"),
        (Box::new(csv(b'"', b"", false)), b"1,2,3,4\n"),
        (
            Box::new(|| CopyRewriter::Binary(BinaryRewriter::new())),
            b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\x02",
        ),
        (
            Box::new(|| CopyRewriter::Binary(BinaryRewriter::new())),
            b"PGCOPX\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\x02",
        ),
    ] {
        assert!(make().push(data, &Second, &mut Vec::new()).is_err(), "{data:?}");
    }
}

/// Takes field 1 of two as it comes, and says what it was.
struct AsItComes;

#[derive(Debug, Default)]
struct Gathered(Vec<u8>);

fn told(value: &[u8]) -> String {
    let sum = value
        .iter()
        .fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    format!("{} {sum}", value.len())
}

impl Piecewise for Gathered {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(told(&self.0).as_bytes());
        true
    }
}

impl FieldRewriter for AsItComes {
    fn field_count(&self) -> usize {
        2
    }
    fn keeps(&self, index: usize) -> bool {
        index != 1
    }
    fn rewrite(&self, _: usize, value: &[u8], out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(told(value).as_bytes());
        true
    }
    fn piecewise(&self, _: usize) -> Option<Box<dyn Piecewise>> {
        Some(Box::new(Gathered::default()))
    }
    fn redact(&self, _: usize, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(b"gone");
        true
    }
    fn replaces_null(&self, _: usize) -> bool {
        false
    }
}

#[test]
fn a_field_that_is_rewritten_as_it_comes_may_be_of_any_length() {
    let part = b"ab\"c\\d\n,e\\\\\"\"";
    let value = part.repeat(HELD_BYTES_MAX / part.len() + 7);
    let mut in_text = b"1\t".to_vec();
    for byte in &value {
        match byte {
            b'\\' => in_text.extend_from_slice(b"\\\\"),
            b'\n' => in_text.extend_from_slice(b"\\n"),
            plain => in_text.push(*plain),
        }
    }
    in_text.extend_from_slice(b"\n2\tx\n");
    let mut in_csv = b"1,\"".to_vec();
    for byte in &value {
        if *byte == b'"' {
            in_csv.push(b'"');
        }
        in_csv.push(*byte);
    }
    in_csv.extend_from_slice(b"\"\n2,x\n");
    let length = i32::try_from(value.len()).unwrap();
    let mut in_binary = b"PGCOPY\n\xff\r\n\0".to_vec();
    in_binary.extend_from_slice(&[0; 8]);
    in_binary.extend_from_slice(&[0, 2, 0, 0, 0, 1, b'1']);
    in_binary.extend_from_slice(&length.to_be_bytes());
    in_binary.extend_from_slice(&value);
    in_binary.extend_from_slice(&[0xff, 0xff]);
    for piece in [1, 2, 3, 4096, HELD_BYTES_MAX - 1, in_csv.len()] {
        let rewritten = |mut rewriter: CopyRewriter, data: &[u8]| {
            let mut out = Vec::new();
            let mut pieces = data.chunks(piece);
            pieces
                .try_for_each(|piece| rewriter.push(piece, &AsItComes, &mut out))
                .unwrap();
            out
        };
        let told = [told(&value), told(b"x")];
        let lines = |delimiter: char| format!("1{delimiter}{}\n2{delimiter}{}\n", told[0], told[1]).into_bytes();
        assert_eq!(rewritten(text(b'\t', false)(), &in_text), lines('\t'), "{piece}");
        assert_eq!(rewritten(csv(b'"', b"", false)(), &in_csv), lines(','), "{piece}");
        let binary = rewritten(CopyRewriter::Binary(BinaryRewriter::new()), &in_binary);
        let shown = told[0].as_bytes();
        assert!(binary.windows(shown.len()).any(|window| window == shown), "{piece}");
    }
}

/// Writes before field 1 what field 2 holds, where the row is known.
struct ByNext;

impl FieldRewriter for ByNext {
    fn field_count(&self) -> usize {
        3
    }
    fn keeps(&self, index: usize) -> bool {
        index == 0
    }
    fn rewrite(&self, _: usize, _: &[u8], out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(b"gone");
        true
    }
    fn redact(&self, _: usize, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(b"large");
        true
    }
    fn replaces_null(&self, _: usize) -> bool {
        false
    }
    fn reads_row(&self) -> bool {
        true
    }
    fn is_read(&self, index: usize) -> bool {
        index != 1
    }
    fn rewrite_in_row(&self, index: usize, value: &[u8], row: &RowValues<'_>, out: &mut Vec<u8>) -> bool {
        if index != 1 {
            return self.rewrite(index, value, out);
        }
        for read in [0, 2] {
            match row.value(read) {
                Some(Some(read)) => out.extend_from_slice(read),
                Some(None) => out.extend_from_slice(b"null"),
                None => out.extend_from_slice(b"unknown"),
            }
            out.push(b':');
        }
        out.extend_from_slice(value);
        true
    }
}

/// As [`rewritten`].
fn rewritten_by_next(make: impl Fn() -> CopyRewriter, data: &[u8]) -> Vec<u8> {
    let (mut whole, mut rewriter) = (Vec::new(), make());
    rewriter.push(data, &ByNext, &mut whole).unwrap();
    let rows = rewriter.rows();
    for cut in 0..=data.len() {
        let (mut out, mut rewriter) = (Vec::new(), make());
        rewriter.push(&data[..cut], &ByNext, &mut out).unwrap();
        rewriter.push(&data[cut..], &ByNext, &mut out).unwrap();
        assert_eq!(out, whole, "cut at {cut}");
        assert_eq!(rewriter.rows(), rows);
    }
    whole
}

#[test]
fn fields_are_rewritten_by_others_of_their_row() {
    assert_eq!(
        rewritten_by_next(
            text(b'\t', true),
            b"a\tb\tc\n1\tad\\ta\tx\\ny\n\\N\tb\t\\N\n3\t\\N\tz\n"
        ),
        b"a\tb\tc\n1\t1:x\\ny:ad\\ta\tgone\n\\N\tnull:null:b\t\\N\n3\t\\N\tgone\n"
    );
    assert_eq!(
        rewritten_by_next(csv(b'"', b"", true), b"a,b,c\n1,\"a \"\"b\"\"\",\"x,\ny\"\n,b,\n3,,z\n"),
        b"a,b,c\n1,\"1:x,\ny:a \"\"b\"\"\",gone\n,null:null:b,\n3,,gone\n"
    );
    let header = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    let field = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let data = [
        &header[..],
        &[0, 3],
        &field(b"1"),
        &field(b"ada"),
        &field(b"x"),
        &[0, 3],
        &NULL,
        &field(b""),
        &NULL,
        &[0xff, 0xff],
    ]
    .concat();
    let wanted = [
        &header[..],
        &[0, 3],
        &field(b"1"),
        &field(b"1:x:ada"),
        &field(b"gone"),
        &[0, 3],
        &NULL,
        &field(b"null:null:"),
        &NULL,
        &[0xff, 0xff],
    ]
    .concat();
    assert_eq!(
        rewritten_by_next(|| CopyRewriter::Binary(BinaryRewriter::new()), &data),
        wanted
    );
}

/// How many bytes a rewriter that is given so many of each field keeps, and what it makes of them.
fn of_large_row(mut rewriter: CopyRewriter, sizes: [usize; 3]) -> Vec<u8> {
    let (mut out, piece) = (Vec::new(), vec![b'x'; 64 << 10]);
    for (index, size) in sizes.into_iter().enumerate() {
        for _ in 0..size / piece.len() {
            rewriter.push(&piece, &ByNext, &mut out).unwrap();
        }
        let rest = [&piece[..size % piece.len()], if index == 2 { b"\n" } else { b"\t" }].concat();
        rewriter.push(&rest, &ByNext, &mut out).unwrap();
    }
    rewriter.push(b"1\tada\tz\n", &ByNext, &mut out).unwrap();
    assert_eq!(rewriter.rows(), 2);
    out
}

#[test]
fn rows_too_large_to_be_held_are_rewritten_without() {
    let make = || text(b'\t', false)();
    let (kept, large) = (9 << 20, 3 << 20);
    let expected = |first: usize, rest: &str| [&vec![b'x'; first][..], rest.as_bytes(), b"1\t1:z:ada\tgone\n"].concat();
    assert!(of_large_row(make(), [kept, 3, 1]) == expected(kept, "\tgone\tgone\n"));
    assert!(of_large_row(make(), [2, large, 1]) == expected(2, "\tlarge\tgone\n"));
    // What is read and too large is not known.
    assert!(of_large_row(make(), [2, 1, large]) == expected(2, "\txx:unknown:x\tlarge\n"));
    // Masked fields do not count: the row tells nothing of their size.
    assert!(of_large_row(make(), [7 << 20, large, large]) == expected(7 << 20, "\tlarge\tlarge\n"));
}
