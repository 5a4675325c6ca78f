//! Masked values against the server: they are of their type, written as the server writes them, and the same in both formats.

use std::fmt::Write;

use pgveil::cluster::Cluster;
use pgveil::mask::{ColumnMask, ColumnShape, Contract, Keys, MaskSpec, Masked, TypeFamily};
use pgveil::value::{Format, oid};

/// Values of each type in text form, with what masks tend to trip over.
fn samples(type_oid: u32) -> &'static [&'static str] {
    match type_oid {
        oid::BOOL => &["true", "false"],
        oid::INT2 => &["0", "7", "-32768", "32767"],
        oid::INT4 => &["0", "42", "-2147483648", "2147483647"],
        oid::INT8 => &["0", "42", "2147483648", "-9223372036854775808", "9223372036854775807"],
        oid::NUMERIC => &[
            "0",
            "4200.00",
            "-0.5",
            "0.000012",
            "123456789012345678901234567890.25",
            "1000000",
            "NaN",
        ],
        oid::FLOAT4 => &["0", "1.5", "-3.25e10", "89.9", "1e-10", "NaN", "Infinity"],
        oid::FLOAT8 => &[
            "0",
            "52.516275",
            "-179.5",
            "1e300",
            "1.1e-200",
            "-Infinity",
            "123456789.125",
        ],
        oid::DATE => &["1984-03-07", "2024-02-29", "0044-03-15 BC", "infinity", "5874897-12-31"],
        oid::TIMESTAMP => &[
            "1984-03-07 10:11:12.5",
            "1999-12-31 23:59:59.999999",
            "0044-03-15 00:00:00 BC",
            "-infinity",
        ],
        oid::TIMESTAMPTZ => &["1984-03-07 10:11:12.5+00", "2024-06-30 23:59:59+02"],
        oid::UUID => &["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
        oid::INET => &["192.0.2.7", "10.0.0.0/8", "2001:db8::1", "::ffff:192.0.2.7", "::1/64"],
        oid::CIDR => &["192.0.2.0/24", "10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"],
        oid::MACADDR => &["08:00:2b:01:02:03"],
        oid::MACADDR8 => &["08:00:2b:01:02:03:04:05"],
        oid::JSON => &[
            "{\"a\": 1}",
            "[\"x\\u00e9\", {\"b\":  [true, null, 2.50]}]",
            "\"x\"",
            "1e5",
        ],
        oid::JSONB => &[
            "{\"a\": 1, \"mail\": \"mary@corp.com\"}",
            "[\"x\", {\"b\": [true, null, 2.50]}]",
            "7",
        ],
        oid::BYTEA => &["\\xffd8ffe0", "\\x"],
        oid::POINT => &["(13.3777,52.5163)", "(-179.999,-89.9)", "(0,0)", "(1e10,0)"],
        oid::TIME => &["10:11:12"],
        oid::TIMETZ => &["10:11:12+02"],
        oid::INTERVAL => &["1 day"],
        oid::TSVECTOR => &["'cat' 'dog'"],
        _ => &["Mary Smith", "O'Neil \\ \"x\"", "日本 ñ", "7"],
    }
}

fn specs(contract: &Contract) -> Vec<MaskSpec> {
    let parse = |rule: &str| {
        let table: toml::Table = format!("mask = {rule}").parse().expect("TOML");
        MaskSpec::parse(&table["mask"])
    };
    // As its example writes it, and by name alone where that will do.
    [contract.example_rule(), format!("\"{}\"", contract.name)]
        .iter()
        .filter_map(|rule| parse(rule).ok())
        .collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    (0..hex.len()).step_by(2).map(digits).collect()
}

/// One masked value: as the server must read it, and where it came from.
struct Case {
    mask: ColumnMask,
    type_oid: u32,
    value: &'static str,
    shown: String,
}

fn cases() -> Vec<Case> {
    let keys = Keys::from_content(&[7; 32]).expect("32 bytes");
    let mut cases = Vec::new();
    for contract in MaskSpec::kinds() {
        for type_oid in TypeFamily::ALL.into_iter().flat_map(|family| family.oids()).copied() {
            for spec in specs(contract) {
                let shape = ColumnShape {
                    type_oid,
                    type_modifier: -1,
                    ..ColumnShape::default()
                };
                for value in samples(type_oid)
                    .iter()
                    .copied()
                    .chain((type_oid == oid::TEXT).then_some(contract.example.value))
                {
                    let Ok(mask) = ColumnMask::compile(&spec, &shape, &keys, "d") else {
                        continue;
                    };
                    let mut out = Vec::new();
                    if mask.apply(type_oid, Format::Text, value.as_bytes(), &mut out) == Masked::Value {
                        let shown = String::from_utf8(out).expect("UTF-8");
                        cases.push(Case {
                            mask,
                            type_oid,
                            value,
                            shown,
                        });
                    }
                }
            }
        }
    }
    cases
}

fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[test]
fn masked_values_are_the_servers_own_forms_of_their_types() {
    let cluster = Cluster::start().expect("a server");
    let cases = cases();
    assert!(cases.len() > 500, "{}", cases.len());
    let mut sql = "SET timezone = 'UTC'; SET extra_float_digits = 1; SET standard_conforming_strings = on;
        CREATE FUNCTION pg_temp.form(t oid, v text, OUT ok boolean, OUT sent text) LANGUAGE plpgsql AS $$
        DECLARE
            send text := (SELECT typsend::regproc::text FROM pg_type WHERE oid = t);
            name text := (SELECT 'pg_catalog.' || quote_ident(typname) FROM pg_type WHERE oid = t);
        BEGIN
            EXECUTE format('SELECT format(''%%s'', %L::%s) = %L, encode(%s(%L::%s), ''hex'')', v, name, v, send, v, name) INTO ok, sent;
        END $$;\n"
        .to_owned();
    for case in &cases {
        let type_oid = case.type_oid;
        let (shown, value) = (literal(&case.shown), literal(case.value));
        writeln!(
            sql,
            "SELECT s.ok, s.sent, o.sent FROM pg_temp.form({type_oid}, {shown}) s, pg_temp.form({type_oid}, {value}) o;"
        )
        .expect("a string");
    }
    let answers = cluster
        .psql("postgres", &sql)
        .expect("every masked value is one of its type");
    let answers: Vec<&str> = answers.lines().filter(|line| line.contains('|')).collect();
    assert_eq!(answers.len(), cases.len());
    let mut wrong = Vec::new();
    for (case, answer) in cases.iter().zip(answers) {
        let parts: Vec<&str> = answer.split('|').collect();
        let mut binary = Vec::new();
        let masked = case
            .mask
            .apply(case.type_oid, Format::Binary, &bytes(parts[2]), &mut binary);
        // NaN has many forms in binary, of which the server keeps what it was given.
        let agrees = masked == Masked::Value && (binary == bytes(parts[1]) || case.shown == "NaN");
        if parts[0] != "t" || !agrees {
            wrong.push(format!(
                "{:?}: {} -> {} {parts:?} {binary:02x?}",
                case.mask, case.value, case.shown
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
