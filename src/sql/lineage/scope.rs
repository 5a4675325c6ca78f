//! What names mean at one place of a query: relations and columns in sight, level by level.
//!
//! Follows `parse_relation.c` of PostgreSQL: a name is looked for level by level from the inside out, and within a level
//! among the items of FROM that are visible there. A wrong answer here is a leak, so what cannot be known for certain
//! (the columns of a function's result, say) is united with everything that it may mean.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::ViewLineage;
use super::origin::{ArraySize, Field, Origin};
use crate::catalog::{Column, ColumnId, Relation, RelationKind, Snapshot};
use crate::sql::tree::Node;
use crate::sql::{ColumnSet, Lineage, RowCell};

/// One level of a query.
pub(super) struct Scope<'s, 'a> {
    /// The query around it.
    pub parent: Option<&'s Scope<'s, 'a>>,
    /// Items of FROM.
    pub entries: Vec<Entry<'a>>,
    /// What WITH names at this level.
    pub ctes: Rc<Vec<Cte<'a>>>,
    /// FROM is being read: its items are in sight of LATERAL ones only.
    pub in_from: bool,
    /// The item of FROM that is being read is LATERAL.
    pub lateral: Cell<bool>,
    /// Named windows, with what orders them.
    pub windows: Vec<(&'a str, Lineage)>,
}

/// One name of WITH.
#[derive(Clone)]
pub(super) struct Cte<'a> {
    pub name: &'a str,
    pub definition: &'a Node,
    pub state: RefCell<CteState<'a>>,
    /// How many columns at the end SEARCH and CYCLE added.
    pub added: usize,
    /// Somebody asked for the columns since this was last set to false.
    pub asked: Cell<bool>,
}

/// How far the analysis of a CTE has come.
#[derive(Clone)]
pub(super) enum CteState<'a> {
    Pending,
    /// Its first arm is being read, which may not name it.
    Started,
    /// What is known so far of a recursive one; or all that there is to know.
    Known(Rc<Vec<Field<'a>>>),
}

/// One item of FROM.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    /// Alias, or relation name.
    pub name: Option<Cow<'a, str>>,
    /// Schemas under which it may be named too; only for relations without an alias.
    pub schemas: Rc<[&'a str]>,
    pub shape: Shape<'a>,
    /// `name.column` finds it.
    pub relation_visible: bool,
    /// A bare column name finds it.
    pub columns_visible: bool,
    /// It has ctid, xmin and so on.
    pub system_columns: bool,
    /// How many columns at the end `*` leaves out.
    pub hidden: usize,
    /// An alias list renames columns of a row type. `(t).x` means them by these names here, but by those of the
    /// type where the row comes out of a subquery.
    pub renames_type: bool,
}

/// The columns of an item of FROM.
#[derive(Clone)]
pub(super) enum Shape<'a> {
    /// A relation that is not expanded, and the number of its row.
    Relation(&'a Relation, u64),
    /// A view outside the system's schemas, with what is known of its columns.
    /// Its columns are of rows with numbers from this one on.
    View(&'a Relation, &'a ViewLineage, u64),
    Fields(Rc<Vec<Field<'a>>>),
    Join(Rc<Join<'a>>),
    /// Columns of any name and number, all from here.
    Unknown(Lineage),
}

/// The columns of a join.
pub(super) struct Join<'a> {
    /// Merged by USING or NATURAL.
    pub merged: Vec<Field<'a>>,
    pub left: Shape<'a>,
    pub right: Shape<'a>,
}

/// What a column name finds in one place.
#[derive(Debug, Clone)]
pub(super) enum Found<'a> {
    Nothing,
    One(Origin<'a>),
    /// The server reports an error.
    Several,
    /// A column of this name may be here.
    Perhaps(Lineage),
}

const SYSTEM_COLUMNS: [&str; 6] = ["ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"];

impl<'s, 'a> Scope<'s, 'a> {
    /// A level with nothing in it yet.
    pub fn new(parent: Option<&'s Scope<'s, 'a>>, ctes: Rc<Vec<Cte<'a>>>) -> Self {
        Scope {
            parent,
            entries: Vec::new(),
            ctes,
            in_from: false,
            lateral: Cell::new(false),
            windows: Vec::new(),
        }
    }

    /// The same level with other items of FROM.
    pub fn with_entries(&self, entries: Vec<Entry<'a>>, in_from: bool) -> Scope<'s, 'a> {
        Scope {
            parent: self.parent,
            entries,
            ctes: Rc::clone(&self.ctes),
            in_from,
            lateral: Cell::new(false),
            windows: self.windows.clone(),
        }
    }

    fn visible(&self) -> &[Entry<'a>] {
        if self.in_from && !self.lateral.get() {
            return &[];
        }
        &self.entries
    }

    /// What a bare column name means at this level alone.
    pub fn column_here(&self, name: &str, snapshot: &'a Snapshot) -> Found<'a> {
        let mut one = None;
        let mut perhaps: Option<Lineage> = None;
        for entry in self.visible().iter().filter(|entry| entry.columns_visible) {
            match entry.column(name, snapshot) {
                Found::Nothing => {}
                Found::One(_) if one.is_some() => return Found::Several,
                Found::One(origin) => one = Some(origin),
                Found::Several => return Found::Several,
                Found::Perhaps(lineage) => perhaps.get_or_insert_default().absorb(&lineage),
            }
        }
        match (one, perhaps) {
            (Some(origin), _) => Found::One(origin),
            (None, Some(lineage)) => Found::Perhaps(lineage),
            (None, None) => Found::Nothing,
        }
    }

    /// What a bare column name means, this level first.
    pub fn column(&self, name: &str, snapshot: &'a Snapshot) -> Found<'a> {
        match self.column_here(name, snapshot) {
            Found::Nothing => match self.parent {
                Some(parent) => parent.column(name, snapshot),
                None => Found::Nothing,
            },
            Found::Perhaps(mut lineage) => {
                match self.parent.map(|parent| parent.column(name, snapshot)) {
                    Some(Found::One(origin)) => lineage.absorb(&origin.lineage),
                    Some(Found::Perhaps(outer)) => lineage.absorb(&outer),
                    Some(Found::Nothing | Found::Several) | None => {}
                }
                Found::Perhaps(lineage)
            }
            found => found,
        }
    }

    /// The item of FROM that `name`, or `schema.name`, means; `Err` where the server reports it ambiguous.
    pub fn entry(&self, schema: Option<&str>, name: &str) -> Result<Option<&Entry<'a>>, ()> {
        let mut matching = self.visible().iter().filter(|entry| entry.is_called(schema, name));
        match (matching.next(), matching.next()) {
            (Some(_), Some(_)) => Err(()),
            (Some(entry), None) => Ok(Some(entry)),
            (None, _) => match self.parent {
                Some(parent) => parent.entry(schema, name),
                None => Ok(None),
            },
        }
    }

    /// The window of this name at this level.
    pub fn window(&self, name: &str) -> Option<&Lineage> {
        self.windows
            .iter()
            .find(|(window, _)| *window == name)
            .map(|(_, lineage)| lineage)
    }
}

impl<'a> Entry<'a> {
    /// An item that is found by its name and by its columns' names.
    pub fn new(name: Option<Cow<'a, str>>, shape: Shape<'a>) -> Self {
        Entry {
            relation_visible: name.is_some(),
            name,
            schemas: Rc::from([]),
            shape,
            columns_visible: true,
            system_columns: false,
            hidden: 0,
            renames_type: false,
        }
    }

    fn is_called(&self, schema: Option<&str>, name: &str) -> bool {
        self.relation_visible
            && self.name.as_deref() == Some(name)
            && schema.is_none_or(|schema| self.schemas.contains(&schema))
    }

    /// What a column name means in this item.
    pub fn column(&self, name: &str, snapshot: &'a Snapshot) -> Found<'a> {
        match self.shape.column(name, snapshot) {
            Found::Nothing if self.system_columns && SYSTEM_COLUMNS.contains(&name) => Found::One(Origin::computed()),
            found => found,
        }
    }

    /// The columns that `*` stands for; none where that is not known.
    pub fn star(&self, snapshot: &'a Snapshot) -> Option<Vec<Field<'a>>> {
        let mut fields = self.shape.fields(snapshot)?;
        fields.truncate(fields.len().saturating_sub(self.hidden));
        Some(fields)
    }

    /// The whole row as one value.
    pub fn row(&self, snapshot: &'a Snapshot) -> Origin<'a> {
        let fields = self.shape.fields(snapshot).map(Rc::new);
        let mut lineage = Lineage::computed();
        match &fields {
            Some(fields) => fields.iter().for_each(|field| lineage.absorb(&field.origin.lineage)),
            None => lineage.absorb(&self.shape.everything(snapshot)),
        }
        Origin {
            lineage,
            fields: fields.filter(|_| !self.renames_type),
            type_oid: None,
            structure: None,
            computed_follows_null: false,
            size: ArraySize::Unknown,
            cell: None,
        }
    }
}

impl<'a> Shape<'a> {
    /// What a column name means among these columns.
    pub fn column(&self, name: &str, snapshot: &'a Snapshot) -> Found<'a> {
        match self {
            Shape::Relation(relation, row) => match relation.column_named(name) {
                Some(column) => Found::One(base_column(relation, column, *row, snapshot)),
                None => Found::Nothing,
            },
            Shape::View(relation, view, row) => {
                let mut columns = relation.columns.iter().enumerate();
                match columns.find(|(_, column)| column.name == name) {
                    Some((at, column)) => Found::One(view_column(column, view, at, *row, snapshot)),
                    None => Found::Nothing,
                }
            }
            Shape::Fields(fields) => {
                let mut matching = fields.iter().filter(|field| field.name == name);
                match (matching.next(), matching.next()) {
                    (Some(_), Some(_)) => Found::Several,
                    (Some(field), None) => Found::One(field.origin.clone()),
                    (None, _) => Found::Nothing,
                }
            }
            Shape::Join(join) => join.column(name, snapshot),
            Shape::Unknown(lineage) => Found::Perhaps(lineage.clone()),
        }
    }

    /// All columns in order, unless they are not known.
    pub fn fields(&self, snapshot: &'a Snapshot) -> Option<Vec<Field<'a>>> {
        match self {
            Shape::Relation(relation, row) => Some(
                relation
                    .columns
                    .iter()
                    .map(|column| Field {
                        name: Cow::Borrowed(column.name.as_str()),
                        origin: base_column(relation, column, *row, snapshot),
                    })
                    .collect(),
            ),
            Shape::View(relation, view, row) => Some(
                relation
                    .columns
                    .iter()
                    .enumerate()
                    .map(|(at, column)| Field {
                        name: Cow::Borrowed(column.name.as_str()),
                        origin: view_column(column, view, at, *row, snapshot),
                    })
                    .collect(),
            ),
            Shape::Fields(fields) => Some(fields.to_vec()),
            Shape::Join(join) => {
                let rest = |shape: &Shape<'a>| {
                    let fields = shape.fields(snapshot)?;
                    Some(fields.into_iter().filter(|field| !join.merges(&field.name)))
                };
                let mut fields = join.merged.clone();
                fields.extend(rest(&join.left)?);
                fields.extend(rest(&join.right)?);
                Some(fields)
            }
            Shape::Unknown(_) => None,
        }
    }

    /// Everything in it, as one lineage.
    pub fn everything(&self, snapshot: &'a Snapshot) -> Lineage {
        let mut lineage = Lineage::computed();
        match self {
            Shape::Unknown(unknown) => lineage.absorb(unknown),
            Shape::Join(join) => {
                for field in &join.merged {
                    lineage.absorb(&field.origin.lineage);
                }
                lineage.absorb(&join.left.everything(snapshot));
                lineage.absorb(&join.right.everything(snapshot));
            }
            _ => {
                for field in self.fields(snapshot).unwrap_or_default() {
                    lineage.absorb(&field.origin.lineage);
                }
            }
        }
        lineage
    }
}

impl<'a> Join<'a> {
    fn merges(&self, name: &str) -> bool {
        self.merged.iter().any(|field| field.name == name)
    }

    fn column(&self, name: &str, snapshot: &'a Snapshot) -> Found<'a> {
        if let Some(field) = self.merged.iter().find(|field| field.name == name) {
            return Found::One(field.origin.clone());
        }
        match (self.left.column(name, snapshot), self.right.column(name, snapshot)) {
            (Found::Several, _) | (_, Found::Several) | (Found::One(_), Found::One(_)) => Found::Several,
            (Found::One(origin), _) | (_, Found::One(origin)) => Found::One(origin),
            (Found::Perhaps(mut left), Found::Perhaps(right)) => {
                left.absorb(&right);
                Found::Perhaps(left)
            }
            (Found::Perhaps(lineage), Found::Nothing) | (Found::Nothing, Found::Perhaps(lineage)) => {
                Found::Perhaps(lineage)
            }
            (Found::Nothing, Found::Nothing) => Found::Nothing,
        }
    }
}

/// A column of a relation that is not expanded.
fn base_column<'a>(relation: &'a Relation, column: &'a Column, row: u64, snapshot: &'a Snapshot) -> Origin<'a> {
    let id = ColumnId {
        relation: relation.oid,
        attribute: column.number,
    };
    let lineage = Lineage {
        verbatim: ColumnSet::from([id]),
        ..Lineage::default()
    };
    Origin {
        cell: Some(RowCell { row, column: id }),
        ..Origin::of_type(lineage, column.type_oid, snapshot)
    }
}

/// The column of a view at this place.
fn view_column<'a>(column: &'a Column, view: &ViewLineage, at: usize, row: u64, snapshot: &'a Snapshot) -> Origin<'a> {
    let lineage = view.columns.get(at).cloned().unwrap_or_else(Lineage::computed);
    let mut origin = Origin::of_type(lineage, column.type_oid, snapshot);
    if let Some(Some(structure)) = view.structures.get(at) {
        origin.structure = Some(Rc::new(structure.clone()));
    }
    let cell = view.cells.get(at).copied().flatten();
    origin.cell = cell.map(|cell| RowCell {
        row: cell.row + row,
        ..cell
    });
    origin
}

/// Whether relations of this kind have ctid, xmin and so on.
pub(super) fn has_system_columns(relation: &Relation) -> bool {
    !matches!(relation.kind, RelationKind::View | RelationKind::CompositeType)
}
