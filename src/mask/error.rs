//! Why a mask cannot serve a column.

use super::ColumnShape;
use super::build::Unfit;
use super::contract::Contract;

/// Why a mask cannot serve a column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// The column's type is none that the mask accepts.
    #[error("mask `{mask}` does not accept the type of column `{column}` (type OID {type_oid}); it accepts {accepts}")]
    Type {
        /// The mask.
        mask: &'static str,
        /// The column.
        column: String,
        /// Its type.
        type_oid: u32,
        /// What the mask accepts.
        accepts: String,
    },
    /// The mask makes NULL, the column must not hold it.
    #[error("mask `{mask}` makes NULL, and column `{column}` is NOT NULL; use `fixed` or another mask")]
    NotNull {
        /// The mask.
        mask: &'static str,
        /// The column.
        column: String,
    },
    /// An option names a field that the column's type has not.
    #[error(
        "mask `{mask}` names the field `{field}`, which the type of column `{column}` has not; its fields are {known}"
    )]
    Field {
        /// The mask.
        mask: &'static str,
        /// The name.
        field: String,
        /// The column.
        column: String,
        /// The fields that there are.
        known: String,
    },
    /// It reads a column that it cannot.
    #[error(
        "mask `{mask}` of column `{column}` reads column `{sibling}`, which the table does not have, or not of a type that it can read, or which cannot be read from within another mask"
    )]
    Sibling {
        /// The mask.
        mask: &'static str,
        /// The column.
        column: String,
        /// What it reads.
        sibling: String,
    },
    /// It reads a column as it is shown that is shown by way of itself.
    #[error(
        "mask `{mask}` of column `{column}` reads column `{sibling}` as it is shown, and that reads `{column}` in turn"
    )]
    Circle {
        /// The mask.
        mask: &'static str,
        /// The column.
        column: String,
        /// What it reads.
        sibling: String,
    },
    /// Options contradict each other, or one is wanting.
    #[error("mask `{mask}` of column `{column}` {what}")]
    Options {
        /// The mask.
        mask: &'static str,
        /// The column.
        column: String,
        /// What is wrong.
        what: &'static str,
    },
    /// The value of an option is none of the column's type, or too large for it.
    #[error("the value {value:?} of mask `{mask}` does not fit column `{column}`")]
    Value {
        /// The mask.
        mask: &'static str,
        /// The value.
        value: String,
        /// The column.
        column: String,
    },
}

impl Unfit {
    pub(super) fn told(self, contract: Contract, shape: &ColumnShape) -> MaskError {
        let (mask, column) = (contract.name, shape.name.clone());
        match self {
            Unfit::Type => MaskError::Type {
                mask,
                column,
                type_oid: shape.type_oid,
                accepts: contract.accepted(),
            },
            Unfit::Value(value) => MaskError::Value { mask, value, column },
            Unfit::Field { field, known } => MaskError::Field {
                mask,
                field,
                column,
                known,
            },
            Unfit::Options(what) => MaskError::Options { mask, column, what },
            Unfit::Sibling(sibling) => MaskError::Sibling { mask, column, sibling },
            Unfit::Inner(error) => *error,
        }
    }
}
