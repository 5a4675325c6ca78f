//! Functions in FROM, and the shapes of the rows that functions return.

use std::borrow::Cow;
use std::rc::Rc;

use super::builtins::{self, Columns};
use super::calls::Callee;
use super::inlined::Inlined;
use super::labels::label;
use super::origin::{Field, Origin, fields_of};
use super::scope::{Scope, Shape};
use super::{Analyser, Step, not_understood};
use crate::catalog::{Oid, TypeKind};
use crate::sql::tree::Node;
use crate::sql::{Clause, Lineage};

impl<'a> Analyser<'a> {
    /// Functions in FROM: one, or several by ROWS FROM.
    pub(super) fn function_item(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Shape<'a>> {
        let functions: Vec<&'a Node> = node.nodes("functions").collect();
        let alias = node.node("alias").map(|alias| alias.str("aliasname"));
        let alias = alias.filter(|_| functions.len() == 1);
        let mut all = Vec::new();
        let mut unknown_columns: Option<Lineage> = None;
        for function in functions {
            let mut parts = function.nodes("items");
            let Some(call) = parts.next() else {
                return Err(not_understood("a function in FROM"));
            };
            let definitions = parts.next().map(|list| list.nodes("items"));
            let mut definitions: Vec<&'a Node> = definitions.into_iter().flatten().collect();
            if definitions.is_empty() {
                definitions = node.nodes("coldeflist").collect();
            }
            match self.function_columns(scope, call, &definitions, alias)? {
                Shape::Fields(fields) => all.extend(fields.iter().cloned().map(Field::of_no_row)),
                other => unknown_columns
                    .get_or_insert_default()
                    .absorb(&other.everything(self.snapshot)),
            }
        }
        if node.bool("ordinality") {
            all.push(Field {
                name: Cow::Borrowed("ordinality"),
                origin: Origin::computed(),
            });
        }
        match unknown_columns {
            Some(mut lineage) => {
                all.iter().for_each(|field| lineage.absorb(&field.origin.lineage));
                Ok(Shape::Unknown(lineage))
            }
            None => Ok(Shape::Fields(Rc::new(all))),
        }
    }

    fn function_columns(
        &mut self,
        scope: &Scope<'_, 'a>,
        call: &'a Node,
        definitions: &[&'a Node],
        alias: Option<&'a str>,
    ) -> Step<Shape<'a>> {
        let mut arguments = Vec::new();
        let callee = Callee::of(call).filter(|_| call.is("FuncCall"));
        if let Some(callee) = callee
            && let Some(result) = self.inlined(scope, call, callee)?
        {
            return Ok(inlined_shape(result, call, definitions, alias));
        }
        if callee.is_some() {
            for argument in call.nodes("args") {
                arguments.push(self.value(scope, argument)?);
            }
        }
        let value = self.value(scope, call)?;
        // How many rows there are may tell of the arguments.
        self.rows_tell(callee, &arguments, &value.lineage);
        let named = |names: Vec<Cow<'a, str>>| Shape::Fields(Rc::new(fields_of(names.into_iter(), &value.lineage)));
        if !definitions.is_empty() {
            let names = definitions.iter().map(|column| Cow::Borrowed(column.str("colname")));
            return Ok(named(names.collect()));
        }
        let single = || match alias {
            Some(alias) => Cow::Borrowed(alias),
            None => label(call, &|_| None),
        };
        let Some(callee) = callee else {
            return Ok(named(vec![single()]));
        };
        if let Some(names) = self.row_names(callee, &arguments) {
            return Ok(named(names));
        }
        let is_scalar = match self.is_builtin(callee) {
            true => builtins::columns(callee.name) == Columns::Scalar,
            false => self.returns_scalar(callee),
        };
        if is_scalar {
            return Ok(named(vec![single()]));
        }
        let elements = builtins::columns(callee.name) == Columns::Elements;
        if elements && self.is_builtin(callee) && !arguments.is_empty() {
            return Ok(self.unnested(call, &arguments, &single));
        }
        Ok(Shape::Unknown(value.lineage))
    }

    /// The columns of unnest, if no element can be a row.
    fn unnested(&self, call: &'a Node, arguments: &[Origin<'a>], single: &dyn Fn() -> Cow<'a, str>) -> Shape<'a> {
        let mut everything = Lineage::computed();
        arguments
            .iter()
            .for_each(|argument| everything.absorb(&argument.lineage));
        let mut fields = Vec::new();
        for (node, argument) in call.nodes("args").zip(arguments) {
            if let Some(element) = self.element(argument) {
                match &element.fields {
                    Some(row) => fields.extend(row.iter().cloned()),
                    None => fields.push(Field {
                        name: Cow::Borrowed("unnest"),
                        origin: element,
                    }),
                }
                continue;
            }
            if !self.has_plain_elements(node, argument) {
                return Shape::Unknown(everything);
            }
            fields.extend(fields_of(std::iter::once(Cow::Borrowed("unnest")), &argument.lineage));
        }
        let is_row = |argument: &Origin<'a>| self.element(argument).is_some_and(|element| element.fields.is_some());
        if let ([only], false) = (fields.as_mut_slice(), arguments.iter().any(is_row)) {
            only.name = single();
        }
        Shape::Fields(Rc::new(fields))
    }

    /// Whether the elements of this array are certainly no rows.
    fn has_plain_elements(&self, node: &'a Node, array: &Origin<'a>) -> bool {
        let kind = |oid| self.snapshot.types.get(&oid).map(|found| found.kind);
        /// int2vector, oidvector
        const VECTORS: [Oid; 2] = [22, 30];
        if array.type_oid.is_some_and(|oid| VECTORS.contains(&oid)) {
            return true;
        }
        if let Some(TypeKind::Array(element)) = array.type_oid.and_then(kind) {
            let base = self.snapshot.base_type(element, -1).0;
            return !matches!(kind(base), Some(TypeKind::Composite(_)) | None);
        }
        match node.kind() {
            "TypeCast" => node
                .node("type_name")
                .is_some_and(|type_name| type_name.get("array_bounds").is_some() && self.is_plain_name(type_name)),
            "AArrayExpr" => node.nodes("elements").all(|element| element.is("AConst")),
            _ => false,
        }
    }

    fn is_plain_name(&self, type_name: &Node) -> bool {
        let names = type_name.names("names");
        let name = names.last().copied().unwrap_or_default();
        let types = self.snapshot.types_by_name.get(name);
        types.is_some_and(|types| {
            types.iter().all(|oid| {
                let base = self.snapshot.base_type(*oid, -1).0;
                let kind = self.snapshot.types.get(&base).map(|found| found.kind);
                !matches!(kind, Some(TypeKind::Composite(_)) | None)
            })
        })
    }

    fn returns_scalar(&self, callee: Callee<'_>) -> bool {
        let Some(found) = self.snapshot.functions.get(callee.name) else {
            return false;
        };
        found.iter().all(|one| {
            let base = self.snapshot.base_type(one.result_type, -1).0;
            let kind = self.snapshot.types.get(&base).map(|found| found.kind);
            one.output_names.is_empty()
                && matches!(
                    kind,
                    Some(
                        TypeKind::Base
                            | TypeKind::Array(_)
                            | TypeKind::Enum
                            | TypeKind::Range(_)
                            | TypeKind::Multirange(_)
                    )
                )
        })
    }

    /// The names of the columns of a call's result, if it is a row and they are known.
    pub(super) fn row_names(&self, callee: Callee<'_>, arguments: &[Origin<'a>]) -> Option<Vec<Cow<'a, str>>> {
        if self.is_builtin(callee) {
            return match builtins::columns(callee.name) {
                Columns::Named(names) => Some(names.iter().map(|name| Cow::Borrowed(*name)).collect()),
                Columns::FirstArgument => {
                    let fields = arguments.first()?.fields.as_ref()?;
                    Some(fields.iter().map(|field| field.name.clone()).collect())
                }
                Columns::Scalar | Columns::Elements | Columns::Unknown => None,
            };
        }
        let mut shapes = self.snapshot.functions.get(callee.name)?.iter().map(|one| {
            if !one.output_names.is_empty() {
                return Some(
                    one.output_names
                        .iter()
                        .map(|name| Cow::Borrowed(name.as_str()))
                        .collect(),
                );
            }
            let base = self.snapshot.base_type(one.result_type, -1).0;
            let Some(TypeKind::Composite(relation)) = self.snapshot.types.get(&base).map(|found| found.kind) else {
                return None;
            };
            let relation = self.snapshot.relations.get(&relation)?;
            Some(
                relation
                    .columns
                    .iter()
                    .map(|column| Cow::Borrowed(column.name.as_str()))
                    .collect::<Vec<_>>(),
            )
        });
        let first = shapes.next()??;
        shapes.all(|shape| shape.as_ref() == Some(&first)).then_some(first)
    }

    /// XMLTABLE and JSON_TABLE: every column is computed from everything in it.
    pub(super) fn table_function(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Shape<'a>> {
        if let Some(shape) = self.asked_table(scope, node)? {
            return Ok(shape);
        }
        let mut lineage = Lineage::computed();
        let mut children = Vec::new();
        node.for_each_child(&mut |child| children.push(child));
        for child in children {
            if !child.is("Alias") {
                lineage.absorb(&self.value(scope, child)?.lineage);
            }
        }
        self.other_influence(Clause::FunctionArgument, &lineage);
        let mut names = Vec::new();
        column_names(node, &mut names);
        Ok(Shape::Fields(Rc::new(fields_of(names.into_iter(), &lineage))))
    }
}

/// The columns of an SQL-language function's result.
fn inlined_shape<'a>(
    mut result: Inlined<'a>,
    call: &'a Node,
    definitions: &[&'a Node],
    alias: Option<&'a str>,
) -> Shape<'a> {
    if !definitions.is_empty() {
        // Types are cast to those of the definitions.
        let lineage = result.value().lineage;
        let names = definitions.iter().map(|column| Cow::Borrowed(column.str("colname")));
        return Shape::Fields(Rc::new(fields_of(names, &lineage)));
    }
    if !result.is_row
        && let [only] = result.columns.as_mut_slice()
        && only.name.is_empty()
    {
        only.name = match alias {
            Some(alias) => Cow::Borrowed(alias),
            None => label(call, &|_| None),
        };
    }
    Shape::Fields(Rc::new(result.columns))
}

/// The columns that XMLTABLE or JSON_TABLE defines; nested ones come after all of their parent.
pub(super) fn column_names<'a>(node: &'a Node, names: &mut Vec<Cow<'a, str>>) {
    let (nested, plain): (Vec<&Node>, Vec<&Node>) = node
        .nodes("columns")
        .partition(|column| column.get("columns").is_some());
    for column in plain {
        names.push(Cow::Borrowed(match column.kind() {
            "RangeTableFuncCol" => column.str("colname"),
            _ => column.str("name"),
        }));
    }
    for column in nested {
        column_names(column, names);
    }
}
