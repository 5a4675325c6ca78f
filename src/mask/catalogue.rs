//! Every mask, in the order of the reference.

use super::contract::Kind;
use super::{
    bytes, card, constant, ff1, generalise, geo, iban, identifier, integer, ip, json, mac, national_id, noise, nullify,
    partial, place, prefix, regexp, scrub, secret, shape, shift, template, vocabulary, web, when, wording,
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
    &ff1::FF1_MASK,
    &shape::POSTAL_CODE,
    &shape::LICENCE_PLATE,
    &card::CARD,
    &iban::IBAN,
    &national_id::NATIONAL_ID,
    &wording::ADDRESS_LINE,
    &wording::CITY,
    &wording::REGION,
    &vocabulary::COUNTRY,
    &place::PLACE,
    &wording::COMPANY,
    &vocabulary::JOB_TITLE,
    &identifier::USER_NAME,
    &identifier::URL,
    &web::URL_SHAPE,
    &web::FILE_NAME,
    &vocabulary::USER_AGENT,
    &wording::FREE_TEXT,
    &scrub::SCRUB,
    &regexp::REGEXP_REPLACE,
    &integer::INTEGER,
    &noise::NOISE,
    &noise::ROUND,
    &noise::BUCKET,
    &generalise::BAND,
    &shift::DATE_SHIFT,
    &generalise::TRUNCATE_DATE,
    &ip::IP,
    &prefix::IP_PREFIX,
    &mac::MAC,
    &geo::JITTER,
    &identifier::UUID,
    &json::JSON,
    &json::JSON_LEAVES,
    &secret::PASSWORD_HASH,
    &bytes::IMAGE,
    &nullify::SOMETIMES_NULL,
    &when::WHEN,
    &template::TEMPLATE,
];

/// The mask of this name.
pub(super) fn kind(name: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.contract.name == name)
}
