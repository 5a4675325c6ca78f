//! What in a statement may run code that reads by name, and in what words it is refused.

use super::analysis::{Reason, Refusal};
use super::functions;
use crate::catalog::{Function, Relation};

/// Something that may run code which reads by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Suspect {
    /// An opaque function of pg_catalog.
    Builtin(String),
    /// A function outside pg_catalog.
    Function { schema: String, name: String },
    /// A type with a cast, input function or constructor of a user's own.
    Type { schema: String, name: String },
    /// A view whose definition is not known or not understood.
    View { schema: String, name: String },
}

impl Suspect {
    /// What is told to a client that runs it.
    pub fn refusal(&self) -> Refusal {
        let (reason, message, hint) = match self {
            Suspect::Builtin(name) if functions::is_large_object(name) => (
                Reason::LargeObject,
                format!("the function {name} reads or writes large objects"),
                "set [policy] large_objects".to_owned(),
            ),
            Suspect::Builtin(name) => (
                Reason::OpaqueFunction,
                format!("the function {name} may read data by name, or has side effects"),
                "read the data itself by SELECT".to_owned(),
            ),
            Suspect::Function { schema, name } => (
                Reason::OpaqueFunction,
                format!("what the function {schema}.{name} reads is not known"),
                "vouch for it with a [[function]] rule, or qualify a built-in function with pg_catalog".to_owned(),
            ),
            Suspect::Type { schema, name } => (
                Reason::OpaqueFunction,
                format!("the type {schema}.{name} runs functions of a user's own"),
                "vouch for it with a [[function]] rule of that name".to_owned(),
            ),
            Suspect::View { schema, name } => (
                Reason::NotUnderstood,
                format!("the definition of the view {schema}.{name} is not understood"),
                "read the tables under it".to_owned(),
            ),
        };
        Refusal { reason, message, hint }
    }
}

/// A function of which nothing is known.
pub(super) fn opaque(function: &Function) -> Suspect {
    Suspect::Function {
        schema: function.schema.clone(),
        name: function.name.clone(),
    }
}

/// A view of which nothing is known.
pub(super) fn unreadable(view: &Relation) -> Suspect {
    Suspect::View {
        schema: view.schema.clone(),
        name: view.name.clone(),
    }
}
