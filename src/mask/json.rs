//! Documents, leaf by leaf: strings, numbers and booleans change, names of members, order and form stay.

use super::build::{Build, Function, TextMask, TypedMask, Unfit};
use super::constant::Constant;
use super::contract::{Contract, Kind, TypeFamily};
use super::json_path::Path;
use super::options::{Default, OptionKind, option};
use super::{ColumnMask, ColumnShape, Keys, MaskError, MaskSpec, Masked};
use crate::value::document::{Step, map_leaves};
use crate::value::json::{escape, is_number, unescape};
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
        "Every string, number and boolean of a document is masked, but for paths that are kept; names of members stay, and so does null. Numbers become others of as many digits, booleans become false. What is no document becomes the empty object. Paths: `$.user.email`, `$.items[*].name`, `$.*` (any member), `$..email` (at any depth); a path to an object or array means all leaves in it; the first that fits counts, `keep` first.",
        &[TypeFamily::Json, TypeFamily::Text],
        "{\"id\": 7, \"mail\": \"mary@corp.com\", \"tags\": [\"new\"]}",
    )
    .growing()
    .options(
        &[
            option("keep", OptionKind::Texts, Default::Absent, "paths that stay as they are"),
            option("paths", OptionKind::Masks, Default::Absent, "masks by path, for strings, and for numbers where they take numerics"),
            option("strings", OptionKind::Mask, Default::Absent, "the mask of all other strings; unset, as by `shape`"),
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

/// Version byte before the text in jsonb's binary form.
const JSONB_VERSION: u8 = 1;

/// What becomes of the leaves of one path.
struct LeafMask {
    strings: ColumnMask,
    /// Set where the mask takes numerics.
    numbers: Option<ColumnMask>,
}

struct Leaves {
    keep: Vec<Path>,
    paths: Vec<(Path, LeafMask)>,
    others: LeafMask,
    numbers: ColumnMask,
}

fn of_type(spec: &MaskSpec, keys: &Keys, type_oid: u32) -> Result<ColumnMask, MaskError> {
    let shape = ColumnShape {
        type_oid,
        type_modifier: -1,
        name: "a leaf".into(),
        ..ColumnShape::default()
    };
    ColumnMask::compile(spec, &shape, keys, spec.name())
}

impl LeafMask {
    fn new(spec: &MaskSpec, keys: &Keys) -> Result<LeafMask, Unfit> {
        let strings = of_type(spec, keys, oid::TEXT);
        let numbers = of_type(spec, keys, oid::NUMERIC).ok();
        let strings = match (strings, &numbers) {
            (Ok(strings), _) => strings,
            // A mask of numbers alone: strings that stand at its path are none of its business, and redacted.
            (Err(error), Some(_)) => {
                let redact = MaskSpec::parse(&toml::Value::from("redact")).ok();
                let redact = redact.and_then(|redact| of_type(&redact, keys, oid::TEXT).ok());
                redact.ok_or_else(|| Unfit::Inner(Box::new(error)))?
            }
            (Err(error), None) => return Err(Unfit::Inner(Box::new(error))),
        };
        Ok(LeafMask { strings, numbers })
    }
}

impl Leaves {
    fn new(build: &Build<'_>) -> Result<Leaves, Unfit> {
        let path = |written: &String| Path::parse(written).ok_or_else(|| Unfit::Value(written.clone()));
        let named = |name: &str| MaskSpec::parse(&toml::Value::from(name)).map_err(|_| Unfit::Type);
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
        let numbers = of_type(&named("integer")?, build.keys, oid::NUMERIC);
        Ok(Leaves {
            keep: keep.collect::<Result<_, _>>()?,
            paths: paths.collect::<Result<_, Unfit>>()?,
            others: LeafMask::new(&strings, build.keys)?,
            numbers: numbers.map_err(|error| Unfit::Inner(Box::new(error)))?,
        })
    }

    fn document(&self, text: &[u8], out: &mut Vec<u8>) -> Option<()> {
        map_leaves(text, |raw, path, out| self.leaf(raw, path, out), out)
    }

    fn leaf(&self, raw: &[u8], path: &[Step<'_>], out: &mut Vec<u8>) -> Option<()> {
        let is_kept = self.keep.iter().any(|kept| kept.leads_to(path));
        let found = self.paths.iter().find(|(wanted, _)| wanted.leads_to(path));
        let mask = found.map_or(&self.others, |(_, mask)| mask);
        match raw.first()? {
            b'"' => {
                let mut string = Vec::new();
                // Kept or not, it has to be one.
                if !unescape(raw, &mut string) {
                    return None;
                }
                if is_kept {
                    out.extend_from_slice(raw);
                    return Some(());
                }
                let mut masked = Vec::new();
                match mask.strings.apply(oid::TEXT, Format::Text, &string, &mut masked) {
                    Masked::Value => escape(&masked, out),
                    Masked::Null => out.extend_from_slice(b"null"),
                }
            }
            b't' | b'f' | b'n' => {
                let is_word = matches!(raw, b"true" | b"false" | b"null");
                let masked = if is_kept || raw == b"null" { raw } else { b"false" };
                is_word.then(|| out.extend_from_slice(masked))?;
            }
            _ if !is_number(raw) => return None,
            _ if is_kept => out.extend_from_slice(raw),
            _ => {
                let numbers = mask.numbers.as_ref().unwrap_or(&self.numbers);
                let start = out.len();
                // A number with an exponent is none that can be read, and becomes 0.
                if numbers.apply(oid::NUMERIC, Format::Text, raw, out) == Masked::Null {
                    out.extend_from_slice(b"null");
                }
                if !is_number(&out[start..]) && &out[start..] != b"null" {
                    return None;
                }
            }
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
            "[40, \"[redacted]\"]"
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
        assert_eq!(shown("", "1e5"), "0");
    }
}
