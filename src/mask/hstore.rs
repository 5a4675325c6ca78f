//! The extension hstore: values by key.

use super::build::{Function, TypedMask, Unfit};
use super::contract::{Contract, Kind, SAMPLE_HSTORE, TypeFamily};
use super::leaf::{StringLeaf, named};
use super::options::{Default, OptionKind, option};
use super::{Content, Masked};
use crate::value::Format;
use crate::value::hstore::map_values;

pub(super) static HSTORE: Kind = Kind {
    contract: Contract::keyed(
        "hstore",
        "Every value is masked, but for those of keys that are kept; keys stay, and so does NULL. Masks of numbers, dates, UUIDs and addresses take values that are written so; others are redacted then.",
        &[TypeFamily::Hstore],
        "\"mail\"=>\"mary@corp.com\", \"plan\"=>\"gold\", \"born\"=>\"1984-03-07\"",
    )
    .growing()
    .options(
        &[
            option("keep", OptionKind::Texts, Default::Absent, "keys whose values stay as they are"),
            option("keys", OptionKind::Masks, Default::Absent, "masks by key"),
            option("values", OptionKind::Mask, Default::Absent, "the mask of all other values; unset, as by `shape`"),
        ],
        "keep = [\"plan\"], keys = { mail = \"email\", born = { kind = \"truncate_date\", to = \"year\" } }",
    )
    .example_of(SAMPLE_HSTORE),
    build: |build| {
        if build.shape.content != Content::Hstore {
            return Err(Unfit::Type);
        }
        let keys = build.settings.masks("keys").iter();
        let keys = keys.map(|(key, spec)| Ok((key.clone(), StringLeaf::new(spec, build.keys)?)));
        let others = match build.settings.mask("values") {
            Some(spec) => spec.clone(),
            None => named("shape")?,
        };
        Function::typed(Pairs {
            keep: build.settings.texts("keep").to_vec(),
            keys: keys.collect::<Result<_, Unfit>>()?,
            others: StringLeaf::new(&others, build.keys)?,
        })
    },
};

struct Pairs {
    keep: Vec<String>,
    keys: Vec<(String, StringLeaf)>,
    others: StringLeaf,
}

impl TypedMask for Pairs {
    fn apply(&self, _type_oid: u32, format: Format, pairs: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let masked = |key: &[u8], value: &[u8], out: &mut Vec<u8>| {
            if self.keep.iter().any(|kept| kept.as_bytes() == key) {
                out.extend_from_slice(value);
                return Some(true);
            }
            let found = self.keys.iter().find(|(wanted, _)| wanted.as_bytes() == key);
            let mask = found.map_or(&self.others, |(_, mask)| mask);
            Some(mask.apply(value, out) == Masked::Value)
        };
        map_values(format, pairs, masked, out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use super::*;
    use crate::value::oid;

    #[test]
    fn values_by_key() {
        let shown = |options: &str, value: &str| {
            masked(
                &parsed(&format!("{{ kind = \"hstore\", {options} }}")),
                SAMPLE_HSTORE,
                -1,
                value,
            )
        };
        let email = masked(&parsed("\"email\""), oid::TEXT, -1, "mary@corp.com");
        let pairs = r#""mail"=>"mary@corp.com", "plan"=>"gold", "none"=>NULL, "Plan"=>"x1""#;
        let by_key = shown("keep = [\"plan\"], keys = { mail = \"email\" }", pairs);
        assert!(by_key.starts_with(&format!(
            "\"mail\"=>\"{email}\", \"plan\"=>\"gold\", \"none\"=>NULL, \"Plan\"=>\""
        )));
        assert!(!by_key.contains("x1"), "{by_key}");
        assert_eq!(shown("values = \"null\"", r#""a"=>"1""#), r#""a"=>NULL"#);
        assert_eq!(shown("", ""), "");
        for broken in ["a", "\"a\"=>", "\"mail\"=>\"mary"] {
            assert_eq!(shown("keep = [\"mail\"]", broken), "", "{broken}");
        }
    }
}
