//! From rows of the catalog queries to a [`Snapshot`].

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use thiserror::Error;

use super::queries::CatalogQuery;
use super::{Column, ColumnId, ForeignKey, Function, Oid, Relation, RelationKind, Snapshot, Type, TypeKind};

/// A row of text values as the server sent it; `None` is NULL.
pub type CatalogRow = Vec<Option<Vec<u8>>>;

/// A row that does not hold what its query promises.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("catalog query for {query}: value {column} is not {expected}")]
pub struct RowError {
    /// Name of the query.
    query: &'static str,
    /// Position in the row, from 1.
    column: usize,
    expected: &'static str,
}

/// Checked access to one row.
pub(super) struct Cells<'a> {
    query: &'static str,
    row: &'a [Option<Vec<u8>>],
}

impl Cells<'_> {
    fn error(&self, at: usize, expected: &'static str) -> RowError {
        RowError {
            query: self.query,
            column: at + 1,
            expected,
        }
    }

    fn optional(&self, at: usize) -> Result<Option<&str>, RowError> {
        let cell = self.row.get(at).ok_or_else(|| self.error(at, "there"))?;
        let text = cell.as_deref().map(std::str::from_utf8).transpose();
        text.map_err(|_| self.error(at, "UTF-8"))
    }

    fn text(&self, at: usize) -> Result<&str, RowError> {
        self.optional(at)?.ok_or_else(|| self.error(at, "a text"))
    }

    fn name(&self, at: usize) -> Result<String, RowError> {
        self.text(at).map(str::to_owned)
    }

    fn number<T: FromStr>(&self, at: usize) -> Result<T, RowError> {
        self.text(at)?.parse().map_err(|_| self.error(at, "a number"))
    }

    fn optional_number<T: FromStr>(&self, at: usize) -> Result<Option<T>, RowError> {
        match self.optional(at)? {
            Some(_) => self.number(at).map(Some),
            None => Ok(None),
        }
    }

    fn flag(&self, at: usize) -> Result<bool, RowError> {
        match self.text(at)? {
            "t" => Ok(true),
            "f" => Ok(false),
            _ => Err(self.error(at, "a boolean")),
        }
    }

    /// The numbers of an array (`{1,2}`) or a vector (`1 2`); none for NULL.
    fn numbers<T: FromStr>(&self, at: usize) -> Result<Vec<T>, RowError> {
        let text = self.optional(at)?.unwrap_or_default();
        let parts = text.split([' ', ',', '{', '}']).filter(|part| !part.is_empty());
        let numbers = parts.map(|part| part.parse().map_err(|_| self.error(at, "numbers")));
        numbers.collect()
    }
}

/// Takes the rows of each query of [`super::queries()`] in turn.
#[derive(Debug)]
pub struct Loader {
    snapshot: Snapshot,
}

impl Loader {
    /// Starts with the one row of [`super::IDENTITY`].
    pub fn new(identity: &[CatalogRow]) -> Result<Loader, RowError> {
        let row = identity.first().map(Vec::as_slice).unwrap_or_default();
        let cells = Cells { query: "identity", row };
        let snapshot = Snapshot {
            server_version: cells.number(0)?,
            database: cells.name(1)?,
            encoding: cells.name(2)?,
            ..Snapshot::default()
        };
        Ok(Loader { snapshot })
    }

    /// `server_version_num`.
    pub fn server_version(&self) -> u32 {
        self.snapshot.server_version
    }

    /// Takes all rows of a query.
    pub fn take(&mut self, query: &CatalogQuery, rows: &[CatalogRow]) -> Result<(), RowError> {
        rows.iter()
            .try_for_each(|row| (query.take)(self, &Cells { query: query.name, row }))
    }

    /// The snapshot, with generation 0.
    pub fn finish(mut self) -> Snapshot {
        self.spread_user_code();
        self.snapshot
    }

    pub(super) fn schema(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        self.snapshot.schemas.insert(cells.name(0)?);
        Ok(())
    }

    pub(super) fn relation(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let relation = Relation {
            oid: cells.number(0)?,
            schema: cells.name(1)?,
            name: cells.name(2)?,
            kind: relation_kind(cells.text(3)?),
            row_type: cells.number(4)?,
            columns: Vec::new(),
            definition: None,
            has_dml_rules: cells.flag(5)?,
            extension: cells.optional(6)?.map(str::to_owned),
            parents: Vec::new(),
            unique_keys: Vec::new(),
            unique_expressions: Vec::new(),
            checks: Vec::new(),
            partition_key: Vec::new(),
        };
        let named = self
            .snapshot
            .relations_by_name
            .entry(relation.name.clone())
            .or_default();
        named.push(relation.oid);
        self.snapshot.relations.insert(relation.oid, relation);
        Ok(())
    }

    pub(super) fn version(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        self.snapshot.versions.insert(cells.number(0)?, cells.name(2)?);
        Ok(())
    }

    pub(super) fn function_version(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let versions = &mut self.snapshot.function_versions;
        versions.insert(cells.number(0)?, cells.name(2)?);
        Ok(())
    }

    /// The relation whose OID stands first; `None` for indexes, TOAST tables and others that are not kept.
    fn relation_of(&mut self, cells: &Cells<'_>, at: usize) -> Result<Option<&mut Relation>, RowError> {
        let oid: Oid = cells.number(at)?;
        Ok(self.snapshot.relations.get_mut(&oid))
    }

    pub(super) fn column(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let column = Column {
            number: cells.number(1)?,
            name: cells.name(2)?,
            type_oid: cells.number(3)?,
            type_modifier: cells.number(4)?,
            not_null: cells.flag(5)?,
            collation: cells.number(6)?,
            generated_from: None,
        };
        let name = column.name.clone();
        if let Some(relation) = self.relation_of(cells, 0)? {
            relation.columns.push(column);
            self.snapshot.column_names.insert(name);
        }
        Ok(())
    }

    pub(super) fn generated_column(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let number: i16 = cells.number(1)?;
        let from: Option<i16> = cells.optional_number(2)?;
        let Some(relation) = self.relation_of(cells, 0)? else {
            return Ok(());
        };
        if let Some(column) = relation.columns.iter_mut().find(|column| column.number == number) {
            column.generated_from.get_or_insert_default().extend(from);
        }
        Ok(())
    }

    pub(super) fn nondeterministic_column(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let column = ColumnId {
            relation: cells.number(0)?,
            attribute: cells.number(1)?,
        };
        self.snapshot.nondeterministic_columns.insert(column);
        Ok(())
    }

    pub(super) fn view(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let definition = cells.optional(1)?.map(str::to_owned);
        if let Some(relation) = self.relation_of(cells, 0)? {
            relation.definition = definition;
        }
        Ok(())
    }

    pub(super) fn parent(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let parent = cells.number(1)?;
        if let Some(relation) = self.relation_of(cells, 0)? {
            relation.parents.push(parent);
        }
        Ok(())
    }

    pub(super) fn unique_key(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let mut columns: Vec<i16> = cells.numbers(1)?;
        let included = columns.split_off(columns.len().min(cells.number(2)?));
        let in_expressions: Vec<i16> = cells.numbers(3)?;
        let in_expressions = distinct(in_expressions).into_iter();
        let in_expressions: Vec<i16> = in_expressions
            .filter(|number| !included.contains(number) && !columns.contains(number))
            .collect();
        // What only the condition names is no part of the key.
        if cells.flag(4)? {
            columns.extend(&in_expressions);
        }
        // An expression has the number 0.
        let columns = distinct(columns);
        let name = cells.name(5)?;
        if let Some(relation) = self.relation_of(cells, 0)? {
            relation.unique_keys.push(columns);
            if !in_expressions.is_empty() {
                relation.unique_expressions.push((name, in_expressions));
            }
        }
        Ok(())
    }

    pub(super) fn check(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let check = (cells.name(1)?, distinct(cells.numbers(2)?));
        if let Some(relation) = self.relation_of(cells, 0)? {
            relation.checks.push(check);
        }
        Ok(())
    }

    pub(super) fn foreign_key(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let columns = |relation: usize, numbers: usize| -> Result<Vec<ColumnId>, RowError> {
            let relation = cells.number(relation)?;
            let numbers = cells.numbers(numbers)?.into_iter();
            Ok(numbers.map(|attribute| ColumnId { relation, attribute }).collect())
        };
        let key = ForeignKey {
            name: cells.name(0)?,
            from: columns(1, 2)?,
            to: columns(3, 4)?,
            comparisons: serde_json::from_str(cells.text(6)?).map_err(|_| cells.error(6, "an array of texts"))?,
            is_part: cells.flag(5)?,
        };
        self.snapshot.foreign_keys.push(key);
        Ok(())
    }

    pub(super) fn partition_key(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let columns: Vec<i16> = cells.numbers(1)?;
        if let Some(relation) = self.relation_of(cells, 0)? {
            let earlier = std::mem::take(&mut relation.partition_key);
            relation.partition_key = distinct([earlier, columns].concat());
        }
        Ok(())
    }

    pub(super) fn data_type(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let kind = match (cells.text(3)?, cells.optional_number(7)?, cells.optional_number(8)?) {
            (_, Some(element), _) => TypeKind::Array(element),
            ("b", None, _) => TypeKind::Base,
            ("c", None, _) => TypeKind::Composite(cells.number(4)?),
            ("d", None, _) => TypeKind::Domain(cells.number(5)?, cells.number(6)?),
            ("e", None, _) => TypeKind::Enum,
            ("r", None, Some(subtype)) => TypeKind::Range(subtype),
            ("m", None, Some(subtype)) => TypeKind::Multirange(subtype),
            _ => TypeKind::Pseudo,
        };
        let found = Type {
            oid: cells.number(0)?,
            schema: cells.name(1)?,
            name: cells.name(2)?,
            kind,
        };
        self.snapshot
            .types_by_name
            .entry(found.name.clone())
            .or_default()
            .push(found.oid);
        self.snapshot.types.insert(found.oid, found);
        Ok(())
    }

    pub(super) fn domain(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let domain = self.snapshot.domains.entry(cells.number(0)?).or_default();
        domain.not_null = cells.flag(1)?;
        domain.checks.extend(cells.optional(2)?.map(str::to_owned));
        Ok(())
    }

    pub(super) fn function(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let names = cells.optional(8)?.unwrap_or("[]");
        let names: Vec<String> = serde_json::from_str(names).map_err(|_| cells.error(8, "an array of names"))?;
        // The server's own names for OUT parameters without one.
        let names = names.into_iter().zip(1..).map(|(name, number)| match name.is_empty() {
            true => format!("column{number}"),
            false => name,
        });
        let body = cells.optional(9)?.map(serde_json::from_str).transpose();
        let body = body.map_err(|_| cells.error(9, "a function's body"))?;
        let function = Function {
            oid: cells.number(0)?,
            schema: cells.name(1)?,
            name: cells.name(2)?,
            language: cells.name(3)?,
            extension: cells.optional(4)?.map(str::to_owned),
            argument_types: cells.numbers(5)?,
            result_type: cells.number(6)?,
            returns_set: cells.flag(7)?,
            output_names: names.collect(),
            body,
        };
        self.snapshot
            .functions
            .entry(function.name.clone())
            .or_default()
            .push(function);
        Ok(())
    }

    pub(super) fn builtin_function(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        self.snapshot.builtin_functions.insert(cells.name(0)?);
        Ok(())
    }

    pub(super) fn operator(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let functions = self.snapshot.user_operators.entry(cells.name(0)?).or_default();
        functions.push(cells.name(1)?);
        Ok(())
    }

    /// Of a cast between a built-in type and a user's, only the user's calls for suspicion: `::text` does not
    /// become a user's function because some type has a cast to it.
    pub(super) fn type_with_user_code(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let (oid, other): (Oid, Option<Oid>) = (cells.number(0)?, cells.optional_number(1)?);
        let types = &self.snapshot.types;
        let is_builtin = |oid| types.get(&oid).is_some_and(|found| found.schema == "pg_catalog");
        if !is_builtin(oid) || other.is_none_or(is_builtin) {
            self.snapshot.types_with_user_code.insert(oid);
            if cells.flag(2)? {
                self.snapshot.types_with_implicit_casts.insert(oid);
            }
        }
        Ok(())
    }

    pub(super) fn nondeterministic_collation(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        self.snapshot.nondeterministic_collations.insert(cells.name(0)?);
        Ok(())
    }

    /// What is made of such a type reads and writes through it.
    fn spread_user_code(&mut self) {
        let Snapshot {
            types,
            relations,
            types_with_user_code,
            types_with_implicit_casts,
            ..
        } = &mut self.snapshot;
        for found in [types_with_user_code, types_with_implicit_casts] {
            spread(found, types, relations);
        }
    }
}

fn spread(found: &mut HashSet<Oid>, types: &HashMap<Oid, Type>, relations: &HashMap<Oid, Relation>) {
    loop {
        let before = found.len();
        for (oid, data_type) in types.iter() {
            let is_affected = match data_type.kind {
                TypeKind::Array(inner)
                | TypeKind::Domain(inner, _)
                | TypeKind::Range(inner)
                | TypeKind::Multirange(inner) => found.contains(&inner),
                TypeKind::Composite(relation) => relations
                    .get(&relation)
                    .is_some_and(|relation| relation.columns.iter().any(|column| found.contains(&column.type_oid))),
                TypeKind::Base | TypeKind::Enum | TypeKind::Pseudo => false,
            };
            if is_affected {
                found.insert(*oid);
            }
        }
        if found.len() == before {
            return;
        }
    }
}

/// Live columns only, each once, in order.
fn distinct(mut numbers: Vec<i16>) -> Vec<i16> {
    numbers.retain(|&number| number > 0);
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn relation_kind(code: &str) -> RelationKind {
    match code {
        "r" => RelationKind::Table,
        "p" => RelationKind::PartitionedTable,
        "v" => RelationKind::View,
        "m" => RelationKind::MaterializedView,
        "f" => RelationKind::ForeignTable,
        "S" => RelationKind::Sequence,
        "c" => RelationKind::CompositeType,
        _ => RelationKind::Other,
    }
}

#[cfg(test)]
mod tests;
