//! A share of the values becomes NULL, the others are masked otherwise.

use std::borrow::Cow;

use super::build::{Function, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use super::prf::Prf;
use super::{ColumnMask, Masked};
use crate::value::Format;
use crate::value::canonical::canonical;

/// Hundredths of a percent in a whole.
const WHOLE: usize = 10_000;

pub(super) static SOMETIMES_NULL: Kind = Kind {
    contract: Contract {
        keeps_null: false,
        ..Contract::keyed(
            "sometimes_null",
            "A keyed share of the values becomes NULL, the others get another mask. The value decides which, so equal values fare alike.",
            &[
                TypeFamily::Text,
                TypeFamily::Integer,
                TypeFamily::Numeric,
                TypeFamily::Float,
                TypeFamily::Boolean,
                TypeFamily::Date,
                TypeFamily::Timestamp,
                TypeFamily::Uuid,
                TypeFamily::Network,
            ],
            "mary@corp.com",
        )
    }
    .growing()
    .options(
        &[
            option("percent", OptionKind::Real(0.01, 99.99), Default::Real(50.0), "share of the different values that becomes NULL"),
            option("mask", OptionKind::Mask, Default::Required, "what becomes of the others"),
        ],
        "percent = 20, mask = \"email\"",
    ),
    build: |build| {
        let inner = build.settings.mask("mask").ok_or(Unfit::Type)?;
        Ok(Function::Sometimes(Box::new(SometimesNull {
            prf: build.prf(),
            share: (build.settings.real("percent").unwrap_or(50.0) * 100.0).round() as usize,
            mask: build.inner(inner, build.shape)?,
        })))
    },
};

/// Makes NULL of a share of the values.
pub(super) struct SometimesNull {
    prf: Prf,
    /// In hundredths of a percent.
    share: usize,
    mask: ColumnMask,
}

impl SometimesNull {
    /// NULL too where a value cannot be read.
    pub(super) fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Masked {
        let mut buffer = Vec::new();
        let canonical = match self.mask.canonical_text(value) {
            Some(text) => Some(text),
            None => canonical(type_oid, format, value, &mut buffer).map(|()| Cow::Borrowed(buffer.as_slice())),
        };
        match canonical {
            Some(canonical) if self.prf.draw(&canonical).below(WHOLE) >= self.share => {
                self.mask.apply(type_oid, format, value, out)
            }
            _ => Masked::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use crate::value::oid;

    #[test]
    fn the_share_is_about_kept() {
        let spec = parsed("{ kind = \"sometimes_null\", percent = 20, mask = \"integer\" }");
        let nulls = (0..2000)
            .filter(|number| masked(&spec, oid::INT4, -1, &number.to_string()) == "NULL")
            .count();
        assert!((300..500).contains(&nulls), "{nulls}");
    }

    #[test]
    fn types_that_show_equal_values_alike_fare_alike() {
        let spec = parsed("{ kind = \"sometimes_null\", mask = \"integer\" }");
        for number in 0..100 {
            assert_eq!(
                masked(&spec, oid::INT4, -1, &number.to_string()),
                masked(&spec, oid::INT8, -1, &number.to_string())
            );
        }
        let text = parsed("{ kind = \"sometimes_null\", mask = \"email\" }");
        assert_eq!(
            masked(&text, oid::BPCHAR, 4 + 60, "mary   ").trim_end(),
            masked(&text, oid::TEXT, -1, "mary")
        );
    }
}
