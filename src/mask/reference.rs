//! The reference of the masks, `docs/masks.md`, written from their contracts.

use std::fmt::Write;

use super::contract::{Contract, Example, TypeFamily, example_shape};
use super::options::Default;
use super::{ColumnMask, Keys, MaskSpec, Masked, Row, RowField, Shown, Sibling};
use crate::value::Format;

/// What stands before and behind what is written here.
const BEFORE: &str = include_str!("reference/before.md");
const BEHIND: &str = include_str!("reference/behind.md");

/// The key of the examples: no secret.
const EXAMPLE_KEY: [u8; 32] = [7; 32];

/// What becomes of a mask's example under a fixed key: the same in the reference as on the command line. `None` for NULL.
pub fn example_result(contract: &Contract) -> Option<String> {
    let rule: toml::Table = format!("mask = {}", contract.example_rule()).parse().ok()?;
    let spec = MaskSpec::parse(&rule["mask"]).ok()?;
    let type_oid = contract.example.type_oid;
    let shape = example_shape(type_oid);
    let keys = Keys::from_content(&EXAMPLE_KEY)?;
    let (siblings, fields) = contract.example.row();
    let mask = ColumnMask::compile_in_row(&spec, &shape, &siblings, &keys, spec.name()).ok()?;
    let (value, row) = (contract.example.value.as_bytes(), Row { fields: &fields });
    let mut out = Vec::new();
    match mask.apply_in_row(type_oid, Format::Text, value, &row, &mut out) {
        Masked::Value => Some(String::from_utf8_lossy(&out).into_owned()),
        Masked::Null => None,
    }
}

impl Example {
    /// The columns beside the value, and what they hold.
    pub(super) fn row(&self) -> (Vec<Sibling>, Vec<RowField<'static>>) {
        let numbered = || (1i16..).zip(self.row);
        let siblings = numbered().map(|(attribute, (name, type_oid, _))| Sibling {
            name: (*name).to_owned(),
            attribute,
            shape: example_shape(*type_oid),
            shown: Shown::AsTheyAre,
            is_unique: false,
        });
        let fields = numbered().map(|(attribute, (_, type_oid, value))| RowField {
            attribute,
            type_oid: *type_oid,
            format: Format::Text,
            value: Some(value.as_bytes()),
        });
        (siblings.collect(), fields.collect())
    }
}

/// The whole page.
pub fn markdown() -> String {
    let mut page = BEFORE.to_owned();
    page.push_str("\n## All masks\n\n| mask | for | different values stay different | leads back | same length | keyed |\n|---|---|---|---|---|---|\n");
    for contract in MaskSpec::kinds() {
        let families: Vec<_> = contract.accepts.iter().copied().map(short_label).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| [`{}`](#{0}) | {} | {} | {} | {} | {} |",
            contract.name,
            families.join(", "),
            contract.uniqueness.word(),
            tick(contract.reversible),
            tick(contract.keeps_length),
            tick(contract.needs_key),
        );
    }
    for contract in MaskSpec::kinds() {
        page.push('\n');
        push_section(contract, &mut page);
    }
    page.push('\n');
    page.push_str(BEHIND);
    page
}

fn tick(holds: bool) -> &'static str {
    if holds { "yes" } else { "" }
}

/// A family's word in the table.
fn short_label(family: TypeFamily) -> &'static str {
    match family {
        TypeFamily::Text => "texts",
        TypeFamily::Integer => "integers",
        TypeFamily::Float => "floats",
        TypeFamily::Timestamp => "timestamps",
        TypeFamily::Time => "times",
        TypeFamily::MacAddress => "macaddr, macaddr8",
        TypeFamily::Nullable => "all that may be NULL",
        other => other.label(),
    }
}

/// One mask, in Markdown that reads on a terminal as well.
fn push_section(contract: &Contract, page: &mut String) {
    let _ = writeln!(page, "### {}\n\n{}\n", contract.name, contract.summary);
    if !contract.options.is_empty() {
        page.push_str("| option | | may be | unset |\n|---|---|---|---|\n");
        for option in contract.options {
            let unset = match option.default {
                Default::Required => "must be given".to_owned(),
                Default::Absent => String::new(),
                Default::Whole(number) => number.to_string(),
                Default::Real(number) => format!("{number:?}"),
                Default::Flag(flag) => flag.to_string(),
                Default::Text(text) => format!("`\"{text}\"`"),
            };
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {unset} |",
                option.name, option.summary, option.kind
            );
        }
        page.push('\n');
    }
    if !contract.keeps_null {
        page.push_str("Makes NULL of values that are not.\n\n");
    }
    let shown = example_result(contract).unwrap_or_else(|| "NULL".to_owned());
    let beside = contract.example.row.iter();
    let beside: Vec<_> = beside.map(|(name, _, value)| format!("{name} {value}")).collect();
    let beside = if beside.is_empty() {
        String::new()
    } else {
        format!("  (beside it: {})", beside.join(", "))
    };
    let _ = writeln!(
        page,
        "```\nmask = {}\n{}{beside}\n    -> {shown}\n```",
        contract.example_rule(),
        contract.example.value
    );
}

impl Contract {
    /// The mask's section of the reference.
    pub fn markdown(&self) -> String {
        let mut section = String::new();
        push_section(self, &mut section);
        let _ = writeln!(
            section,
            "\nfor: {}\ndifferent values stay different: {}",
            self.accepted(),
            self.uniqueness.word()
        );
        section
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `PGVEIL_WRITE_DOCS=1` writes it.
    #[test]
    fn the_page_is_as_written_from_the_contracts() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/masks.md");
        let now = markdown();
        if std::env::var_os("PGVEIL_WRITE_DOCS").is_some() {
            std::fs::write(&path, &now).expect("docs/masks.md");
        }
        let written = std::fs::read_to_string(&path).expect("docs/masks.md");
        let differs = written.lines().zip(now.lines()).find(|(written, now)| written != now);
        assert!(
            written == now,
            "docs/masks.md is not as the contracts say, at {differs:?}; run this test with PGVEIL_WRITE_DOCS=1"
        );
    }

    #[test]
    fn every_example_shows_something_else() {
        for contract in MaskSpec::kinds() {
            assert_ne!(
                example_result(contract).as_deref(),
                Some(contract.example.value),
                "{}",
                contract.name
            );
            assert_eq!(
                example_result(contract).is_none(),
                contract.name == "null",
                "{}",
                contract.name
            );
        }
    }
}
