//! Composite types, field by field.

use std::sync::Arc;

use super::build::{Build, Function, TypedMask, Unfit};
use super::contract::{Contract, Kind, SAMPLE_COMPOSITE, TypeFamily};
use super::leaf::named;
use super::options::{Default, OptionKind, option};
use super::{ColumnMask, Content, Field, MaskSpec, Masked};
use crate::value::Format;
use crate::value::composite::map_fields;

pub(super) static COMPOSITE: Kind = Kind {
    contract: Contract::keyed(
        "composite",
        "Every field of a composite type has a mask of its own; fields that are not named are redacted. A field that is composite itself takes another `composite`.",
        &[TypeFamily::Composite],
        "(\"23 Workhaven Lane\",\"SW1A 1AA\",2019-05-03)",
    )
    .growing()
    .options(
        &[
            option("keep", OptionKind::Texts, Default::Absent, "fields that stay as they are"),
            option("fields", OptionKind::Masks, Default::Absent, "masks by field"),
            option("others", OptionKind::Mask, Default::Absent, "the mask of all other fields; unset, `redact`"),
        ],
        "keep = [\"since\"], fields = { street = \"address_line\", zip = \"postal_code\" }",
    )
    .example_of(SAMPLE_COMPOSITE),
    build: |build| Function::typed(Fields::new(build)?),
};

struct Fields {
    /// `None` for those that stay as they are.
    masks: Vec<Option<ColumnMask>>,
    fields: Arc<[Field]>,
    /// As the binary form names them.
    types: Vec<u32>,
}

impl Fields {
    fn new(build: &Build<'_>) -> Result<Fields, Unfit> {
        let Content::Composite(fields) = &build.shape.content else {
            return Err(Unfit::Type);
        };
        let settings = build.settings;
        let (keep, masks) = (settings.texts("keep"), settings.masks("fields"));
        let is_field = |name: &&String| !fields.iter().any(|field| field.name == **name);
        let mut named_fields = keep.iter().chain(masks.iter().map(|(name, _)| name));
        if let Some(unknown) = named_fields.find(is_field) {
            let known: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
            return Err(Unfit::Field {
                field: unknown.clone(),
                known: known.join(", "),
            });
        }
        let others = match settings.mask("others") {
            Some(spec) => spec.clone(),
            None => named("redact")?,
        };
        let mask = |field: &Field| -> Result<Option<ColumnMask>, Unfit> {
            if keep.contains(&field.name) {
                return Ok(None);
            }
            let found = masks.iter().find(|(name, _)| *name == field.name);
            let spec: &MaskSpec = found.map_or(&others, |(_, spec)| spec);
            let mut shape = field.shape.clone();
            shape.name = format!("{}.{}", build.shape.name, field.name);
            Ok(Some(build.inner(spec, &shape)?))
        };
        Ok(Fields {
            masks: fields.iter().map(mask).collect::<Result<_, _>>()?,
            types: fields.iter().map(|field| field.type_oid).collect(),
            fields: fields.clone(),
        })
    }
}

impl TypedMask for Fields {
    fn apply(&self, _type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let masked = |index: usize, value: &[u8], out: &mut Vec<u8>| {
            let (Some(mask), Some(field)) = (self.masks.get(index)?, self.fields.get(index)) else {
                out.extend_from_slice(value);
                return Some(true);
            };
            Some(mask.apply(field.shape.type_oid, format, value, out) == Masked::Value)
        };
        map_fields(format, value, &self.types, masked, out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{keys, masked, parsed};
    use super::super::{ColumnShape, MaskError};
    use super::*;
    use crate::mask::contract::example_shape;
    use crate::value::oid;

    #[test]
    fn each_field_has_its_mask() {
        let shown = |options: &str, value: &str| {
            masked(
                &parsed(&format!("{{ kind = \"composite\"{options} }}")),
                SAMPLE_COMPOSITE,
                -1,
                value,
            )
        };
        let home = "(\"23 Mill Lane\",\"SW1A 1AA\",2019-05-03)";
        let street = masked(&parsed("\"address_line\""), oid::TEXT, -1, "23 Mill Lane");
        assert_eq!(
            shown(", keep = [\"zip\"], fields = { street = \"address_line\" }", home),
            format!("(\"{street}\",\"SW1A 1AA\",2000-01-01)")
        );
        assert_eq!(shown(", others = \"null\", keep = [\"since\"]", home), "(,,2019-05-03)");
        assert_eq!(shown("", "(,,)"), "(,,)");
        // Not a value of the type.
        for broken in ["", "(a,b)", "(a,b,c,d)", "(a,b,2019-05-03"] {
            assert_eq!(shown(", keep = [\"street\", \"zip\", \"since\"]", broken), "(,,)");
        }
    }

    #[test]
    fn composites_in_composites_and_arrays() {
        let inner = example_shape(SAMPLE_COMPOSITE);
        let person = ColumnShape {
            type_oid: 90_001,
            type_modifier: -1,
            content: Content::Composite(Arc::from([
                Field {
                    name: "name".into(),
                    type_oid: oid::TEXT,
                    shape: example_shape(oid::TEXT),
                },
                Field {
                    name: "homes".into(),
                    type_oid: 90_002,
                    shape: ColumnShape {
                        type_oid: 90_002,
                        type_modifier: -1,
                        content: Content::Array(SAMPLE_COMPOSITE, Box::new(inner)),
                        ..ColumnShape::default()
                    },
                },
            ])),
            ..ColumnShape::default()
        };
        let compile = |rule: &str| ColumnMask::compile(&parsed(rule), &person, &keys(), "d");
        let mask = compile(
            "{ kind = \"composite\", fields = { name = { kind = \"fixed\", value = \"x\" }, homes = { kind = \"composite\", keep = [\"zip\"] } } }",
        );
        let mut out = Vec::new();
        let value = "(Mary,\"{\"\"(\\\\\"\"1 Mill Lane\\\\\"\",N1,2019-05-03)\"\",\"\"(,,)\"\"}\")";
        mask.expect("accepted")
            .apply(90_001, Format::Text, value.as_bytes(), &mut out);
        assert_eq!(
            String::from_utf8_lossy(&out),
            "(x,\"{\"\"([redacted],N1,2000-01-01)\"\",\"\"(,,)\"\"}\")"
        );
        let error = compile("{ kind = \"composite\", keep = [\"nmae\"] }").expect_err("no such field");
        assert!(
            matches!(&error, MaskError::Field { field, .. } if field == "nmae"),
            "{error}"
        );
        assert!(error.to_string().contains("name, homes"), "{error}");
    }
}
