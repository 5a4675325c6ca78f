//! Where the value of one expression comes from.

use std::borrow::Cow;
use std::rc::Rc;

use crate::catalog::{Oid, Snapshot, TypeKind};
use crate::sql::Lineage;

/// Where a value comes from, and what is known of its type.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin<'a> {
    pub lineage: Lineage,
    /// Its fields, if it is a row and they are known.
    pub fields: Option<Rc<Vec<Field<'a>>>>,
    /// The type under all domains, if known.
    pub type_oid: Option<Oid>,
    /// Computed, but NULL only where one of the columns that it is computed from is NULL.
    pub computed_follows_null: bool,
}

/// A column of a result, or a field of a row.
#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    pub name: Cow<'a, str>,
    pub origin: Origin<'a>,
}

impl<'a> Origin<'a> {
    /// A value that comes from no column.
    pub fn computed() -> Self {
        Origin::from(Lineage::computed())
    }

    /// It is NULL only where one of its columns is: whether it is NULL tells nothing else.
    pub fn follows_null(&self) -> bool {
        self.computed_follows_null || self.lineage.is_verbatim()
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
            computed_follows_null: false,
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
        self.computed_from.extend(&other.verbatim);
        self.computed_from.extend(&other.computed_from);
        self.computed = true;
    }

    /// The same columns, all computed from.
    pub(super) fn tainted(&self) -> Lineage {
        let mut lineage = Lineage::computed();
        lineage.absorb(self);
        lineage
    }

    /// Values are those of columns, or NULL, and nothing else.
    pub(super) fn is_verbatim(&self) -> bool {
        self.computed_from.is_empty() && !self.computed
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
        (Some(UNKNOWN), _) if left.lineage.is_null() => return right.clone(),
        (_, Some(UNKNOWN)) if right.lineage.is_null() => return left.clone(),
        _ => {}
    }
    let mut lineage = left.lineage.clone();
    lineage.verbatim.extend(&right.lineage.verbatim);
    lineage.computed_from.extend(&right.lineage.computed_from);
    lineage.computed |= right.lineage.computed;
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
        type_oid,
        computed_follows_null: false,
    }
}
