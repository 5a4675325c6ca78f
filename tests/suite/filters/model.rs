//! The rows that filters keep, computed row by row from what the tables hold.

use std::collections::{BTreeMap, HashMap, HashSet};

use pgveil::cluster::Cluster;
use serde_json::Value;

/// What a rule file says of rows: table and condition; no condition: skip.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    pub tables: Vec<(String, Option<String>)>,
    pub subset: Option<(String, String)>,
}

impl Filters {
    /// As a rule file has them.
    pub fn rules(&self) -> String {
        let quoted = |text: &str| format!("'''{text}'''");
        let table = |(name, condition): &(String, Option<String>)| match condition {
            Some(condition) => format!("[[table]]\nname = {}\nwhere = {}\n", quoted(name), quoted(condition)),
            None => format!("[[table]]\nname = {}\nskip = true\n", quoted(name)),
        };
        let mut rules: String = self.tables.iter().map(table).collect();
        if let Some((start, condition)) = &self.subset {
            rules += &format!("[subset]\nstart = {}\nwhere = {}\n", quoted(start), quoted(condition));
        }
        rules
    }

    pub fn of(tables: &[(&str, Option<&str>)], subset: Option<(&str, &str)>) -> Filters {
        Filters {
            tables: tables
                .iter()
                .map(|(name, condition)| ((*name).to_owned(), condition.map(str::to_owned)))
                .collect(),
            subset: subset.map(|(start, condition)| (start.to_owned(), condition.to_owned())),
        }
    }
}

/// A row: its table, and its place there.
type Id = (String, String);

struct Row {
    /// All of it, as the server writes it.
    text: String,
    fields: Value,
}

struct Key {
    children: Vec<String>,
    parents: Vec<String>,
    columns: Vec<(String, String)>,
}

/// Every table that holds rows, and every foreign key.
pub struct Database {
    name: String,
    tables: BTreeMap<String, HashMap<String, Row>>,
    /// Of each table, with rows of its own or not, what it is a partition of in the end, or itself.
    roots: HashMap<String, String>,
    keys: Vec<Key>,
}

const TABLES: &str = "SELECT json_build_array(format('%I.%I', n.nspname, c.relname), \
        (SELECT format('%I.%I', rn.nspname, r.relname) FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace \
         WHERE r.oid = coalesce(CASE WHEN c.relispartition THEN pg_partition_root(c.oid) END, c.oid)), c.relkind) \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

const KEYS: &str = "SELECT json_build_array( \
        (SELECT json_agg(format('%I.%I', n.nspname, c.relname)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'r' AND (c.oid = k.conrelid OR c.oid IN (SELECT relid FROM pg_partition_tree(k.conrelid)))), \
        (SELECT json_agg(format('%I.%I', n.nspname, c.relname)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'r' AND (c.oid = k.confrelid OR c.oid IN (SELECT relid FROM pg_partition_tree(k.confrelid)))), \
        (SELECT json_agg(json_build_array(f.attname, t.attname)) FROM unnest(k.conkey, k.confkey) AS u(f, t) \
         JOIN pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = u.f \
         JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = u.t)) \
    FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0";

fn json(cluster: &Cluster, database: &str, sql: &str) -> Vec<Value> {
    let answer = cluster.psql(database, sql).expect(sql);
    answer
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().expect("a list").iter().map(text).collect()
}

impl Database {
    pub fn read(cluster: &Cluster, name: &str) -> Database {
        let mut database = Database {
            name: name.to_owned(),
            tables: BTreeMap::new(),
            roots: HashMap::new(),
            keys: Vec::new(),
        };
        for row in json(cluster, name, TABLES) {
            let table = text(&row[0]);
            database.roots.insert(table.clone(), text(&row[1]));
            if row[2] == "p" {
                continue;
            }
            let sql = format!("SELECT json_build_array(ctid::text, t::text, row_to_json(t)) FROM ONLY {table} AS t");
            let rows = json(cluster, name, &sql).into_iter().map(|row| {
                let (text, fields) = (text(&row[1]), row[2].clone());
                (self::text(&row[0]), Row { text, fields })
            });
            database.tables.insert(table, rows.collect());
        }
        for key in json(cluster, name, KEYS) {
            let columns = key[2].as_array().expect("columns").iter();
            database.keys.push(Key {
                children: texts(&key[0]),
                parents: texts(&key[1]),
                columns: columns.map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
            });
        }
        database
    }

    /// The text of every row, sorted, by table.
    pub fn rows(&self) -> BTreeMap<String, Vec<String>> {
        self.texts(&|_| true)
    }

    fn texts(&self, is_kept: &dyn Fn(&Id) -> bool) -> BTreeMap<String, Vec<String>> {
        let sorted = |(table, rows): (&String, &HashMap<String, Row>)| {
            let kept = rows
                .iter()
                .filter(|(place, _)| is_kept(&(table.clone(), (*place).clone())));
            let mut texts: Vec<String> = kept.map(|(_, row)| row.text.clone()).collect();
            texts.sort();
            (table.clone(), texts)
        };
        self.tables.iter().map(sorted).collect()
    }

    /// What the filters keep.
    pub fn kept(&self, cluster: &Cluster, filters: &Filters) -> BTreeMap<String, Vec<String>> {
        let references = self.references();
        let mut dropped: HashSet<Id> = HashSet::new();
        for (table, condition) in &filters.tables {
            let fails = format!("({}) IS NOT TRUE", condition.as_deref().unwrap_or("false"));
            dropped.extend(self.select(cluster, table, &fails));
        }
        grow(&mut dropped, &references, |child, parent| (parent, child), |_| true);
        let Some((start, condition)) = &filters.subset else {
            return self.texts(&|id| !dropped.contains(id));
        };
        let alive = |id: &Id| !dropped.contains(id);
        let mut kept: HashSet<Id> = self
            .select(cluster, start, condition)
            .into_iter()
            .filter(alive)
            .collect();
        grow(&mut kept, &references, |child, parent| (parent, child), alive);
        grow(&mut kept, &references, |child, parent| (child, parent), |_| true);
        let connected = self.connected(start);
        self.texts(&|id| kept.contains(id) || !connected.contains(&self.roots[&id.0]) && !dropped.contains(id))
    }

    fn select(&self, cluster: &Cluster, table: &str, condition: &str) -> Vec<Id> {
        let sql = format!(
            "SET search_path = ''; SELECT json_build_array(format('%I.%I', n.nspname, c.relname), r.ctid::text) \
             FROM {table} AS r JOIN pg_class c ON c.oid = r.tableoid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE r.ctid IN (SELECT o.ctid FROM {table} AS o WHERE o.tableoid = r.tableoid AND {condition})",
            condition = condition.replace('\n', " ")
        );
        let rows = json(cluster, &self.name, &sql).into_iter();
        // A plain table's heirs are tables of their own.
        let is_own = |id: &Id| self.roots[&id.0] != id.0 || id.0 == table;
        rows.map(|row| (text(&row[0]), text(&row[1]))).filter(is_own).collect()
    }

    /// Every pair of a row and one that it refers to.
    fn references(&self) -> Vec<(Id, Id)> {
        let mut references = Vec::new();
        for key in &self.keys {
            let mut parents: HashMap<Vec<String>, Vec<Id>> = HashMap::new();
            let value = |row: &Row, column: &str| match &row.fields[column] {
                Value::Null => None,
                value => Some(value.to_string()),
            };
            for table in &key.parents {
                for (place, row) in &self.tables[table] {
                    let values = key
                        .columns
                        .iter()
                        .map(|(_, to)| value(row, to))
                        .collect::<Option<Vec<_>>>();
                    if let Some(values) = values {
                        parents.entry(values).or_default().push((table.clone(), place.clone()));
                    }
                }
            }
            for table in &key.children {
                for (place, row) in &self.tables[table] {
                    let values = key
                        .columns
                        .iter()
                        .map(|(from, _)| value(row, from))
                        .collect::<Option<Vec<_>>>();
                    for parent in values.and_then(|values| parents.get(&values)).into_iter().flatten() {
                        references.push(((table.clone(), place.clone()), parent.clone()));
                    }
                }
            }
        }
        references
    }

    /// Tables, partitioned ones as one, that foreign keys connect with this one.
    fn connected(&self, start: &str) -> HashSet<String> {
        let mut connected = HashSet::from([self.roots[start].clone()]);
        loop {
            let before = connected.len();
            for key in &self.keys {
                let ends = key
                    .children
                    .iter()
                    .chain(&key.parents)
                    .map(|table| self.roots[table].clone());
                let ends: Vec<String> = ends.collect();
                if ends.iter().any(|end| connected.contains(end)) {
                    connected.extend(ends);
                }
            }
            if connected.len() == before {
                return connected;
            }
        }
    }
}

/// Adds what `step` leads to (from, to) until nothing is added.
fn grow(
    found: &mut HashSet<Id>,
    references: &[(Id, Id)],
    step: impl for<'a> Fn(&'a Id, &'a Id) -> (&'a Id, &'a Id),
    may: impl Fn(&Id) -> bool,
) {
    let mut next: HashMap<&Id, Vec<&Id>> = HashMap::new();
    for (child, parent) in references {
        let (from, to) = step(child, parent);
        next.entry(from).or_default().push(to);
    }
    let mut open: Vec<Id> = found.iter().cloned().collect();
    while let Some(id) = open.pop() {
        for &to in next.get(&id).into_iter().flatten() {
            if may(to) && found.insert(to.clone()) {
                open.push(to.clone());
            }
        }
    }
}
