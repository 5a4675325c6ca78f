//! Masked values as JSON has them.
//!
//! Sources: `datum_to_json` and `JsonEncodeDateTime` in PostgreSQL's `json.c`, `escape_json`.

use super::Unfit;
use crate::mask::{ColumnMask, Masked};
use crate::value::document::{Step, map_leaves};
use crate::value::json::{escape, is_number, unescape};
use crate::value::{Format, is_text_like, oid};

/// How JSON writes the values of a type.
enum Manner {
    Boolean,
    Number,
    /// Date and time with a `T` between them.
    Moment,
    /// Documents stand as they are, arrays as JSON arrays. Where an array's mask is not one of its elements, a constant takes
    /// its place.
    Other,
    /// Everything else is a string of the type's text.
    String,
}

fn manner(type_oid: u32, raw: &[u8]) -> Manner {
    match type_oid {
        oid::BOOL => Manner::Boolean,
        oid::INT2 | oid::INT4 | oid::INT8 | oid::FLOAT4 | oid::FLOAT8 | oid::NUMERIC => Manner::Number,
        oid::TIMESTAMP | oid::TIMESTAMPTZ => Manner::Moment,
        oid::JSON | oid::JSONB => Manner::Other,
        _ if raw.first() == Some(&b'"') => Manner::String,
        _ if is_text_like(type_oid) => Manner::String,
        _ => Manner::Other,
    }
}

/// Appends what a value that JSON has as `raw` becomes under a mask. NULL stays NULL. With `is_too_long`, `raw` is the
/// beginning of it.
///
/// # Errors
/// [`Unfit`]: it is no JSON of a value of this type.
pub(super) fn mask_scalar(
    mask: &ColumnMask,
    type_oid: u32,
    raw: &[u8],
    is_too_long: bool,
    out: &mut Vec<u8>,
) -> Result<(), Unfit> {
    if raw == b"null" {
        out.extend_from_slice(raw);
        return Ok(());
    }
    if let Some((element, element_oid)) = mask.element()
        && !is_too_long
        && raw.first() == Some(&b'[')
        && !matches!(element_oid, oid::JSON | oid::JSONB)
    {
        let leaf = |raw: &[u8], path: &[Step<'_>], out: &mut Vec<u8>| {
            let is_element = path.iter().all(|step| matches!(step, Step::Element(_)));
            (is_element && mask_scalar(element, element_oid, raw, false, out).is_ok()).then_some(())
        };
        return map_leaves(raw, leaf, out).ok_or(Unfit);
    }
    let manner = manner(type_oid, raw);
    let mut value = Vec::new();
    match manner {
        _ if is_too_long => {}
        Manner::Boolean => value.push(if raw == b"true" { b't' } else { b'f' }),
        Manner::Other => value.extend_from_slice(raw),
        Manner::Number if raw.first() != Some(&b'"') => value.extend_from_slice(raw),
        Manner::Number | Manner::Moment | Manner::String if !unescape(raw, &mut value) => return Err(Unfit),
        Manner::Number | Manner::Moment | Manner::String => {}
    }
    if let Manner::Moment = manner {
        replace_separator(&mut value, b'T', b' ');
    }
    let mut masked = Vec::new();
    let outcome = match is_too_long {
        true => mask.apply_to_long(type_oid, Format::Text, &mut masked),
        false => mask.apply(type_oid, Format::Text, &value, &mut masked),
    };
    if outcome == Masked::Null {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    match manner {
        Manner::Boolean => out.extend_from_slice(if masked == b"t" { b"true" } else { b"false" }),
        Manner::Number if is_number(&masked) => out.extend_from_slice(&masked),
        Manner::Moment => {
            replace_separator(&mut masked, b' ', b'T');
            complete_zone(&mut masked, type_oid);
            escape(&masked, out);
        }
        Manner::Number | Manner::String => escape(&masked, out),
        Manner::Other if matches!(type_oid, oid::JSON | oid::JSONB) => out.extend_from_slice(&masked),
        Manner::Other if masked == b"{}" => out.extend_from_slice(b"[]"),
        Manner::Other => out.extend_from_slice(b"null"),
    }
    Ok(())
}

/// Between date and time; what stands further behind, ` BC`, stays.
fn replace_separator(value: &mut [u8], from: u8, to: u8) {
    let mut bytes = value.windows(2);
    let at = bytes.position(|pair| pair[0] == from && pair[1].is_ascii_digit());
    if let Some(byte) = at.and_then(|at| value.get_mut(at)) {
        *byte = to;
    }
}

/// JSON writes the minutes of a time zone even if there are none: `+02:00`.
fn complete_zone(value: &mut Vec<u8>, type_oid: u32) {
    if type_oid != oid::TIMESTAMPTZ {
        return;
    }
    let Some(time) = value.iter().position(|byte| *byte == b'T') else {
        return;
    };
    let Some(sign) = value[time..].iter().position(|byte| matches!(byte, b'+' | b'-')) else {
        return;
    };
    let hours = time + sign + 3;
    if value.get(hours) != Some(&b':') && hours <= value.len() {
        value.splice(hours..hours, *b":00");
    }
}
