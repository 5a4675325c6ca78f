//! Strings that may hold values of any type: leaves of documents, values of hstore, texts of XML.

use super::build::Unfit;
use super::{ColumnMask, ColumnShape, Keys, MaskError, MaskSpec, Masked};
use crate::value::canonical::canonical;
use crate::value::{Format, oid};

/// Types that a string is read as, the first that fits, where its mask does not take strings.
const TYPES: [u32; 7] = [
    oid::NUMERIC,
    oid::BOOL,
    oid::DATE,
    oid::TIMESTAMP,
    oid::TIMESTAMPTZ,
    oid::UUID,
    oid::INET,
];

/// A mask for strings.
pub(super) struct StringLeaf {
    /// By type of what the string holds; of strings alone where the mask takes these.
    masks: Vec<(u32, ColumnMask)>,
    /// For strings that hold none of these.
    redact: ColumnMask,
}

/// A mask for values of a type that stand by themselves. Its domain is its own name, as if a rule named it: so a value
/// has one pseudonym, wherever it stands.
pub(super) fn of_type(spec: &MaskSpec, keys: &Keys, type_oid: u32) -> Result<ColumnMask, MaskError> {
    let shape = ColumnShape {
        type_oid,
        type_modifier: -1,
        name: "a leaf".into(),
        ..ColumnShape::default()
    };
    ColumnMask::compile(spec, &shape, keys, spec.name())
}

/// A mask without options.
pub(super) fn named(name: &str) -> Result<MaskSpec, Unfit> {
    MaskSpec::parse(&toml::Value::from(name)).map_err(|_| Unfit::Type)
}

impl StringLeaf {
    pub(super) fn new(spec: &MaskSpec, keys: &Keys) -> Result<StringLeaf, Unfit> {
        let inner = |error: MaskError| Unfit::Inner(Box::new(error));
        let masks = match of_type(spec, keys, oid::TEXT) {
            Ok(mask) => vec![(oid::TEXT, mask)],
            Err(error) => {
                let typed = TYPES
                    .iter()
                    .map(|&type_oid| Some((type_oid, of_type(spec, keys, type_oid).ok()?)));
                let typed: Vec<_> = typed.flatten().collect();
                if typed.is_empty() {
                    return Err(inner(error));
                }
                typed
            }
        };
        let redact = of_type(&named("redact")?, keys, oid::TEXT).map_err(inner)?;
        Ok(StringLeaf { masks, redact })
    }

    /// Appends what becomes of a string.
    pub(super) fn apply(&self, value: &[u8], out: &mut Vec<u8>) -> Masked {
        if let [(oid::TEXT, mask)] = self.masks.as_slice() {
            return mask.apply(oid::TEXT, Format::Text, value, out);
        }
        if value.is_empty() {
            return Masked::Value;
        }
        let (plain, style) = Style::of(value);
        let reads = |type_oid: u32| canonical(type_oid, Format::Text, &plain, &mut Vec::new()).is_some();
        match self.masks.iter().find(|(type_oid, _)| reads(*type_oid)) {
            Some((type_oid, mask)) => {
                let start = out.len();
                let masked = mask.apply(*type_oid, Format::Text, &plain, out);
                style.restore(start, out);
                masked
            }
            None => self.redact.apply(oid::TEXT, Format::Text, value, out),
        }
    }
}

/// How a moment is written (RFC 3339) that the server would write otherwise.
#[derive(Debug, Clone, Copy)]
struct Style {
    /// `T` between date and time.
    has_t: bool,
    /// `Z` for UTC.
    has_z: bool,
    /// Minutes of the zone, even if there are none.
    has_zone_minutes: bool,
}

/// Where the time begins, behind a date of ten characters.
const SEPARATOR_AT: usize = 10;

impl Style {
    /// A string as the server would write it, if it is a moment.
    fn of(value: &[u8]) -> (Vec<u8>, Style) {
        let mut plain = value.to_vec();
        let has_t = plain.get(SEPARATOR_AT) == Some(&b'T');
        if has_t {
            plain[SEPARATOR_AT] = b' ';
        }
        let has_z = has_t && plain.ends_with(b"Z");
        if has_z {
            plain.truncate(plain.len() - 1);
            plain.extend_from_slice(b"+00");
        }
        let has_zone_minutes =
            plain.len() > SEPARATOR_AT + 6 && matches!(plain.as_slice(), [.., b'+' | b'-', _, _, b':', b'0', b'0']);
        if has_zone_minutes {
            plain.truncate(plain.len() - 3);
        }
        let style = Style {
            has_t,
            has_z,
            has_zone_minutes,
        };
        (plain, style)
    }

    /// Writes what was appended from `start` on like the original.
    fn restore(self, start: usize, out: &mut Vec<u8>) {
        let written = &mut out[start..];
        if self.has_t && written.get(SEPARATOR_AT) == Some(&b' ') {
            written[SEPARATOR_AT] = b'T';
        }
        if self.has_z && written.ends_with(b"+00") {
            out.truncate(out.len() - 3);
            out.push(b'Z');
        }
        if self.has_zone_minutes
            && matches!(out[start..], [.., b'+' | b'-', _, _])
            && out.len() - start > SEPARATOR_AT + 6
        {
            out.extend_from_slice(b":00");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{keys, masked, parsed};
    use super::*;

    fn shown(rule: &str, value: &str) -> String {
        let leaf = StringLeaf::new(&parsed(rule), &keys()).expect("a mask of strings or what they hold");
        let mut out = Vec::new();
        match leaf.apply(value.as_bytes(), &mut out) {
            Masked::Value => String::from_utf8(out).expect("UTF-8"),
            Masked::Null => "NULL".into(),
        }
    }

    #[test]
    fn strings_are_masked_as_what_they_hold() {
        let month = "{ kind = \"truncate_date\", to = \"month\" }";
        for (value, expected) in [
            ("2024-03-07", "2024-03-01"),
            ("2024-03-07 10:11:12", "2024-03-01 00:00:00"),
            ("2024-03-07T10:11:12.345Z", "2024-03-01T00:00:00Z"),
            ("2024-03-07T10:11:12+02:00", "2024-03-01T00:00:00+00:00"),
            ("7 March", "[redacted]"),
            ("", ""),
        ] {
            assert_eq!(shown(month, value), expected);
        }
        assert_eq!(shown("{ kind = \"round\", to = 10 }", "42"), "40");
        let column = masked(&parsed("\"date_shift\""), oid::DATE, -1, "2024-03-07");
        assert_eq!(shown("\"date_shift\"", "2024-03-07"), column);
        assert_eq!(shown("\"null\"", "x"), "NULL");
        assert!(matches!(
            StringLeaf::new(&parsed("\"image\""), &keys()),
            Err(Unfit::Inner(_))
        ));
    }
}
