//! What each mask promises: the reference that documentation, `check` and `explain` print.

/// Whether different values keep different masked values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Uniqueness {
    /// Different values never collide: by construction where the mask is a permutation, else with a probability below
    /// 10^-6 over 10^9 rows (at least 80 bits of the keyed function stand in the output: n²/2^81).
    Keeps,
    /// Collisions are rare but to be expected in a large table.
    Usually,
    /// Many values share one masked value.
    Loses,
}

/// What a mask promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contract {
    /// Its name in rule files.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// The types it accepts, for people to read.
    pub accepts: &'static str,
    /// Its parameters, for people to read; empty if it has none.
    pub parameters: &'static str,
    /// NULL stays NULL (all masks do; the rest of a row shows as much).
    pub keeps_null: bool,
    /// Whether different values stay different, in a column wide enough; a compiled mask says so for its own column.
    pub uniqueness: Uniqueness,
    /// Equal values get equal masked values (in one domain, if keyed).
    pub deterministic: bool,
    /// All values become one and the same, whatever they are. So the least of the masked values is the masked least, and so on.
    pub constant: bool,
    /// Depends on the masking key.
    pub needs_key: bool,
    /// A rule's value and what becomes of a sample, for people to read.
    pub example: &'static str,
}

const TEXT: &str = "text, varchar, char, name, citext";

const fn keyed(
    name: &'static str,
    summary: &'static str,
    accepts: &'static str,
    uniqueness: Uniqueness,
    example: &'static str,
) -> Contract {
    Contract {
        name,
        summary,
        accepts,
        parameters: "",
        keeps_null: true,
        uniqueness,
        deterministic: true,
        constant: false,
        needs_key: true,
        example,
    }
}

const fn keyless(
    name: &'static str,
    summary: &'static str,
    accepts: &'static str,
    parameters: &'static str,
    example: &'static str,
) -> Contract {
    let uniqueness = Uniqueness::Loses;
    Contract {
        name,
        summary,
        accepts,
        parameters,
        keeps_null: true,
        uniqueness,
        deterministic: true,
        constant: false,
        needs_key: false,
        example,
    }
}

use Uniqueness::{Keeps, Loses, Usually};

pub(super) const NULL: Contract = Contract {
    constant: true,
    ..keyless(
        "null",
        "Every value becomes NULL.",
        "every type, in columns that may be NULL",
        "",
        "null: 'x' -> NULL",
    )
};
pub(super) const FIXED: Contract = Contract {
    constant: true,
    ..keyless(
        "fixed",
        "Every value becomes the one given.",
        "text, varchar, char, name, citext, enums, integers, numeric, real, double precision, boolean, date, timestamp, timestamptz, \
         uuid, inet, cidr, json, jsonb, bytea",
        "value: what to put in place (required)",
        "{ kind = \"fixed\", value = \"n/a\" }: 'x' -> 'n/a'",
    )
};
pub(super) const REDACT: Contract = Contract {
    constant: true,
    ..keyless(
        "redact",
        "Every value becomes a neutral constant of its type: [redacted], 0, 2000-01-01, {}.",
        "text, varchar, char, name, citext, integers, numeric, real, double precision, boolean, date, time, timestamp, timestamptz, \
         interval, uuid, inet, cidr, macaddr, json, jsonb, bytea, tsvector, arrays; any other type in columns that may be NULL (NULL)",
        "",
        "redact: 'x' -> '[redacted]'",
    )
};
pub(super) const PARTIAL: Contract = keyless(
    "partial",
    "Keeps some characters at either end and covers the others; covers all where fewer would be covered than shown.",
    TEXT,
    "keep_first, keep_last: characters shown (0 and 0); mask_char: one ASCII character (\"*\")",
    "{ kind = \"partial\", keep_last = 2 }: '555-0142' -> '******42'",
);
pub(super) const HASH: Contract = Contract {
    parameters: "length: hexadecimal digits, 8 to 32 (32)",
    ..keyed(
        "hash",
        "A keyed hash in hexadecimal digits.",
        TEXT,
        Keeps,
        "hash: 'x' -> '2fb1c09e…'",
    )
};
pub(super) const EMAIL: Contract = keyed(
    "email",
    "A believable address in a reserved domain (RFC 2606): mail to it reaches nobody.",
    TEXT,
    Keeps,
    "email: 'mary@corp.com' -> 'ada.moreno.k3jx9q2mt7wzbq4ea@example.org'",
);
pub(super) const FULL_NAME: Contract = keyed(
    "full_name",
    "A first and a last name from lists.",
    TEXT,
    Loses,
    "full_name: 'Mary Smith' -> 'Ada Moreno'",
);
pub(super) const FIRST_NAME: Contract = keyed(
    "first_name",
    "A first name from a list.",
    TEXT,
    Loses,
    "first_name: 'Mary' -> 'Ada'",
);
pub(super) const LAST_NAME: Contract = keyed(
    "last_name",
    "A last name from a list.",
    TEXT,
    Loses,
    "last_name: 'Smith' -> 'Moreno'",
);
pub(super) const PHONE: Contract = keyed(
    "phone",
    "Digits become other digits and letters other letters; punctuation and length stay.",
    TEXT,
    Keeps,
    "phone: '+49 30 1234567' -> '+81 77 3950418'",
);
pub(super) const ADDRESS_LINE: Contract = keyed(
    "address_line",
    "A house number and a made-up street.",
    TEXT,
    Loses,
    "address_line: '23 Workhaven Lane' -> '417 Alder Brook Road'",
);
pub(super) const CITY: Contract = keyed(
    "city",
    "A city from a list.",
    TEXT,
    Loses,
    "city: 'Lethbridge' -> 'Porto'",
);
pub(super) const COMPANY: Contract = keyed(
    "company",
    "A made-up company.",
    TEXT,
    Loses,
    "company: 'Initech' -> 'Moreno Textiles Ltd'",
);
pub(super) const USER_NAME: Contract = keyed(
    "user_name",
    "A believable user name.",
    TEXT,
    Keeps,
    "user_name: 'msmith' -> 'ada.moreno.k3jx9q2mt7wzbq4ea'",
);
pub(super) const URL: Contract = keyed(
    "url",
    "An address in a reserved domain (RFC 2606).",
    TEXT,
    Keeps,
    "url: 'https://mary.blog/me' -> 'https://example.org/k3jx9q2mt7wzbq4ea5rd'",
);
pub(super) const FREE_TEXT: Contract = keyed(
    "free_text",
    "A sentence of plain words, whatever the original's length.",
    TEXT,
    Usually,
    "free_text: 'Called twice' -> 'Quiet harbour lends seven lanterns.'",
);
pub(super) const INTEGER: Contract = keyed(
    "integer",
    "Another number of the same type and magnitude: a keyed permutation.",
    "smallint, integer, bigint, numeric",
    Keeps,
    "integer: 42 -> 1839205577",
);
pub(super) const DATE_SHIFT: Contract = Contract {
    parameters: "days: largest shift either way, 1 to 36500 (30); keep_time: leave the time of day (false)",
    ..keyed(
        "date_shift",
        "Moves a date or timestamp by a keyed amount, never by nothing.",
        "date, timestamp, timestamptz",
        Loses,
        "{ kind = \"date_shift\", days = 10 }: 2024-03-07 -> 2024-03-01",
    )
};
pub(super) const IP: Contract = keyed(
    "ip",
    "Another address of the same family and prefix length: a keyed permutation.",
    "inet, cidr, text, varchar, char, name, citext",
    Keeps,
    "ip: 192.0.2.7 -> 81.14.233.90",
);
pub(super) const UUID: Contract = keyed(
    "uuid",
    "Another UUID: a keyed permutation.",
    "uuid, text, varchar, char, name, citext",
    Keeps,
    "uuid: f81d4fae-7dec-… -> 0b5c2e91-4a77-…",
);
pub(super) const JSON: Contract = keyless(
    "json",
    "The whole document becomes the empty object.",
    "json, jsonb, text, varchar, char, name, citext",
    "",
    "json: {\"name\": \"Mary\"} -> {}",
);

/// Every mask, in the order of the reference.
pub(super) static ALL: [Contract; 21] = [
    NULL,
    FIXED,
    REDACT,
    PARTIAL,
    HASH,
    EMAIL,
    FULL_NAME,
    FIRST_NAME,
    LAST_NAME,
    PHONE,
    ADDRESS_LINE,
    CITY,
    COMPANY,
    USER_NAME,
    URL,
    FREE_TEXT,
    INTEGER,
    DATE_SHIFT,
    IP,
    UUID,
    JSON,
];
