//! Every mask, in the order of the reference.

use super::contract::Kind;
use super::{
    card, constant, generalise, iban, identifier, integer, ip, national_id, noise, partial, shape, shift, wording,
};

pub(super) static ALL: &[&Kind] = &[
    &constant::NULL,
    &constant::FIXED,
    &constant::REDACT,
    &partial::PARTIAL,
    &identifier::HASH,
    &identifier::EMAIL,
    &wording::FULL_NAME,
    &wording::FIRST_NAME,
    &wording::LAST_NAME,
    &shape::PHONE,
    &shape::SHAPE,
    &shape::POSTAL_CODE,
    &shape::LICENCE_PLATE,
    &card::CARD,
    &iban::IBAN,
    &national_id::NATIONAL_ID,
    &wording::ADDRESS_LINE,
    &wording::CITY,
    &wording::COMPANY,
    &identifier::USER_NAME,
    &identifier::URL,
    &wording::FREE_TEXT,
    &integer::INTEGER,
    &noise::NOISE,
    &noise::ROUND,
    &noise::BUCKET,
    &generalise::BAND,
    &shift::DATE_SHIFT,
    &generalise::TRUNCATE_DATE,
    &ip::IP,
    &identifier::UUID,
    &constant::JSON,
];

/// The mask of this name.
pub(super) fn kind(name: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.contract.name == name)
}
