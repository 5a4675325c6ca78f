//! Searching by masked values: from the value that a client saw back to the original.
//!
//! Only where a mask is a permutation under the key does a masked value lead back to one original, and only there would
//! the masked data answer a search by it as the original data do. What is given back is a constant that equals, by `=`
//! of the column's type, the values that are shown as the one given, and no others. A value that nothing is shown as
//! (too large for the column, say) gives one that equals nothing in the column.

use super::ColumnMask;
use super::build::Function;
use crate::value::text::without_padding;
use crate::value::{Format, oid};

/// Constants over this size, in bytes, are not searched for.
pub const SEARCHED_BYTES_MAX: usize = 4 << 10;

impl ColumnMask {
    /// The type, as an OID, that the server gives a constant without one which the column is compared with; `None` if
    /// masked values do not lead back to originals.
    pub fn search_type(&self) -> Option<u32> {
        match (&self.function, self.type_oid) {
            (Function::Typed(mask), column_oid) => mask.search_type(column_oid),
            (Function::Text(text), oid::TEXT | oid::VARCHAR) if text.is_permutation() => Some(oid::TEXT),
            // Blanks at the end have no meaning; this mask leaves them where they are, and turns nothing else into them.
            (Function::Text(text), oid::BPCHAR) if text.keeps_blanks() => Some(oid::BPCHAR),
            // Case has none in citext, and a name may be cut: one mask would have many originals.
            _ => None,
        }
    }

    /// The type to give a constant of type `given` so that it holds its original; `None` where the two types do not go
    /// together.
    pub fn restored_type(&self, given: u32) -> Option<u32> {
        let own = self.search_type()?;
        match (own, given) {
            // Numbers of 32 bits have originals of 32 bits, but those of 16 have not, unless the column holds no others.
            (oid::INT4 | oid::INT8, oid::INT2) => Some(oid::INT4),
            (oid::INT2 | oid::INT4 | oid::INT8, oid::INT2 | oid::INT4 | oid::INT8) => Some(given),
            (oid::NUMERIC, oid::INT2 | oid::INT4 | oid::INT8) => Some(oid::NUMERIC),
            (oid::TEXT, oid::VARCHAR) | (oid::BPCHAR, oid::TEXT | oid::VARCHAR) => Some(given),
            (oid::INET, oid::CIDR) => Some(oid::INET),
            _ => (own == given).then_some(own),
        }
    }

    /// Appends the original of a masked value of type `given`, as one of type `to`, which is
    /// [`ColumnMask::restored_type`] of it. `false`: it cannot be read; what was appended is void.
    pub fn restore(&self, given: u32, format: Format, value: &[u8], to: u32, out: &mut Vec<u8>) -> bool {
        value.len() <= SEARCHED_BYTES_MAX && self.restored(given, format, value, to, out).is_some()
    }

    fn restored(&self, given: u32, format: Format, value: &[u8], to: u32, out: &mut Vec<u8>) -> Option<()> {
        match &self.function {
            Function::Typed(mask) => mask.restore(given, format, value, to, out),
            // An empty string is shown as it is.
            Function::Text(_) if value.is_empty() => Some(()),
            Function::Text(mask) => {
                // What cannot be masked is shown as this, so it stands for no single value.
                let shown = match self.type_oid {
                    oid::BPCHAR => without_padding(value),
                    _ => value,
                };
                let is_marker = self.text.as_ref()?.marker() == shown;
                if is_marker { None } else { mask.restore(value, out) }
            }
            Function::Null
            | Function::Constant(_)
            | Function::Array(_)
            | Function::Range(_)
            | Function::Sometimes(_)
            | Function::InRow(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mask::{ColumnShape, Keys, MaskSpec};

    fn mask(name: &str, type_oid: u32, type_modifier: i32) -> ColumnMask {
        let spec = MaskSpec::parse(&toml::Value::from(name)).expect("a mask");
        let shape = ColumnShape {
            type_oid,
            type_modifier,
            ..ColumnShape::default()
        };
        let keys = Keys::from_content(&[9; 32]).expect("a key");
        ColumnMask::compile(&spec, &shape, &keys, "d").expect("accepted")
    }

    fn masked(mask: &ColumnMask, type_oid: u32, format: Format, value: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        assert_eq!(
            mask.apply(type_oid, format, value, &mut out),
            crate::mask::Masked::Value
        );
        out
    }

    fn restored(mask: &ColumnMask, given: u32, format: Format, value: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let to = mask.restored_type(given)?;
        mask.restore(given, format, value, to, &mut out).then_some(out)
    }

    #[test]
    fn what_was_masked_comes_back() {
        for (name, type_oid, values) in [
            ("integer", oid::INT2, &["0", "7", "-1", "32767", "-32768"][..]),
            ("integer", oid::INT4, &["0", "7", "-1", "2147483647", "-2147483648"]),
            (
                "integer",
                oid::INT8,
                &["0", "7", "2147483648", "9007199254740993", "-9223372036854775808"],
            ),
            (
                "integer",
                oid::NUMERIC,
                &["0", "7.00", "-3.25", "NaN", "99999999999999999999.5", "0.001"],
            ),
            ("uuid", oid::UUID, &["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"]),
            (
                "uuid",
                oid::TEXT,
                &[
                    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                    "F81D4FAE7DEC11D0A76500A0C91E6BF6",
                    "",
                ],
            ),
            ("ip", oid::INET, &["192.0.2.7", "192.0.2.7/24", "2001:db8::1"]),
            ("ip", oid::CIDR, &["192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32"]),
            ("phone", oid::TEXT, &["", "+49 30 1234567", "Müller ٠١٢", "--"]),
            ("phone", oid::VARCHAR, &["555-0142"]),
        ] {
            let mask = mask(name, type_oid, -1);
            let given = mask.search_type().expect("a permutation");
            for value in values {
                let shown = masked(&mask, type_oid, Format::Text, value.as_bytes());
                let back = restored(&mask, given, Format::Text, &shown).expect("an original");
                let is_cidr_alone = type_oid == oid::CIDR && !back.contains(&b'/');
                assert!(is_cidr_alone || back == value.as_bytes(), "{name} {value}");
            }
        }
    }

    #[test]
    fn every_smallint_leads_back_and_others_to_nothing() {
        let mask = mask("integer", oid::INT2, -1);
        for number in i16::MIN..=i16::MAX {
            let shown = masked(&mask, oid::INT2, Format::Binary, &number.to_be_bytes());
            assert_eq!(
                restored(&mask, oid::INT2, Format::Binary, &shown),
                Some(number.to_be_bytes().to_vec())
            );
        }
        assert_eq!(
            restored(&mask, oid::INT4, Format::Text, b"70000"),
            Some(b"70000".to_vec())
        );
    }

    #[test]
    fn originals_fit_the_type_that_they_are_sent_as() {
        let mask = mask("integer", oid::INT4, -1);
        assert_eq!(mask.restored_type(oid::INT2), Some(oid::INT4));
        assert_eq!(mask.restored_type(oid::INT8), Some(oid::INT8));
        assert_eq!(mask.restored_type(oid::NUMERIC), None);
        let back = restored(&mask, oid::INT2, Format::Binary, &5i16.to_be_bytes()).expect("an original");
        assert_eq!(back.len(), 4);
        for number in [i64::from(i32::MAX), i64::from(i32::MAX) + 1, i64::MAX, i64::MIN] {
            let back = restored(&mask, oid::INT8, Format::Text, number.to_string().as_bytes()).expect("an original");
            let back: i64 = String::from_utf8(back).expect("digits").parse().expect("a number");
            assert_eq!(i32::try_from(back).is_ok(), i32::try_from(number).is_ok());
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_guessed_at() {
        for (name, type_oid, value) in [
            ("integer", oid::INT4, "0x1F"),
            ("integer", oid::INT4, "1_000"),
            ("integer", oid::INT4, " 5"),
            ("integer", oid::INT4, "2147483648"),
            ("integer", oid::NUMERIC, "1e3"),
            ("uuid", oid::UUID, "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}"),
            ("uuid", oid::TEXT, "bob"),
            ("ip", oid::INET, "10.1"),
            ("phone", oid::TEXT, "[redacted]"),
            ("phone", oid::BPCHAR, "[redacted]  "),
        ] {
            let mask = mask(name, type_oid, -1);
            assert_eq!(
                restored(
                    &mask,
                    mask.search_type().expect("a permutation"),
                    Format::Text,
                    value.as_bytes()
                ),
                None
            );
        }
        let long = vec![b'1'; SEARCHED_BYTES_MAX + 1];
        assert_eq!(
            restored(&mask("phone", oid::TEXT, -1), oid::TEXT, Format::Text, &long),
            None
        );
    }

    #[test]
    fn only_permutations_lead_back() {
        for (name, type_oid) in [
            ("email", oid::TEXT),
            ("hash", oid::TEXT),
            ("user_name", oid::VARCHAR),
            ("ip", oid::TEXT),
            ("uuid", oid::BPCHAR),
            ("phone", oid::NAME),
            ("redact", oid::INT4),
            ("date_shift", oid::DATE),
        ] {
            assert_eq!(mask(name, type_oid, -1).search_type(), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn numbers_of_a_narrow_column_come_back(digits in 0u32..10_000, beyond in 0u64..1_000_000_000_000) {
            let mask = mask("integer", oid::NUMERIC, (4 << 16 | 2) + 4);
            let value = format!("{}.{:02}", digits / 100, digits % 100);
            let shown = masked(&mask, oid::NUMERIC, Format::Text, value.as_bytes());
            prop_assert_eq!(restored(&mask, oid::NUMERIC, Format::Text, &shown), Some(value.into_bytes()));
            // What the column cannot hold leads to what it cannot hold.
            let beyond = format!("{beyond}.{:03}", digits % 1000);
            let back = restored(&mask, oid::NUMERIC, Format::Text, beyond.as_bytes()).expect("an original");
            prop_assert_eq!(back.len(), beyond.len());
        }

        #[test]
        fn blanks_at_the_end_stay(value in "[0-9A-Za-z ü]{0,12}", blanks in 0usize..5) {
            let mask = mask("phone", oid::BPCHAR, 4 + 40);
            let value = value.trim_end_matches(' ');
            let shown = masked(&mask, oid::BPCHAR, Format::Text, format!("{value:<40}").as_bytes());
            let shown = String::from_utf8(shown).expect("UTF-8");
            let searched = format!("{}{}", shown.trim_end_matches(' '), " ".repeat(blanks));
            let back = restored(&mask, oid::BPCHAR, Format::Text, searched.as_bytes()).expect("an original");
            let back = String::from_utf8(back).expect("UTF-8");
            prop_assert_eq!(back.trim_end_matches(' '), value);
            prop_assert_eq!(back.len() - value.len(), blanks);
        }

        #[test]
        fn any_text_comes_back(value in "\\PC{0,40}") {
            let mask = mask("phone", oid::TEXT, -1);
            let shown = masked(&mask, oid::TEXT, Format::Text, value.as_bytes());
            prop_assert_eq!(restored(&mask, oid::TEXT, Format::Text, &shown), Some(value.into_bytes()));
        }

        #[test]
        fn any_bytes_are_read_or_not(value in prop::collection::vec(any::<u8>(), 0..60), binary: bool) {
            let format = if binary { Format::Binary } else { Format::Text };
            for (name, type_oid) in [("integer", oid::INT4), ("integer", oid::NUMERIC), ("uuid", oid::UUID), ("ip", oid::CIDR), ("phone", oid::TEXT)] {
                let mask = mask(name, type_oid, -1);
                restored(&mask, mask.search_type().expect("a permutation"), format, &value);
            }
        }
    }
}
