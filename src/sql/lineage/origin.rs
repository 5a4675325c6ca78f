//! Where the value of one expression comes from.

use std::borrow::Cow;
use std::rc::Rc;

use crate::catalog::{Oid, Snapshot, TypeKind};
use crate::sql::{Lineage, RowCell, Structure};
use crate::value::oid;

/// Where a value comes from, and what is known of its type.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin<'a> {
    pub lineage: Lineage,
    /// Its fields, if it is a row and they are known.
    pub fields: Option<Rc<Vec<Field<'a>>>>,
    /// The type under all domains, if known.
    pub type_oid: Option<Oid>,
    /// What it is made of, if that is known and it is no row, or more than `fields` say.
    pub structure: Option<Rc<Structure>>,
    /// How many dimensions and elements it has, if it is an array.
    pub size: ArraySize,
    /// Computed, but NULL only where one of the columns that it is computed from is NULL.
    pub computed_follows_null: bool,
    /// Whose cell it is, for a plain column of an item of FROM. Only those that a list of targets names as such keep it.
    pub cell: Option<RowCell>,
}

/// What is known of the dimensions of an array. Arrays are put together into one only where theirs agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ArraySize {
    /// Nothing.
    #[default]
    Unknown,
    /// It has one, or is empty.
    OneDimension,
    /// It has one of so many elements.
    Elements(usize),
}

impl ArraySize {
    /// That of some of its elements.
    pub fn of_slice(self) -> Self {
        match self {
            ArraySize::Unknown => ArraySize::Unknown,
            ArraySize::OneDimension | ArraySize::Elements(_) => ArraySize::OneDimension,
        }
    }
}

/// A column of a result, or a field of a row.
#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    pub name: Cow<'a, str>,
    pub origin: Origin<'a>,
}

impl Field<'_> {
    /// The same, not known to stand beside anything.
    pub fn of_no_row(self) -> Self {
        Field {
            origin: self.origin.of_no_row(),
            ..self
        }
    }
}

impl<'a> Origin<'a> {
    /// The same, not known to stand beside anything.
    pub fn of_no_row(self) -> Self {
        Origin { cell: None, ..self }
    }

    /// A value that comes from no column.
    pub fn computed() -> Self {
        Origin::from(Lineage::computed())
    }

    /// It is NULL only where one of its columns is: whether it is NULL tells nothing else.
    pub fn follows_null(&self) -> bool {
        self.computed_follows_null || self.lineage.is_verbatim()
    }

    /// Which of the values it is depends on `by`; so it does for every part of them.
    pub fn picked_by(&mut self, by: &Lineage) {
        if by.verbatim.is_empty() && by.computed_from.is_empty() && by.tests.is_empty() {
            return;
        }
        self.lineage.picked_by(by);
        if let ArraySize::Elements(_) = self.size {
            // It may be NULL instead.
            self.size = ArraySize::OneDimension;
        }
        if self.structure.is_some() || self.fields.is_some() {
            let structure = self.structure();
            self.structure = Some(Rc::new(Structure::Picked(by.clone(), Box::new(structure))));
        }
        if let Some(fields) = &mut self.fields {
            for field in Rc::make_mut(fields) {
                field.origin.picked_by(by);
            }
        }
    }

    /// What it is made of.
    pub fn structure(&self) -> Structure {
        match (&self.structure, &self.fields) {
            (Some(structure), _) => (**structure).clone(),
            (None, Some(fields)) if self.lineage.verbatim.is_empty() => {
                let fields = fields.iter();
                let fields = fields.map(|field| (field.name.clone().into_owned(), field.origin.structure()));
                Structure::Row(fields.collect())
            }
            _ => Structure::Value {
                lineage: self.lineage.clone(),
                type_oid: self.type_oid.filter(|oid| *oid != UNKNOWN || self.lineage.is_null()),
            },
        }
    }

    /// What it is made of, if more is known of that than where the whole comes from.
    pub fn known_structure(&self) -> Option<Structure> {
        let is_known = self.lineage.computed && (self.structure.is_some() || self.fields.is_some());
        is_known.then(|| self.structure())
    }

    /// A value of this structure.
    pub fn of_structure(structure: &Structure) -> Self {
        match structure {
            Structure::Value { lineage, type_oid } => Origin {
                type_oid: *type_oid,
                ..Origin::from(lineage.clone())
            },
            Structure::Row(fields) => {
                let fields = fields.iter().map(|(name, field)| Field {
                    name: Cow::Owned(name.clone()),
                    origin: Origin::of_structure(field),
                });
                Origin {
                    fields: Some(Rc::new(fields.collect())),
                    ..Origin::from(structure.lineage())
                }
            }
            Structure::Picked(by, of) => {
                let mut origin = Origin::of_structure(of);
                origin.picked_by(by);
                origin
            }
            other => Origin {
                structure: Some(Rc::new(other.clone())),
                type_oid: match other {
                    Structure::Json(_) => Some(oid::JSON),
                    Structure::Jsonb(_) => Some(oid::JSONB),
                    Structure::Text(_) => Some(oid::TEXT),
                    _ => None,
                },
                ..Origin::from(other.lineage())
            },
        }
    }

    /// A value of this type; the fields of a composite one are computed from it.
    pub fn of_type(lineage: Lineage, type_oid: Oid, snapshot: &'a Snapshot) -> Self {
        let base = snapshot.base_type(type_oid, -1).0;
        let fields = match snapshot.types.get(&base).map(|found| found.kind) {
            Some(TypeKind::Composite(relation)) => snapshot.relations.get(&relation),
            _ => None,
        };
        let fields = fields.map(|relation| {
            let fields = relation.columns.iter().map(|column| Field {
                name: Cow::Borrowed(column.name.as_str()),
                origin: Origin::of_type(lineage.tainted(), column.type_oid, snapshot),
            });
            Rc::new(fields.collect())
        });
        Origin {
            lineage,
            fields,
            type_oid: Some(base),
            structure: None,
            computed_follows_null: false,
            size: ArraySize::Unknown,
            cell: None,
        }
    }
}

impl From<Lineage> for Origin<'_> {
    fn from(lineage: Lineage) -> Self {
        Origin {
            lineage,
            ..Origin::default()
        }
    }
}

/// Fields of these names, each computed from `lineage`.
pub(super) fn fields_of<'a>(names: impl Iterator<Item = Cow<'a, str>>, lineage: &Lineage) -> Vec<Field<'a>> {
    let mut computed = Lineage::computed();
    computed.absorb(lineage);
    names
        .map(|name| Field {
            name,
            origin: Origin::from(computed.clone()),
        })
        .collect()
}

impl Lineage {
    /// A value that comes from no column.
    pub(super) fn computed() -> Self {
        Lineage {
            computed: true,
            ..Lineage::default()
        }
    }

    /// Computes with `other` too.
    pub(super) fn absorb(&mut self, other: &Lineage) {
        self.picked_by(other);
        self.computed = true;
    }

    /// Which of the values it is depends on `other`.
    pub(super) fn picked_by(&mut self, other: &Lineage) {
        self.computed_from.extend(&other.verbatim);
        self.computed_from.extend(&other.computed_from);
        self.tests.extend(other.tests.iter().cloned());
    }

    /// The same columns, all computed from.
    pub(super) fn tainted(&self) -> Lineage {
        let mut lineage = Lineage::computed();
        lineage.absorb(self);
        lineage
    }

    /// Values are those of columns, or NULL, and nothing else.
    pub(super) fn is_verbatim(&self) -> bool {
        self.computed_from.is_empty() && !self.computed && self.tests.is_empty()
    }

    /// Nothing but NULL.
    pub(super) fn is_null(&self) -> bool {
        self.is_verbatim() && self.verbatim.is_empty()
    }
}

/// The type of a string literal, or of NULL, that has not been told another.
pub(super) const UNKNOWN: Oid = 705;
/// text and varchar: one has the bytes of the other.
const STRINGS: [Oid; 2] = [25, 1043];
/// smallint, integer, bigint.
const INTEGERS: [Oid; 3] = [21, 23, 20];

/// The type of arrays over this type, an array of arrays being one of more dimensions.
pub(super) fn array_of(element: Oid, snapshot: &Snapshot) -> Option<Oid> {
    let found = snapshot.types.get(&element)?;
    if matches!(found.kind, TypeKind::Array(_)) {
        return Some(element);
    }
    // The name that the server gives it, unless another type has that.
    let named = snapshot.types_by_name.get(&format!("_{}", found.name))?;
    let mut named = named.iter().copied();
    named.find(|oid| {
        let kind = snapshot.types.get(oid).map(|array| array.kind);
        kind == Some(TypeKind::Array(element))
    })
}

/// Whether a value of one type stays what it is, byte by byte in text form, as a value of the other.
pub(super) fn same_form(left: Option<Oid>, right: Option<Oid>) -> bool {
    let (Some(left), Some(right)) = (left, right) else {
        return false;
    };
    left == right
        || (STRINGS.contains(&left) && STRINGS.contains(&right))
        || (INTEGERS.contains(&left) && INTEGERS.contains(&right))
}

/// A value that is sometimes the one and sometimes the other: branches of a set operation, the two sides of a merged
/// column, rows of VALUES. Where the types differ in form, one of them is cast, and nothing stays verbatim.
pub(super) fn united<'a>(left: &Origin<'a>, right: &Origin<'a>) -> Origin<'a> {
    match (left.type_oid, right.type_oid) {
        (Some(UNKNOWN), _) if left.lineage.is_null() => return right.clone().of_no_row(),
        (_, Some(UNKNOWN)) if right.lineage.is_null() => return left.clone().of_no_row(),
        _ => {}
    }
    let mut lineage = left.lineage.clone();
    lineage.verbatim.extend(&right.lineage.verbatim);
    lineage.computed_from.extend(&right.lineage.computed_from);
    lineage.computed |= right.lineage.computed;
    lineage.tests.extend(right.lineage.tests.iter().cloned());
    let type_oid = match (left.type_oid, right.type_oid) {
        (Some(UNKNOWN), known) | (known, Some(UNKNOWN)) => known,
        (known, other) if same_form(known, other) => known,
        _ => None,
    };
    if type_oid.is_none() && !lineage.verbatim.is_empty() {
        lineage = lineage.tainted();
    }
    let fields = left.fields.as_ref().map(|fields| {
        let names = fields.iter().map(|field| field.name.clone());
        Rc::new(fields_of(names, &lineage))
    });
    Origin {
        lineage,
        fields,
        structure: united_structure(left, right).map(Rc::new),
        type_oid,
        computed_follows_null: false,
        size: ArraySize::Unknown,
        cell: None,
    }
}

/// Where one of the two is known to be made of parts, what both are made of.
fn united_structure(left: &Origin<'_>, right: &Origin<'_>) -> Option<Structure> {
    let is_known = |one: &Origin<'_>| one.structure.is_some() || one.fields.is_some();
    if !is_known(left) && !is_known(right) {
        return None;
    }
    // NULL of whatever type, or nothing in it either way.
    for (one, other) in [(left, right), (right, left)] {
        if one.lineage.is_null() && !is_known(one) {
            return Some(other.structure());
        }
    }
    left.structure().either(right.structure(), &|left, right| {
        let value = |(lineage, type_oid)| Origin {
            type_oid,
            ..Origin::from(lineage)
        };
        let united = united(&value(left), &value(right));
        (united.lineage, united.type_oid)
    })
}
