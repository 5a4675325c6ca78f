//! A grammar of queries over the attack's schema. Names are few, so that they hide and capture each other.

use std::fmt::Write as _;

use crate::harness::Random;

/// Types that expressions are generated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Int,
    Bool,
}

/// A column in sight.
#[derive(Debug, Clone)]
struct Column {
    table: String,
    name: String,
    of: Type,
}

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Generator {
    random: Random,
    /// What is left to nest.
    budget: u32,
    /// Aliases in the FROM clause so far; seldom used again.
    taken: Vec<String>,
    /// CTEs in sight: name and columns.
    ctes: Vec<(String, Vec<(String, Type)>)>,
}

const TABLES: [(&str, &[(&str, Type)]); 6] = [
    (
        "app.people",
        &[
            ("id", Type::Int),
            ("name", Type::Text),
            ("email", Type::Text),
            ("pin", Type::Int),
            ("note", Type::Text),
            ("city", Type::Text),
            ("n", Type::Int),
            ("ok", Type::Bool),
        ],
    ),
    (
        "app.orders",
        &[
            ("id", Type::Int),
            ("person", Type::Int),
            ("email", Type::Text),
            ("item", Type::Text),
            ("qty", Type::Int),
        ],
    ),
    ("app.guess", &[("id", Type::Int), ("x", Type::Text), ("n", Type::Int)]),
    (
        "app.clean",
        &[
            ("id", Type::Int),
            ("a", Type::Text),
            ("b", Type::Text),
            ("n", Type::Int),
        ],
    ),
    (
        "app.shown",
        &[
            ("id", Type::Int),
            ("email", Type::Text),
            ("uname", Type::Text),
            ("city", Type::Text),
        ],
    ),
    (
        "app.kept",
        &[("id", Type::Int), ("name", Type::Text), ("city", Type::Text)],
    ),
];
/// Names of output columns and aliases: those of columns among them.
const LABELS: [&str; 7] = ["x", "name", "n", "email", "a", "id", "p"];
const ALIASES: [&str; 5] = ["p", "q", "c", "people", "x"];

impl Generator {
    pub fn new(seed: u64) -> Self {
        Generator {
            random: Random::new(seed),
            budget: 14,
            taken: Vec::new(),
            ctes: Vec::new(),
        }
    }

    /// One statement.
    pub fn query(&mut self) -> String {
        let width = 1 + self.below(3);
        let (text, _) = self.select(&[], width);
        match self.below(12) {
            0 => format!("COPY ({text}) TO STDOUT"),
            1 => format!("EXPLAIN (VERBOSE, COSTS OFF) {text}"),
            2 => format!("DECLARE d CURSOR WITH HOLD FOR {text}; FETCH ALL d; CLOSE d"),
            _ => text,
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit)
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Whether there is something left to nest with.
    fn nests(&mut self) -> bool {
        if self.budget == 0 {
            return false;
        }
        self.budget -= 1;
        true
    }

    /// A query of so many columns, and their labels and types.
    fn select(&mut self, outer: &[Column], width: usize) -> (String, Vec<(String, Type)>) {
        let known = self.ctes.len();
        let mut text = String::new();
        if self.one_in(6) && self.nests() {
            text = self.with(outer);
        }
        let (body, columns) = if self.one_in(7) && self.nests() {
            self.set_operation(outer, width)
        } else {
            self.plain(outer, width)
        };
        text.push_str(&body);
        self.ctes.truncate(known);
        (text, columns)
    }

    fn with(&mut self, outer: &[Column]) -> String {
        let recursive = if self.one_in(3) { "RECURSIVE " } else { "" };
        let mut text = format!("WITH {recursive}");
        let mut made = Vec::new();
        for at in 0..=self.below(2) {
            let width = 1 + self.below(2);
            let (query, columns) = self.select(outer, width);
            let name = self.pick(&["people", "clean", "c", "q"]);
            if made.contains(&name) {
                break;
            }
            made.push(name);
            let separator = if at > 0 { ", " } else { "" };
            let materialized = self.pick(&["", "MATERIALIZED ", "NOT MATERIALIZED "]);
            let _ = write!(text, "{separator}{name} AS {materialized}({query})");
            self.ctes.push((name.to_owned(), columns));
        }
        text.push(' ');
        text
    }

    fn set_operation(&mut self, outer: &[Column], width: usize) -> (String, Vec<(String, Type)>) {
        let (left, columns) = self.plain(outer, width);
        let types: Vec<Type> = columns.iter().map(|(_, of)| *of).collect();
        let right = self.plain_of(outer, &types).0;
        let operation = self.pick(&["UNION ALL", "UNION ALL", "UNION", "INTERSECT", "EXCEPT", "EXCEPT ALL"]);
        (format!("({left}) {operation} ({right})"), columns)
    }

    fn plain(&mut self, outer: &[Column], width: usize) -> (String, Vec<(String, Type)>) {
        let types: Vec<Type> = (0..width)
            .map(|_| self.pick(&[Type::Text, Type::Text, Type::Int, Type::Bool]))
            .collect();
        self.plain_of(outer, &types)
    }

    fn plain_of(&mut self, outer: &[Column], types: &[Type]) -> (String, Vec<(String, Type)>) {
        let (from, here) = self.items(outer);
        let mut sight = here.clone();
        sight.extend_from_slice(outer);
        let grouped = self.one_in(6).then(|| self.column(&here, None));
        let mut targets = Vec::new();
        let mut columns = Vec::new();
        for of in types {
            let value = match &grouped {
                Some(_) if self.one_in(2) => self.aggregate(&sight, *of),
                Some(key) if key.of == *of => qualified(key),
                Some(_) => self.aggregate(&sight, *of),
                None => self.expression(&sight, *of, 2),
            };
            let label = self.pick(&LABELS).to_owned();
            targets.push(format!("{value} AS {label}"));
            columns.push((label, *of));
        }
        let distinct = if grouped.is_none() && self.one_in(9) {
            "DISTINCT "
        } else {
            ""
        };
        let mut text = format!("SELECT {distinct}{} FROM {from}", targets.join(", "));
        if self.one_in(3) {
            let condition = self.condition(&sight, 1);
            let _ = write!(text, " WHERE {condition}");
        }
        if let Some(key) = &grouped {
            let _ = write!(text, " GROUP BY {}", qualified(key));
            if self.one_in(5) {
                let value = self.aggregate(&sight, Type::Int);
                let _ = write!(text, " HAVING {value} > 1");
            }
        } else if self.one_in(5) {
            let key = match self.below(3) {
                0 => "1".to_owned(),
                1 => self.pick(&LABELS).to_owned(),
                _ => self.expression(&sight, Type::Int, 1),
            };
            let _ = write!(text, " ORDER BY {key}");
            if self.one_in(2) {
                let _ = write!(text, " LIMIT {}", 1 + self.below(5));
            }
        }
        (text, columns)
    }

    fn items(&mut self, outer: &[Column]) -> (String, Vec<Column>) {
        let taken_outside = std::mem::take(&mut self.taken);
        let (mut text, mut here) = self.item(outer);
        for _ in 0..self.below(3) {
            if !self.nests() {
                break;
            }
            let mut sight = here.clone();
            sight.extend_from_slice(outer);
            let lateral = self.one_in(3);
            let (item, columns) = if lateral {
                let width = 1 + self.below(2);
                let (query, made) = self.select(&sight, width);
                self.aliased(format!("LATERAL ({query})"), made)
            } else {
                self.item(outer)
            };
            let mut both = here.clone();
            both.extend(columns.iter().cloned());
            let common: Vec<String> = here
                .iter()
                .filter(|left| {
                    columns
                        .iter()
                        .any(|right| right.name == left.name && right.of == left.of)
                })
                .map(|column| column.name.clone())
                .collect();
            let kind = self.pick(&["JOIN", "LEFT JOIN", "JOIN", "FULL JOIN"]);
            let kind = if lateral && kind == "FULL JOIN" { "JOIN" } else { kind };
            text = match self.below(4) {
                0 => format!("{text} CROSS JOIN {item}"),
                1 if !common.is_empty() => {
                    let name = common[self.below(common.len())].clone();
                    format!("{text} {kind} {item} USING ({name})")
                }
                2 if !common.is_empty() => format!("{text} NATURAL {kind} {item}"),
                _ => {
                    let condition = if kind == "FULL JOIN" {
                        self.equality(&here, &columns)
                    } else {
                        self.condition(&both, 1)
                    };
                    format!("{text} {kind} {item} ON {condition}")
                }
            };
            here = both;
        }
        self.taken = taken_outside;
        (text, here)
    }

    /// A table, CTE, subquery or list of values.
    fn item(&mut self, outer: &[Column]) -> (String, Vec<Column>) {
        if self.one_in(4) && self.nests() {
            let width = 1 + self.below(3);
            let (query, columns) = self.select(outer, width);
            return self.aliased(format!("({query})"), columns);
        }
        if !self.ctes.is_empty() && self.one_in(2) {
            let at = self.below(self.ctes.len());
            let (name, columns) = self.ctes[at].clone();
            return self.aliased(name, columns);
        }
        if self.one_in(8) {
            let columns = vec![("x".to_owned(), Type::Text), ("n".to_owned(), Type::Int)];
            let alias = self.alias();
            let text = format!("(VALUES ('alice@x.org', 1), ('bob', 2)) AS {alias}(x, n)");
            return (text, in_sight(alias, &columns));
        }
        let (table, columns) = if self.one_in(2) { TABLES[0] } else { self.pick(&TABLES) };
        let columns = columns.iter().map(|(name, of)| ((*name).to_owned(), *of)).collect();
        self.aliased(table.to_owned(), columns)
    }

    fn alias(&mut self) -> &'static str {
        let careless = self.one_in(20);
        let free: Vec<&'static str> = ALIASES
            .into_iter()
            .filter(|alias| !self.taken.iter().any(|taken| taken == alias))
            .collect();
        let alias = match careless || free.is_empty() {
            true => self.pick(&ALIASES),
            false => self.pick(&free),
        };
        self.taken.push(alias.to_owned());
        alias
    }

    fn aliased(&mut self, text: String, mut columns: Vec<(String, Type)>) -> (String, Vec<Column>) {
        let alias = self.alias();
        if !self.one_in(5) {
            return (format!("{text} AS {alias}"), in_sight(alias, &columns));
        }
        let count = 1 + self.below(columns.len().min(3));
        let mut names: Vec<&str> = Vec::new();
        for column in columns.iter_mut().take(count) {
            let name = self.pick(&LABELS);
            names.push(name);
            column.0 = name.to_owned();
        }
        let text = format!("{text} AS {alias}({})", names.join(", "));
        (text, in_sight(alias, &columns))
    }

    fn column(&mut self, sight: &[Column], of: Option<Type>) -> Column {
        let fitting: Vec<&Column> = sight
            .iter()
            .filter(|column| of.is_none_or(|of| of == column.of))
            .collect();
        match fitting.is_empty() {
            true => sight[self.below(sight.len())].clone(),
            false => fitting[self.below(fitting.len())].clone(),
        }
    }

    fn reference(&mut self, sight: &[Column], of: Type) -> String {
        if !sight.iter().any(|column| column.of == of) {
            return self.literal(of);
        }
        let column = self.column(sight, Some(of));
        match self.one_in(10) {
            true => column.name,
            false => qualified(&column),
        }
    }

    fn literal(&mut self, of: Type) -> String {
        let literals: &[&str] = match of {
            Type::Text => &["'alice'", "'alice@x.org'", "'city1'", "'b'", "NULL"],
            Type::Int => &["1", "2", "10", "0"],
            Type::Bool => &["true", "false"],
        };
        self.pick(literals).to_owned()
    }

    fn equality(&mut self, left: &[Column], right: &[Column]) -> String {
        let one = self.column(left, None);
        let other = self.column(right, Some(one.of));
        format!("{} = {}", qualified(&one), qualified(&other))
    }

    /// Mostly over columns that are clean by their names, so that something passes.
    fn condition(&mut self, sight: &[Column], depth: u32) -> String {
        const CLEAN: [&str; 8] = ["id", "n", "city", "qty", "item", "person", "a", "b"];
        let clean: Vec<Column> = sight
            .iter()
            .filter(|column| CLEAN.contains(&column.name.as_str()))
            .cloned()
            .collect();
        if !clean.is_empty() && !self.one_in(5) {
            return match self.below(3) {
                0 => self.equality(&clean, &clean),
                _ => {
                    let value = self.reference(&clean, Type::Int);
                    format!("{value} > {}", self.below(4))
                }
            };
        }
        match self.below(4) {
            0 => self.equality(sight, sight),
            1 => format!("{} IS NOT NULL", self.reference(sight, Type::Text)),
            2 if self.nests() => {
                let query = self.select(sight, 1).0;
                format!("EXISTS ({query})")
            }
            _ => self.expression(sight, Type::Bool, depth),
        }
    }

    fn aggregate(&mut self, sight: &[Column], of: Type) -> String {
        let text = self.reference(sight, Type::Text);
        let int = self.reference(sight, Type::Int);
        match (of, self.below(3)) {
            (Type::Text, 0) => format!("max({text})"),
            (Type::Text, 1) => format!("string_agg({text}, ',' ORDER BY {int})"),
            (Type::Text, _) => format!("min({text} || 'x')"),
            (Type::Int, 0) => "count(*)".to_owned(),
            (Type::Int, 1) => format!("count(DISTINCT {text})"),
            (Type::Int, _) => format!("max({int})"),
            (Type::Bool, _) => format!("bool_or({int} > 2)"),
        }
    }

    fn expression(&mut self, sight: &[Column], of: Type, depth: u32) -> String {
        if depth == 0 || self.one_in(3) {
            return match self.one_in(8) {
                true => self.literal(of),
                false => self.reference(sight, of),
            };
        }
        let next = depth - 1;
        if self.one_in(7) && self.nests() {
            let query = self.scalar(sight, of);
            return format!("({query})");
        }
        if self.one_in(6) {
            let condition = self.expression(sight, Type::Bool, next);
            let (yes, no) = (self.expression(sight, of, next), self.expression(sight, of, next));
            return format!("CASE WHEN {condition} THEN {yes} ELSE {no} END");
        }
        let (text, int) = (
            self.expression(sight, Type::Text, next),
            self.expression(sight, Type::Int, next),
        );
        match (of, self.below(6)) {
            (Type::Text, 0) => format!("upper({text})"),
            (Type::Text, 1) => format!("{text} || {int}::text"),
            (Type::Text, 2) => format!("coalesce({text}, 'none')"),
            (Type::Text, 3) => format!("substr({text}, 1, 2)"),
            (Type::Text, 4) => format!("(ARRAY[{text}, 'b'])[1]"),
            (Type::Text, _) => format!("nullif({text}, 'alice')"),
            (Type::Int, 0) => format!("length({text})"),
            (Type::Int, 1) => format!("{int} + 1"),
            (Type::Int, 2) => format!("12 / {int}"),
            (Type::Int, 3) => format!("row_number() OVER (PARTITION BY {text})::int"),
            (Type::Int, 4) => format!("greatest({int}, 2)"),
            (Type::Int, _) => format!("strpos({text}, 'a')"),
            (Type::Bool, 0) => format!("{text} = 'alice@x.org'"),
            (Type::Bool, 1) => format!("{int} BETWEEN 2 AND 10"),
            (Type::Bool, 2) => format!("{text} LIKE 'a%'"),
            (Type::Bool, 3) => format!("{text} IN ('alice', 'city1')"),
            (Type::Bool, 4) => format!("({text}, {int}) < ('c', 2)"),
            (Type::Bool, _) => format!("NOT ({int} > 3 AND {text} IS NULL)"),
        }
    }

    /// A query of one column and, mostly, one row.
    fn scalar(&mut self, sight: &[Column], of: Type) -> String {
        let (from, here) = self.item(&[]);
        let mut all = here.clone();
        all.extend_from_slice(sight);
        match self.below(3) {
            0 => {
                let value = self.aggregate(&all, of);
                format!("SELECT {value} FROM {from}")
            }
            _ => {
                let value = self.expression(&all, of, 1);
                let condition = self.condition(&all, 1);
                format!("SELECT {value} FROM {from} WHERE {condition} ORDER BY 1 LIMIT 1")
            }
        }
    }
}

fn qualified(column: &Column) -> String {
    format!("{}.{}", column.table, column.name)
}

fn in_sight(alias: &str, columns: &[(String, Type)]) -> Vec<Column> {
    let column = |(name, of): &(String, Type)| Column {
        table: alias.to_owned(),
        name: name.clone(),
        of: *of,
    };
    columns.iter().map(column).collect()
}
