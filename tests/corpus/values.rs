// What fuzzing enters with values: every mask of values that are made of several, in both formats. Shared by the suite,
// which runs mutations of the seeds below, and by a target of `fuzz/`.

use std::sync::LazyLock;

use pgveil::mask::{ColumnMask, ColumnShape, Content, Keys, MaskSpec, example_shape};
use pgveil::value::{Format, oid};

/// `hstore` and a composite type as [`example_shape`] has them.
const HSTORE: u32 = 16_501;
const COMPOSITE: u32 = 2249;

/// Values in text form, of all kinds together.
pub const SEEDS: [&str; 24] = [
    r#"{"a": 1, "b": [true, null, {"c": "x\u00e9\ud83d\ude00"}], "d": -1.5e3}"#,
    r#"[[[["x"]]], {}, [], "", 0]"#,
    r#""mail"=>"mary@corp.com", "a\"b\\c"=>NULL, ""=>"""#,
    "(\"23 Mill \"\"Lane\"\"\",\"a\\\\b\",2019-05-03)",
    "(,,)",
    "[1,5)",
    "(,)",
    "empty",
    "[2147483646,2147483647)",
    "{[1,3),[5,7),(9,)}",
    "{}",
    "[\"2024-01-01 00:00:00\",\"2024-02-01 00:00:00\")",
    "{\"[1,2)\",NULL,empty}",
    "[0:1]={{1,2},{3,NULL}}",
    "<a b=\"1\" c='&lt;'>t<![CDATA[u]]><!-- v --><?w x?></a>",
    "<?xml version=\"1.0\" standalone=\"yes\"?><p:a xmlns:p=\"http://p\"/>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
    "t<b/>&#65;&amp;&#x10ffff;",
    "\x00\x00\x00\x02\x00\x00\x00\x19\x00\x00\x00\x01a\x00\x00\x04\x3a\x00\x00\x00\x04\x00\x00\x00\x01",
    "\x00\x00\x00\x01\x00\x00\x00\x01a\x00\x00\x00\x01b",
    "\x06\x00\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\x05",
    "\x00\x00\x00\x01\x00\x00\x00\x09\x12\x00\x00\x00\x04\x00\x00\x00\x01",
    "\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x17\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\x01",
    "\x01{\"a\": [1, 2]}",
];

static MASKS: LazyLock<Vec<(u32, ColumnMask)>> = LazyLock::new(|| {
    let keys = Keys::from_content(&[7; 32]).expect("32 bytes");
    let of = |type_oid: u32, content: Content| ColumnShape {
        content,
        ..example_shape(type_oid)
    };
    let bound = |type_oid: u32| Box::new(example_shape(type_oid));
    let cases = [
        (
            "{ kind = \"json_leaves\", keep = [\"$.a\"], paths = { \"$..c\" = \"email\" } }",
            example_shape(oid::JSON),
        ),
        ("\"json_leaves\"", example_shape(oid::JSONB)),
        (
            "{ kind = \"xml_leaves\", keep = [\"//b\", \"//@c\"] }",
            example_shape(oid::XML),
        ),
        ("{ kind = \"hstore\", keep = [\"mail\"] }", example_shape(HSTORE)),
        (
            "{ kind = \"composite\", keep = [\"zip\"], fields = { since = \"date_shift\" } }",
            example_shape(COMPOSITE),
        ),
        ("\"integer\"", of(3904, Content::Range(bound(oid::INT4)))),
        (
            "{ kind = \"bucket\", width = 10 }",
            of(4451, Content::Multirange(bound(oid::INT4))),
        ),
        ("\"noise\"", of(3906, Content::Range(bound(oid::NUMERIC)))),
        (
            "{ kind = \"truncate_date\", to = \"month\" }",
            of(3908, Content::Range(bound(oid::TIMESTAMP))),
        ),
        ("\"integer\"", of(1007, Content::Array(oid::INT4, bound(oid::INT4)))),
        ("\"composite\"", of(2287, Content::Array(COMPOSITE, bound(COMPOSITE)))),
    ];
    let compiled = cases.into_iter().map(|(rule, shape)| {
        let table: toml::Table = format!("mask = {rule}").parse().expect("TOML");
        let spec = MaskSpec::parse(&table["mask"]).expect("a mask");
        (
            shape.type_oid,
            ColumnMask::compile(&spec, &shape, &keys, "d").expect("a mask for the type"),
        )
    });
    compiled.collect()
});

/// Masks a value in every way, and checks what must hold of every outcome.
pub fn mask(value: &[u8]) {
    for (type_oid, mask) in MASKS.iter() {
        for format in [Format::Text, Format::Binary] {
            let (mut once, mut again) = (Vec::new(), b"before".to_vec());
            let outcome = mask.apply(*type_oid, format, value, &mut once);
            assert_eq!(mask.apply(*type_oid, format, value, &mut again), outcome);
            assert_eq!(again.strip_prefix(b"before"), Some(once.as_slice()), "it only appends");
        }
    }
}
