//! What a table promises of its rows, read from the catalog as the server prints it, and the question for each.

use crate::catalog::{ColumnId, Oid, Relation, RelationKind, Snapshot};
use crate::rules::Resolved;
use crate::upstream::{self, QueryError, Row, Upstream};

/// Between the items of a list: unit separator, which stands in no expression that the server prints.
const SEPARATOR: char = '\u{1f}';
/// More partitions than this make a question too long to ask.
const PARTITIONS_MAX: usize = 500;

/// Of partitions, what they do not have from the table above them. NOT VALID ones are not checked by a restore either.
const CHECKS: &str = "SELECT k.conrelid, k.conname, k.conkey::pg_catalog.text, pg_catalog.pg_get_expr(k.conbin, k.conrelid) \
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid \
    WHERE k.contype = 'c' AND k.convalidated AND (NOT c.relispartition OR k.coninhcount = 0)";

const DOMAINS: &str = "SELECT contypid, conname, pg_catalog.pg_get_expr(conbin, 0) FROM pg_catalog.pg_constraint \
    WHERE contypid <> 0 AND contype = 'c' AND convalidated";

/// Unique indexes, exclusion constraints, and indexes over expressions; those of partitions with the table above them.
const INDEXES: &str = "SELECT i.indrelid, i.indexrelid::pg_catalog.regclass, i.indkey::pg_catalog.text, \
    (SELECT pg_catalog.string_agg(d.refobjsubid::pg_catalog.text, ' ') FROM pg_catalog.pg_depend d \
     WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid \
     AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0), \
    (SELECT pg_catalog.string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, n, false), pg_catalog.chr(31) ORDER BY n) \
     FROM pg_catalog.generate_series(1, i.indnkeyatts::pg_catalog.int4) AS n), \
    pg_catalog.pg_get_expr(i.indpred, i.indrelid), i.indisunique, \
    (SELECT pg_catalog.string_agg(pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname), pg_catalog.chr(31) ORDER BY u.at) \
     FROM pg_catalog.pg_constraint k, pg_catalog.unnest(k.conexclop) WITH ORDINALITY AS u(operator, at), \
     pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace \
     WHERE k.conindid = i.indexrelid AND k.contype = 'x' AND o.oid = u.operator) \
    FROM pg_catalog.pg_index i \
    WHERE (i.indisunique OR i.indisexclusion OR i.indexprs IS NOT NULL) \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.indexrelid)";

const GENERATED: &str = "SELECT d.adrelid, a.attname, a.attnum, pg_catalog.pg_get_expr(d.adbin, d.adrelid) \
    FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
    WHERE a.attgenerated <> ''";

/// The partitions that hold rows, each with its bounds on every level.
const PARTITIONS: &str = "SELECT p.partrelid, t.relid::pg_catalog.oid, pg_catalog.pg_get_partition_constraintdef(t.relid) \
    FROM pg_catalog.pg_partitioned_table p JOIN pg_catalog.pg_class c ON c.oid = p.partrelid, \
    pg_catalog.pg_partition_tree(p.partrelid) AS t WHERE t.isleaf AND NOT c.relispartition";

/// What every row, or all together, must meet.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// True or NULL for every row.
    Check(String),
    /// The same of one column's value, which the expression calls VALUE.
    Domain { column: ColumnId, expression: String },
    /// No two rows with these equal, and none of them NULL.
    Unique {
        keys: Vec<String>,
        condition: Option<String>,
    },
    /// No two rows for which all these operators are true.
    Exclusion {
        keys: Vec<String>,
        operators: Vec<String>,
        condition: Option<String>,
    },
    /// No failure.
    Expressions(Vec<String>),
    /// No failure, and what the column holds after a restore.
    Generated { column: String, expression: String },
    /// A home for every row: partitions and their bounds.
    Partitions(Vec<(Oid, String)>),
}

/// A test by name, as it is reported.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub name: String,
    pub test: Test,
}

/// All that the catalog says, before it is known which tables are masked.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Relation, columns that it names, claim.
    of_relations: Vec<(Oid, Vec<i16>, Claim)>,
    /// Domain, constraint, expression.
    of_domains: Vec<(Oid, String, String)>,
    /// Partitioned table, partition, bounds.
    partitions: Vec<(Oid, Oid, String)>,
}

impl Claims {
    pub(super) async fn read(upstream: &mut Upstream) -> Result<Claims, QueryError> {
        let mut claims = Claims::default();
        for row in upstream::query(upstream, CHECKS).await? {
            claims.push(
                number(&row, 0),
                numbers(&row, 2),
                text(&row, 1),
                Test::Check(text(&row, 3)),
            );
        }
        for row in upstream::query(upstream, INDEXES).await? {
            let mut columns = numbers(&row, 2);
            columns.extend(numbers(&row, 3));
            claims.push(number(&row, 0), columns, text(&row, 1), index(&row));
        }
        for row in upstream::query(upstream, GENERATED).await? {
            let (column, expression) = (text(&row, 1), text(&row, 3));
            let name = column.clone();
            claims.push(
                number(&row, 0),
                numbers(&row, 2),
                name,
                Test::Generated { column, expression },
            );
        }
        for row in upstream::query(upstream, DOMAINS).await? {
            claims.of_domains.push((number(&row, 0), text(&row, 1), text(&row, 2)));
        }
        for row in upstream::query(upstream, PARTITIONS).await? {
            claims
                .partitions
                .push((number(&row, 0), number(&row, 1), text(&row, 2)));
        }
        Ok(claims)
    }

    fn push(&mut self, relation: Oid, columns: Vec<i16>, name: String, test: Test) {
        self.of_relations.push((relation, columns, Claim { name, test }));
    }

    /// The claims that masked columns of a relation can break.
    pub(super) fn of(&self, snapshot: &Snapshot, resolved: &Resolved, relation: &Relation) -> Vec<Claim> {
        let id = |attribute| ColumnId {
            relation: relation.oid,
            attribute,
        };
        let is_masked = |column: &i16| resolved.treatments.column(id(*column)).is_some();
        let of_it = self
            .of_relations
            .iter()
            .filter(|(oid, columns, _)| *oid == relation.oid && columns.iter().any(is_masked));
        let mut claims: Vec<Claim> = of_it.map(|(.., claim)| claim.clone()).collect();
        let is_partition = relation.parents.iter().any(|parent| {
            let parent = snapshot.relations.get(parent);
            parent.is_some_and(|parent| parent.kind == RelationKind::PartitionedTable)
        });
        if !is_partition {
            for column in relation.columns.iter().filter(|column| is_masked(&column.number)) {
                claims.extend(self.of_domain(snapshot, id(column.number), column.type_oid));
            }
        }
        claims.extend(self.partitions(snapshot, relation, &is_masked));
        claims
    }

    fn of_domain(&self, snapshot: &Snapshot, column: ColumnId, type_oid: Oid) -> Vec<Claim> {
        let domains: Vec<Oid> = snapshot.domains_of(type_oid).map(|(domain, _)| domain.oid).collect();
        let of_it = self.of_domains.iter().filter(|(domain, ..)| domains.contains(domain));
        let claim = |(_, name, expression): &(Oid, String, String)| Claim {
            name: name.clone(),
            test: Test::Domain {
                column,
                expression: expression.clone(),
            },
        };
        of_it.map(claim).collect()
    }

    fn partitions(&self, snapshot: &Snapshot, relation: &Relation, is_masked: &dyn Fn(&i16) -> bool) -> Option<Claim> {
        let of_it = self.partitions.iter().filter(|(root, ..)| *root == relation.oid);
        let partitions: Vec<(Oid, String)> = of_it.map(|(_, leaf, bounds)| (*leaf, bounds.clone())).collect();
        // The keys of partitioned partitions count, too.
        let is_below = |found: &Relation| found.oid == relation.oid || found.parents.contains(&relation.oid);
        let keys = snapshot.relations.values().filter(|found| is_below(found));
        let names = keys.flat_map(|found| {
            let name = |number: &i16| found.column(*number).map(|column| column.name.as_str());
            found.partition_key.iter().filter_map(name).collect::<Vec<_>>()
        });
        let is_masked = |name: &str| {
            relation
                .column_named(name)
                .is_some_and(|column| is_masked(&column.number))
        };
        let is_asked = names.into_iter().any(is_masked) && (1..=PARTITIONS_MAX).contains(&partitions.len());
        is_asked.then(|| Claim {
            name: String::new(),
            test: Test::Partitions(partitions),
        })
    }
}

impl Claim {
    /// The question: how many of the rows, an item of FROM, break it.
    pub(super) fn sql(&self, rows: &str) -> String {
        let under = |condition: &Option<String>| {
            condition
                .as_ref()
                .map_or("true".to_owned(), |found| format!("({found})"))
        };
        match &self.test {
            Test::Check(expression) => format!("SELECT pg_catalog.count(*) FROM {rows} WHERE NOT ({expression})"),
            Test::Domain { expression, .. } => {
                format!("SELECT pg_catalog.count(*) FROM {rows} WHERE NOT ({expression})")
            }
            Test::Unique { keys, condition } => {
                let present: Vec<String> = keys.iter().map(|key| format!("({key}) IS NOT NULL")).collect();
                format!(
                    "SELECT pg_catalog.sum(found.n - 1) FROM (SELECT pg_catalog.count(*) AS n FROM {rows} \
                     WHERE {} AND {} GROUP BY {} HAVING pg_catalog.count(*) > 1) AS found",
                    under(condition),
                    present.join(" AND "),
                    keys.iter().map(|key| format!("({key})")).collect::<Vec<_>>().join(", ")
                )
            }
            Test::Exclusion {
                keys,
                operators,
                condition,
            } => {
                let columns: Vec<String> = keys
                    .iter()
                    .enumerate()
                    .map(|(at, key)| format!("({key}) AS k{at}"))
                    .collect();
                let meet: Vec<String> = operators
                    .iter()
                    .enumerate()
                    .map(|(at, operator)| format!("a.k{at} {operator} b.k{at}"))
                    .collect();
                format!(
                    "WITH found AS MATERIALIZED (SELECT pg_catalog.row_number() OVER () AS n, {} FROM {rows} WHERE {}) \
                     SELECT pg_catalog.count(DISTINCT a.n) FROM found a JOIN found b ON a.n > b.n AND {}",
                    columns.join(", "),
                    under(condition),
                    meet.join(" AND ")
                )
            }
            Test::Expressions(expressions) => {
                let counts = expressions.iter().map(|found| format!("pg_catalog.count(({found}))"));
                format!("SELECT 0, {} FROM {rows}", counts.collect::<Vec<_>>().join(", "))
            }
            Test::Generated { expression, .. } => format!("SELECT 0, pg_catalog.count(({expression})) FROM {rows}"),
            Test::Partitions(partitions) => routes(partitions, rows),
        }
    }
}

fn routes(partitions: &[(Oid, String)], rows: &str) -> String {
    // A default partition without siblings takes everything, and prints no bounds.
    let bounds = |found: &str| match found.is_empty() {
        true => "true".to_owned(),
        false => format!("({found})"),
    };
    let own = partitions
        .iter()
        .map(|(leaf, found)| format!("WHEN {leaf} THEN {}", bounds(found)));
    let any = partitions.iter().map(|(_, found)| bounds(found));
    format!(
        "SELECT pg_catalog.count(*) FILTER (WHERE (CASE {place} {} END) IS NOT TRUE), \
         pg_catalog.count(*) FILTER (WHERE ({}) IS NOT TRUE) FROM {rows}",
        own.collect::<Vec<_>>().join(" "),
        any.collect::<Vec<_>>().join(" OR "),
        place = super::sample::PLACE,
    )
}

fn index(row: &Row) -> Test {
    let list = |at| -> Vec<String> {
        let found: String = text(row, at);
        found
            .split(SEPARATOR)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (keys, operators) = (list(4), list(7));
    let condition = Some(text(row, 5)).filter(|found| !found.is_empty());
    if !operators.is_empty() {
        return Test::Exclusion {
            keys,
            operators,
            condition,
        };
    }
    match text(row, 6).as_str() {
        "t" => Test::Unique { keys, condition },
        _ => Test::Expressions(keys.into_iter().chain(condition).collect()),
    }
}

fn text(row: &Row, at: usize) -> String {
    let cell = row.get(at).and_then(Option::as_deref).unwrap_or_default();
    String::from_utf8_lossy(cell).into_owned()
}

/// 0, which nothing has, where there is none.
fn number(row: &Row, at: usize) -> Oid {
    text(row, at).parse().unwrap_or(0)
}

/// `1 2` and `{1,2}`; the 0 of an expression is left out.
fn numbers(row: &Row, at: usize) -> Vec<i16> {
    let found = text(row, at);
    let items = found.split(|letter: char| !letter.is_ascii_digit() && letter != '-');
    items
        .filter_map(|item| item.parse().ok())
        .filter(|number| *number > 0)
        .collect()
}
