//! Nanoseconds that each mask takes for a value.

use divan::{Bencher, black_box};
use pgveil::mask::{ColumnMask, Keys, MaskSpec, example_shape};
use pgveil::value::{Format, oid};

/// As [`example_shape`] has them.
const HSTORE: u32 = 16_501;
const COMPOSITE: u32 = 2249;

fn main() {
    divan::main();
}

struct Case {
    name: &'static str,
    mask: &'static str,
    type_oid: u32,
    format: Format,
    value: &'static [u8],
}

impl std::fmt::Display for Case {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

const fn text(mask: &'static str, value: &'static str) -> Case {
    Case {
        name: mask,
        mask,
        type_oid: oid::TEXT,
        format: Format::Text,
        value: value.as_bytes(),
    }
}

const fn of_type(mask: &'static str, type_oid: u32, value: &'static [u8]) -> Case {
    Case {
        name: mask,
        mask,
        type_oid,
        format: Format::Text,
        value,
    }
}

const CASES: &[Case] = &[
    text("redact", "Mary Smith"),
    text("partial", "4111 1111 1111 1111"),
    text("hash", "mary.smith@sakilacustomer.org"),
    text("email", "mary.smith@sakilacustomer.org"),
    text("full_name", "Mary Smith"),
    text("first_name", "Mary"),
    text("last_name", "Smith"),
    text("phone", "+49 30 1234567"),
    text("address_line", "1913 Hanoi Way"),
    text("city", "Sasebo"),
    text("company", "Initech GmbH"),
    text("user_name", "msmith"),
    text("url", "https://mary.blog/me"),
    text("free_text", "Called twice, wants her money back."),
    text("json", "{}"),
    Case {
        name: "integer int4 text",
        mask: "integer",
        type_oid: oid::INT4,
        format: Format::Text,
        value: b"123456",
    },
    Case {
        name: "integer int8 binary",
        mask: "integer",
        type_oid: oid::INT8,
        format: Format::Binary,
        value: &[0, 0, 0, 0, 0, 1, 2, 3],
    },
    Case {
        name: "integer numeric text",
        mask: "integer",
        type_oid: oid::NUMERIC,
        format: Format::Text,
        value: b"123456",
    },
    Case {
        name: "integer numeric fraction",
        mask: "integer",
        type_oid: oid::NUMERIC,
        format: Format::Text,
        value: b"1234.56",
    },
    Case {
        name: "date_shift date",
        mask: "date_shift",
        type_oid: oid::DATE,
        format: Format::Text,
        value: b"2024-03-07",
    },
    Case {
        name: "date_shift timestamp",
        mask: "date_shift",
        type_oid: oid::TIMESTAMP,
        format: Format::Text,
        value: b"2024-03-07 10:11:12.345678",
    },
    Case {
        name: "date_shift timestamp binary",
        mask: "date_shift",
        type_oid: oid::TIMESTAMP,
        format: Format::Binary,
        value: &[0, 2, 0, 0, 0, 1, 2, 3],
    },
    Case {
        name: "ip",
        mask: "ip",
        type_oid: oid::INET,
        format: Format::Text,
        value: b"192.0.2.7",
    },
    Case {
        name: "uuid text",
        mask: "uuid",
        type_oid: oid::UUID,
        format: Format::Text,
        value: b"f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    },
    Case {
        name: "uuid binary",
        mask: "uuid",
        type_oid: oid::UUID,
        format: Format::Binary,
        value: &[7; 16],
    },
    text("shape", "Kd-4711/b"),
    text("postal_code", "SW1A 1AA"),
    text("{ kind = \"postal_code\", keep_first = 2 }", "SW1A 1AA"),
    text("{ kind = \"phone\", keep_country = true }", "+49 30 1234567"),
    text("card", "4111 1111 1111 1111"),
    text("iban", "DE89 3704 0044 0532 0130 00"),
    text("{ kind = \"national_id\", country = \"us\" }", "078-05-1120"),
    text("ff1", "0123456789"),
    text("{ kind = \"full_name\", locale = \"fr\" }", "Mary Smith"),
    text("region", "Kansas"),
    text("country", "Norway"),
    text("job_title", "Chief Exorcist"),
    text("user_agent", "MaryBrowser/1.0"),
    text("url_shape", "https://mary.blog/photos/beach.jpg?user=mary"),
    text("file_name", "Scan_Mary_Smith.pdf"),
    text(
        "password_hash",
        "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
    ),
    text("scrub", "Mary (mary@corp.com) called twice, wants her 250 back."),
    text(
        "{ kind = \"regexp_replace\", pattern = \"[0-9]+\", replacement = \"#\" }",
        "Invoice 2021-0815",
    ),
    text(
        "{ kind = \"sometimes_null\", percent = 20, mask = \"email\" }",
        "mary@corp.com",
    ),
    text("band", "37"),
    of_type("noise", oid::NUMERIC, b"4200.00"),
    of_type("noise", oid::INT4, b"4200"),
    of_type("{ kind = \"round\", to = 100 }", oid::INT4, b"4217"),
    of_type("bucket", oid::INT4, b"37"),
    of_type("truncate_date", oid::DATE, b"1984-03-07"),
    of_type("truncate_date", oid::TIMESTAMP, b"1984-03-07 10:11:12"),
    of_type("ip_prefix", oid::INET, b"192.0.2.7"),
    of_type("mac", oid::MACADDR, b"08:00:2b:01:02:03"),
    of_type("jitter", oid::POINT, b"(13.3777,52.5163)"),
    of_type("image", oid::BYTEA, b"\\xffd8"),
    of_type(
        "json_leaves",
        oid::JSONB,
        br#"{"id": 7, "mail": "mary@corp.com", "tags": ["new", "vip"]}"#,
    ),
    of_type(
        "xml_leaves",
        oid::XML,
        br#"<person id="7"><mail>mary@corp.com</mail><tag>new</tag><tag>vip</tag></person>"#,
    ),
    of_type("hstore", HSTORE, br#""mail"=>"mary@corp.com", "tag"=>"new""#),
    of_type(
        "{ kind = \"composite\", keep = [\"since\"], fields = { street = \"address_line\" } }",
        COMPOSITE,
        b"(\"23 Workhaven Lane\",\"SW1A 1AA\",2019-05-03)",
    ),
];

#[divan::bench(args = CASES)]
fn apply(bencher: Bencher, case: &Case) {
    let keys = Keys::from_content(&[7; 32]).expect("32 bytes");
    let rule = match case.mask.starts_with('{') {
        true => format!("mask = {}", case.mask),
        false => format!("mask = \"{}\"", case.mask),
    };
    let spec = MaskSpec::parse(&rule.parse::<toml::Table>().expect("TOML")["mask"]).expect("a mask");
    let shape = example_shape(case.type_oid);
    let mask = ColumnMask::compile(&spec, &shape, &keys, "bench").expect("an accepted type");
    let mut out = Vec::with_capacity(256);
    bencher.bench_local(|| {
        out.clear();
        mask.apply(case.type_oid, case.format, black_box(case.value), &mut out)
    });
}
