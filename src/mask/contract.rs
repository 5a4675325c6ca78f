//! What each mask promises: the one place from which rule files are read, and the reference and `check` are written.
//!
//! Every family declares its [`Kind`]s beside its code; [`super::catalogue`] lists them.

use std::sync::Arc;

use super::build::{Build, Function, Unfit};
use super::options::OptionSpec;
use super::{ColumnShape, Content, Field};
use crate::value::oid;

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

impl Uniqueness {
    /// The word of the reference.
    pub fn word(self) -> &'static str {
        match self {
            Uniqueness::Keeps => "keeps",
            Uniqueness::Usually => "usually",
            Uniqueness::Loses => "loses",
        }
    }
}

/// Types that a mask accepts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeFamily {
    /// text, varchar, char, name, citext.
    Text,
    /// Types of a fixed list of words.
    Enum,
    /// smallint, integer, bigint.
    Integer,
    /// numeric.
    Numeric,
    /// real, double precision.
    Float,
    /// boolean.
    Boolean,
    /// date.
    Date,
    /// timestamp, timestamptz.
    Timestamp,
    /// time, timetz.
    Time,
    /// interval.
    Interval,
    /// uuid.
    Uuid,
    /// inet, cidr.
    Network,
    /// macaddr, macaddr8.
    MacAddress,
    /// json, jsonb.
    Json,
    /// xml.
    Xml,
    /// The extension hstore.
    Hstore,
    /// Composite types.
    Composite,
    /// bytea.
    Bytes,
    /// point.
    Point,
    /// tsvector.
    TextSearch,
    /// Arrays, ranges and multiranges as a whole. Other masks apply to the elements of arrays, and to the bounds of ranges,
    /// of what they accept.
    Array,
    /// Every type, in columns that may be NULL.
    Nullable,
}

impl TypeFamily {
    /// Every family.
    pub const ALL: [TypeFamily; 22] = [
        TypeFamily::Text,
        TypeFamily::Enum,
        TypeFamily::Integer,
        TypeFamily::Numeric,
        TypeFamily::Float,
        TypeFamily::Boolean,
        TypeFamily::Date,
        TypeFamily::Timestamp,
        TypeFamily::Time,
        TypeFamily::Interval,
        TypeFamily::Uuid,
        TypeFamily::Network,
        TypeFamily::MacAddress,
        TypeFamily::Json,
        TypeFamily::Xml,
        TypeFamily::Hstore,
        TypeFamily::Composite,
        TypeFamily::Bytes,
        TypeFamily::Point,
        TypeFamily::TextSearch,
        TypeFamily::Array,
        TypeFamily::Nullable,
    ];

    /// Its types, for people to read.
    pub fn label(self) -> &'static str {
        match self {
            TypeFamily::Text => "text, varchar, char, name, citext",
            TypeFamily::Enum => "enums",
            TypeFamily::Integer => "smallint, integer, bigint",
            TypeFamily::Numeric => "numeric",
            TypeFamily::Float => "real, double precision",
            TypeFamily::Boolean => "boolean",
            TypeFamily::Date => "date",
            TypeFamily::Timestamp => "timestamp, timestamptz",
            TypeFamily::Time => "time, timetz",
            TypeFamily::Interval => "interval",
            TypeFamily::Uuid => "uuid",
            TypeFamily::Network => "inet, cidr",
            TypeFamily::MacAddress => "macaddr, macaddr8",
            TypeFamily::Json => "json, jsonb",
            TypeFamily::Xml => "xml",
            TypeFamily::Hstore => "hstore",
            TypeFamily::Composite => "composite types",
            TypeFamily::Bytes => "bytea",
            TypeFamily::Point => "point",
            TypeFamily::TextSearch => "tsvector",
            TypeFamily::Array => "arrays, ranges",
            TypeFamily::Nullable => "every type, in columns that may be NULL",
        }
    }

    /// Its types; empty where they have no fixed OIDs.
    pub fn oids(self) -> &'static [u32] {
        match self {
            TypeFamily::Text => &[oid::TEXT, oid::VARCHAR, oid::BPCHAR, oid::NAME],
            TypeFamily::Integer => &[oid::INT2, oid::INT4, oid::INT8],
            TypeFamily::Numeric => &[oid::NUMERIC],
            TypeFamily::Float => &[oid::FLOAT4, oid::FLOAT8],
            TypeFamily::Boolean => &[oid::BOOL],
            TypeFamily::Date => &[oid::DATE],
            TypeFamily::Timestamp => &[oid::TIMESTAMP, oid::TIMESTAMPTZ],
            TypeFamily::Time => &[oid::TIME, oid::TIMETZ],
            TypeFamily::Interval => &[oid::INTERVAL],
            TypeFamily::Uuid => &[oid::UUID],
            TypeFamily::Network => &[oid::INET, oid::CIDR],
            TypeFamily::MacAddress => &[oid::MACADDR, oid::MACADDR8],
            TypeFamily::Json => &[oid::JSON, oid::JSONB],
            TypeFamily::Xml => &[oid::XML],
            TypeFamily::Bytes => &[oid::BYTEA],
            TypeFamily::Point => &[oid::POINT],
            TypeFamily::TextSearch => &[oid::TSVECTOR],
            TypeFamily::Enum
            | TypeFamily::Hstore
            | TypeFamily::Composite
            | TypeFamily::Array
            | TypeFamily::Nullable => &[],
        }
    }
}

/// What stands for the type hstore in examples: it has no OID of its own everywhere.
pub(super) const SAMPLE_HSTORE: u32 = 16_501;
/// What stands for a composite type in examples: of `street text, zip text, since date`.
pub(super) const SAMPLE_COMPOSITE: u32 = 2249;

/// The shape of a column of the type that an example names.
pub fn example_shape(type_oid: u32) -> ColumnShape {
    let field = |name: &str, type_oid: u32| Field {
        name: name.to_owned(),
        type_oid,
        shape: example_shape(type_oid),
    };
    ColumnShape {
        type_oid,
        type_modifier: -1,
        content: match type_oid {
            SAMPLE_HSTORE => Content::Hstore,
            SAMPLE_COMPOSITE => Content::Composite(Arc::from([
                field("street", oid::TEXT),
                field("zip", oid::TEXT),
                field("since", oid::DATE),
            ])),
            _ => Content::Scalar,
        },
        ..ColumnShape::default()
    }
}

/// A value and the rule that it is masked by, from which the reference computes what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Options as a rule file writes them; empty for none.
    pub options: &'static str,
    /// Type of the value.
    pub type_oid: u32,
    /// The value in text form.
    pub value: &'static str,
    /// Columns that stand beside it in the row, for a mask that reads them: name, type, value in text form.
    pub row: &'static [(&'static str, u32, &'static str)],
}

/// What a mask promises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contract {
    /// Its name in rule files.
    pub name: &'static str,
    /// What it does, in one or two sentences.
    pub summary: &'static str,
    /// The types that it accepts, and arrays of them.
    pub accepts: &'static [TypeFamily],
    /// Its options.
    pub options: &'static [OptionSpec],
    /// NULL stays NULL, and nothing else becomes NULL.
    pub keeps_null: bool,
    /// The masked value has as many characters as the value.
    pub keeps_length: bool,
    /// The longer the value, the longer the masked value: there is no width that is enough for all.
    pub grows_with_value: bool,
    /// Whether different values stay different, in a column wide enough; a compiled mask says so for its own column.
    pub uniqueness: Uniqueness,
    /// Under the key, a masked value leads back to its original, so that clients can search by it.
    pub reversible: bool,
    /// Equal values get equal masked values (in one domain, if keyed), whatever stands beside them.
    pub deterministic: bool,
    /// All values become one and the same, whatever they are. So the least of the masked values is the masked least, and so on.
    pub constant: bool,
    /// Depends on the masking key.
    pub needs_key: bool,
    /// A sample.
    pub example: Example,
}

impl Contract {
    /// A mask that depends on the key, loses uniqueness and takes no options.
    pub(super) const fn keyed(
        name: &'static str,
        summary: &'static str,
        accepts: &'static [TypeFamily],
        example: &'static str,
    ) -> Contract {
        Contract {
            name,
            summary,
            accepts,
            options: &[],
            keeps_null: true,
            keeps_length: false,
            grows_with_value: false,
            uniqueness: Uniqueness::Loses,
            reversible: false,
            deterministic: true,
            constant: false,
            needs_key: true,
            example: Example {
                options: "",
                type_oid: oid::TEXT,
                value: example,
                row: &[],
            },
        }
    }

    /// The same of a mask that does not depend on the key.
    pub(super) const fn keyless(
        name: &'static str,
        summary: &'static str,
        accepts: &'static [TypeFamily],
        example: &'static str,
    ) -> Contract {
        Contract {
            needs_key: false,
            ..Contract::keyed(name, summary, accepts, example)
        }
    }

    /// With this uniqueness.
    pub(super) const fn unique(self, uniqueness: Uniqueness) -> Contract {
        Contract { uniqueness, ..self }
    }

    /// A permutation: unique, and it leads back.
    pub(super) const fn permutation(self) -> Contract {
        Contract {
            uniqueness: Uniqueness::Keeps,
            reversible: true,
            ..self
        }
    }

    /// As long as the value.
    pub(super) const fn same_length(self) -> Contract {
        Contract {
            keeps_length: true,
            ..self
        }
    }

    /// The longer, the longer the value is.
    pub(super) const fn growing(self) -> Contract {
        Contract {
            grows_with_value: true,
            ..self
        }
    }

    /// With these options, and those of the example.
    pub(super) const fn options(self, options: &'static [OptionSpec], example: &'static str) -> Contract {
        Contract {
            options,
            example: Example {
                options: example,
                ..self.example
            },
            ..self
        }
    }

    /// By what stands beside a value in its row, so that equal values become different ones.
    pub(super) const fn of_row(self) -> Contract {
        Contract {
            deterministic: false,
            ..self
        }
    }

    /// With an example beside which these columns stand.
    pub(super) const fn beside(self, row: &'static [(&'static str, u32, &'static str)]) -> Contract {
        Contract {
            example: Example { row, ..self.example },
            ..self
        }
    }

    /// With an example of this type.
    pub(super) const fn example_of(self, type_oid: u32) -> Contract {
        Contract {
            example: Example {
                type_oid,
                ..self.example
            },
            ..self
        }
    }

    /// The example as a rule file writes it.
    pub fn example_rule(&self) -> String {
        match self.example.options {
            "" => format!("\"{}\"", self.name),
            options => format!("{{ kind = \"{}\", {options} }}", self.name),
        }
    }

    /// The types that it accepts, for people to read.
    pub fn accepted(&self) -> String {
        let labels: Vec<_> = self.accepts.iter().map(|family| family.label()).collect();
        labels.join(", ")
    }
}

/// A mask: what it promises, and how it is made for a column.
pub(super) struct Kind {
    pub(super) contract: Contract,
    pub(super) build: fn(&Build<'_>) -> Result<Function, Unfit>,
}
