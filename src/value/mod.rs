//! Postgres values in text and binary form, by type.
//!
//! Text forms are what the server's output functions write under `DateStyle = ISO`; binary forms are
//! what its send functions write (PostgreSQL documentation, "Frontend/Backend Protocol, Formats and Format Codes",
//! and `src/backend/utils/adt`). Decoding never panics: what is not exactly such a form is `None`, and whoever
//! called decides what a value that cannot be read is worth.

pub mod address;
pub mod array;
pub mod canonical;
pub mod composite;
pub mod document;
pub mod hstore;
pub mod json;
pub mod moment;
pub mod number;
pub mod numeric;
pub mod range;
pub mod rank;
pub mod text;
pub mod uuid;

/// Wire format of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Format code 0.
    Text,
    /// Format code 1.
    Binary,
}

impl Format {
    /// The format of a wire format code; `None` where Postgres defines no such code.
    pub fn from_code(code: i16) -> Option<Format> {
        match code {
            0 => Some(Format::Text),
            1 => Some(Format::Binary),
            _ => None,
        }
    }
}

/// Type OIDs that never change between servers (`src/include/catalog/pg_type.dat`).
#[allow(missing_docs, reason = "each is named as pg_type names it")]
pub mod oid {
    pub const BOOL: u32 = 16;
    pub const BYTEA: u32 = 17;
    pub const NAME: u32 = 19;
    pub const INT8: u32 = 20;
    pub const INT2: u32 = 21;
    pub const INT4: u32 = 23;
    pub const TEXT: u32 = 25;
    pub const JSON: u32 = 114;
    pub const XML: u32 = 142;
    pub const CIDR: u32 = 650;
    pub const POINT: u32 = 600;
    pub const FLOAT4: u32 = 700;
    pub const FLOAT8: u32 = 701;
    pub const MACADDR8: u32 = 774;
    pub const MACADDR: u32 = 829;
    pub const INET: u32 = 869;
    pub const BPCHAR: u32 = 1042;
    pub const VARCHAR: u32 = 1043;
    pub const DATE: u32 = 1082;
    pub const TIME: u32 = 1083;
    pub const TIMESTAMP: u32 = 1114;
    pub const TIMESTAMPTZ: u32 = 1184;
    pub const INTERVAL: u32 = 1186;
    pub const TIMETZ: u32 = 1266;
    pub const NUMERIC: u32 = 1700;
    pub const UUID: u32 = 2950;
    pub const TSVECTOR: u32 = 3614;
    pub const JSONB: u32 = 3802;
}

/// Whether this built-in type is a string of characters whose text and binary forms are the same bytes.
pub fn is_text_like(type_oid: u32) -> bool {
    matches!(type_oid, oid::TEXT | oid::VARCHAR | oid::BPCHAR | oid::NAME)
}

/// Whether this is one of the integer types.
pub fn is_integer(type_oid: u32) -> bool {
    matches!(type_oid, oid::INT2 | oid::INT4 | oid::INT8)
}
