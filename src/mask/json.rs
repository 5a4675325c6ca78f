//! Documents, leaf by leaf: strings, numbers and booleans change, names of members, order and form stay.

use super::build::{Build, Function, TextMask, TypedMask, Unfit};
use super::constant::Constant;
use super::contract::{Contract, Kind, TypeFamily};
use super::json_path::JsonPath;
use super::leaf::{StringLeaf, named, of_type};
use super::options::{Default, OptionKind, option};
use super::{ColumnMask, Keys, MaskSpec, Masked};
use crate::value::document::{Step, map_leaves};
use crate::value::json::{escape, is_number, plain_number, unescape};
use crate::value::{Format, oid};

pub(super) static JSON: Kind = Kind {
    contract: Contract::keyless(
        "json",
        "The whole document becomes the empty object.",
        &[TypeFamily::Json, TypeFamily::Text],
        "{\"name\": \"Mary\"}",
    )
    .example_of(oid::JSONB),
    build: |build: &Build<'_>| match build.shape.type_oid {
        oid::JSON | oid::JSONB => Ok(Function::Constant(Constant::empty_object(build.shape.type_oid))),
        _ if build.text.is_some() => Function::text(EmptyObject),
        _ => Err(Unfit::Type),
    },
};

pub(super) static JSON_LEAVES: Kind = Kind {
    contract: Contract::keyed(
        "json_leaves",
        "Every string, number and boolean of a document is masked, but for paths that are kept; names of members, their order and the blanks between stay, and so does null. Numbers become others of as many digits, booleans become false. What is no document becomes the empty object. Paths: `$.user.email`, `$.items[*].name`, `$.items[0]`, `$.*` (any member), `$..email` (at any depth), `$.\"a.b\"`; a path to an object or array means all leaves in it; the first that fits counts, `keep` first. Masks by path take strings, numbers and booleans; one of dates, UUIDs or numbers alone takes strings that are written so (also `2024-03-07T10:11:12Z`), and others are redacted then.",
        &[TypeFamily::Json, TypeFamily::Text],
        "{\"id\": 7, \"mail\": \"mary@corp.com\", \"tags\": [\"new\"]}",
    )
    .growing()
    .options(
        &[
            option("keep", OptionKind::Texts, Default::Absent, "paths that stay as they are"),
            option("paths", OptionKind::Masks, Default::Absent, "masks by path: for strings, for numbers where they take numerics, and for booleans where they take these"),
            option("strings", OptionKind::Mask, Default::Absent, "the mask of all other strings; unset, as by `shape`"),
            option("others", OptionKind::Choice(&[MASK, KEEP]), Default::Text(MASK), "what becomes of leaves that no path names; with `keep` whatever is added to the documents later is shown as it is"),
        ],
        "keep = [\"$.tags\"], paths = { \"$.mail\" = \"email\" }",
    )
    .example_of(oid::JSON),
    build: |build| {
        let leaves = Leaves::new(build)?;
        match build.shape.type_oid {
            oid::JSON | oid::JSONB => Function::typed(leaves),
            _ if build.text.is_some() => Function::text(leaves),
            _ => Err(Unfit::Type),
        }
    },
};

struct EmptyObject;

impl TextMask for EmptyObject {
    fn apply(&self, _value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        out.extend_from_slice(b"{}");
        (limit >= 2).then_some(())
    }
}

/// What `others` may be.
const MASK: &str = "mask";
const KEEP: &str = "keep";

/// Version byte before the text in jsonb's binary form.
const JSONB_VERSION: u8 = 1;

/// What becomes of the leaves of one path.
struct LeafMask {
    strings: StringLeaf,
    /// Set where the mask takes numerics.
    numbers: Option<ColumnMask>,
    /// Set where it takes booleans.
    booleans: Option<ColumnMask>,
}

struct Leaves {
    keep: Vec<JsonPath>,
    paths: Vec<(JsonPath, LeafMask)>,
    /// `None`: they stay as they are.
    others: Option<LeafMask>,
    numbers: ColumnMask,
}

impl LeafMask {
    fn new(spec: &MaskSpec, keys: &Keys) -> Result<LeafMask, Unfit> {
        Ok(LeafMask {
            strings: StringLeaf::new(spec, keys)?,
            numbers: of_type(spec, keys, oid::NUMERIC).ok(),
            booleans: of_type(spec, keys, oid::BOOL).ok(),
        })
    }
}

impl Leaves {
    fn new(build: &Build<'_>) -> Result<Leaves, Unfit> {
        let path = |written: &String| JsonPath::parse(written).ok_or_else(|| Unfit::Value(written.clone()));
        let keep = build.settings.texts("keep").iter().map(path);
        let paths = build
            .settings
            .masks("paths")
            .iter()
            .map(|(written, spec)| Ok((path(written)?, LeafMask::new(spec, build.keys)?)));
        let strings = match build.settings.mask("strings") {
            Some(spec) => spec.clone(),
            None => named("shape")?,
        };
        let others = match build.settings.text("others") {
            Some(KEEP) => None,
            _ => Some(LeafMask::new(&strings, build.keys)?),
        };
        let numbers = of_type(&named("integer")?, build.keys, oid::NUMERIC);
        Ok(Leaves {
            keep: keep.collect::<Result<_, _>>()?,
            paths: paths.collect::<Result<_, Unfit>>()?,
            others,
            numbers: numbers.map_err(|error| Unfit::Inner(Box::new(error)))?,
        })
    }

    fn document(&self, text: &[u8], out: &mut Vec<u8>) -> Option<()> {
        map_leaves(text, |raw, path, out| self.leaf(raw, path, out), out)
    }

    fn leaf(&self, raw: &[u8], path: &[Step<'_>], out: &mut Vec<u8>) -> Option<()> {
        let is_kept = self.keep.iter().any(|kept| kept.leads_to(path));
        let found = self.paths.iter().find(|(wanted, _)| wanted.leads_to(path));
        let mask = found
            .map(|(_, mask)| mask)
            .or(self.others.as_ref())
            .filter(|_| !is_kept);
        let mut string = Vec::new();
        // Kept or not, it has to be a leaf.
        let is_leaf = match raw.first()? {
            b'"' => unescape(raw, &mut string),
            b't' | b'f' | b'n' => matches!(raw, b"true" | b"false" | b"null"),
            _ => is_number(raw),
        };
        is_leaf.then_some(())?;
        let Some(mask) = mask.filter(|_| raw != b"null") else {
            out.extend_from_slice(raw);
            return Some(());
        };
        let mut masked = Vec::new();
        let outcome = match raw.first()? {
            b'"' => mask.strings.apply(&string, &mut masked),
            b't' | b'f' => match &mask.booleans {
                Some(mask) => mask.apply(oid::BOOL, Format::Text, &raw[..1], &mut masked),
                None => Masked::Value,
            },
            _ => {
                let numbers = mask.numbers.as_ref().unwrap_or(&self.numbers);
                numbers.apply(oid::NUMERIC, Format::Text, &plain_number(raw), &mut masked)
            }
        };
        match (outcome, raw.first()?) {
            (Masked::Null, _) => out.extend_from_slice(b"null"),
            (Masked::Value, b'"') => escape(&masked, out),
            (Masked::Value, b't' | b'f') => out.extend_from_slice(if masked == b"t" { b"true" } else { b"false" }),
            (Masked::Value, _) if is_number(&masked) => out.extend_from_slice(&masked),
            (Masked::Value, _) => return None,
        }
        Some(())
    }
}

impl TypedMask for Leaves {
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match (type_oid, format) {
            (oid::JSONB, Format::Binary) => {
                out.push(JSONB_VERSION);
                self.document(value.strip_prefix(&[JSONB_VERSION])?, out)
            }
            (oid::JSON | oid::JSONB, _) => self.document(value, out),
            _ => None,
        }
    }
}

impl TextMask for Leaves {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        let fits = self.document(value, out).is_some() && crate::value::text::characters(&out[start..]) <= limit;
        if fits {
            return Some(());
        }
        out.truncate(start);
        EmptyObject.apply(value, limit, out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use crate::value::oid;

    fn shown(options: &str, document: &str) -> String {
        let rule = match options {
            "" => "\"json_leaves\"".to_owned(),
            options => format!("{{ kind = \"json_leaves\", {options} }}"),
        };
        masked(&parsed(&rule), oid::JSONB, -1, document)
    }

    #[test]
    fn every_leaf_but_those_that_are_kept() {
        let document = r#"{"a": "Mary", "b": [1.50, true, null, {"c": "x"}], "d": {}, "e": []}"#;
        let all = shown("", document);
        assert!(
            !all.contains("Mary") && !all.contains("1.50") && !all.contains("true") && !all.contains("\"x\""),
            "{all}"
        );
        assert!(
            all.contains("\"b\": [") && all.contains("null, {\"c\": ") && all.ends_with("\"d\": {}, \"e\": []}"),
            "{all}"
        );
        assert_eq!(shown("keep = [\"$\"]", document), document);
        let kept = shown("keep = [\"$.b[*].c\", \"$.a\"]", document);
        assert!(
            kept.contains("Mary") && kept.contains("{\"c\": \"x\"}") && !kept.contains("1.50"),
            "{kept}"
        );
    }

    #[test]
    fn masks_by_path_agree_with_columns() {
        let email = masked(&parsed("\"email\""), oid::TEXT, -1, "mary@corp.com");
        let document = r#"{"user": {"email": "mary@corp.com"}, "list": [{"email": "mary@corp.com"}]}"#;
        let by_depth = shown("paths = { \"$..email\" = \"email\" }", document);
        assert_eq!(by_depth.matches(&email).count(), 2, "{by_depth}");
        let by_path = shown("paths = { \"$.user.email\" = \"email\" }", document);
        assert_eq!(by_path.matches(&email).count(), 1, "{by_path}");
        let number = masked(&parsed("\"integer\""), oid::NUMERIC, -1, "42");
        assert_eq!(shown("", "[42]"), format!("[{number}]"));
        assert_eq!(
            shown("paths = { \"$[*]\" = { kind = \"round\", to = 10 } }", "[42, \"42\"]"),
            "[40, \"40\"]"
        );
        let month = "paths = { \"$..at\" = { kind = \"truncate_date\", to = \"month\" } }";
        assert_eq!(
            shown(month, "[{\"at\": \"2024-03-07T10:11:12Z\"}, {\"at\": \"now\"}]"),
            "[{\"at\": \"2024-03-01T00:00:00Z\"}, {\"at\": \"[redacted]\"}]"
        );
    }

    #[test]
    fn what_is_no_document_does_not_pass() {
        for broken in [
            "",
            "{",
            "[1",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "[01]",
            "\"a",
            "[1] x",
            "{1:2}",
            "tru",
            "[\"\\x\"]",
            "}",
        ] {
            assert_eq!(shown("keep = [\"$\"]", broken), "{}", "{broken}");
        }
        assert_eq!(shown("", &"[".repeat(100_000)), "{}");
        assert_eq!(
            masked(&parsed("\"json_leaves\""), oid::VARCHAR, 4 + 3, "{\"a\": 1}"),
            "{}"
        );
    }

    #[test]
    fn numbers_booleans_and_these_paths_only() {
        assert_eq!(shown("", "[1e5]"), shown("", "[100000]"));
        assert_eq!(
            shown(
                "others = \"keep\", paths = { \"$.a[1]\" = { kind = \"fixed\", value = \"true\" } }",
                "{\"a\": [false, false], \"b\": 1.50}"
            ),
            "{\"a\": [false, true], \"b\": 1.50}"
        );
        let of_all_kinds = shown(
            "others = \"keep\", paths = { \"$.a\" = \"null\" }",
            "{\"a\": [1, \"x\", true, {\"b\": 2}], \"b\": \"y\"}",
        );
        assert_eq!(of_all_kinds, "{\"a\": [null, null, null, {\"b\": null}], \"b\": \"y\"}");
    }

    #[test]
    fn what_json_allows_stays_as_it_is_written() {
        // Names twice, blanks, escapes: of type json only.
        let document = "{ \"b\" : 1 , \"b\":\t2,\n \"\\u0061\":\"\\u00e9\\/\" , \"z\" : -0.10E+2 }";
        assert_eq!(shown("keep = [\"$\"]", document), document);
        let named = shown(
            "paths = { \"$.a\" = { kind = \"fixed\", value = \"x\\ny\" }, \"$.b\" = \"null\" }, keep = [\"$.z\"]",
            document,
        );
        assert_eq!(
            named,
            "{ \"b\" : null , \"b\":\tnull,\n \"\\u0061\":\"x\\ny\" , \"z\" : -0.10E+2 }"
        );
    }
}
