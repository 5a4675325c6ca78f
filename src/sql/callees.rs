//! What a call does, whichever of the functions of its name is meant.

use super::analysis::Treatment;
use super::functions::{self, Behaviour, Class};
use crate::catalog::{Function, Snapshot};

/// What a call of this name with so many arguments does; without a schema any is meant.
pub(super) fn behaviour(
    snapshot: &Snapshot,
    treatment: &dyn Treatment,
    schema: Option<&str>,
    name: &str,
    arguments: usize,
) -> Behaviour {
    let may_be_builtin = schema.is_none_or(|schema| schema == "pg_catalog");
    let is_builtin = may_be_builtin && (snapshot.builtin_functions.contains(name) || functions::is_listed(name));
    let builtin = is_builtin.then(|| functions::builtin(name, arguments));
    let users =
        named(snapshot, schema, name).map(|function| match treatment.vouched(&function.schema, &function.name) {
            Some(class) => Behaviour::of(class),
            None => of_user(function, arguments),
        });
    users.chain(builtin).reduce(Behaviour::or).unwrap_or(Behaviour::OPAQUE)
}

/// The functions outside pg_catalog of this name; without a schema any is meant.
pub(super) fn named<'a>(
    snapshot: &'a Snapshot,
    schema: Option<&str>,
    name: &str,
) -> impl Iterator<Item = &'a Function> {
    let found = snapshot.functions.get(name).map(Vec::as_slice).unwrap_or_default();
    found
        .iter()
        .filter(move |function| schema.is_none_or(|schema| function.schema == schema))
}

/// What a function outside pg_catalog does, as far as the data files know.
pub(super) fn of_user(function: &Function, arguments: usize) -> Behaviour {
    match &function.extension {
        Some(extension) => functions::of_extension(extension, &function.name, arguments),
        // Part of the server; what they read are its catalogs.
        None if function.schema == "information_schema" => Behaviour::of(Class::Fallible),
        None => Behaviour::OPAQUE,
    }
}
