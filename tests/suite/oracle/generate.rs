//! Random queries over the corpus's schema: nested FROM items, LATERAL, shadowed names, USING, WITH. Names come from a
//! small pool, so that they capture each other; what the server rejects does not count.

use crate::harness::Random;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Other,
}

use Kind::{Number, Other, Text};

type Column = (String, Kind);

/// An item of FROM: alias and columns.
#[derive(Clone)]
struct Item {
    alias: String,
    columns: Vec<Column>,
}

const TABLES: [(&str, &[(&str, Kind)]); 11] = [
    (
        "customers",
        &[
            ("id", Number),
            ("email", Text),
            ("name", Text),
            ("phone", Text),
            ("salary", Other),
            ("tags", Other),
            ("home", Other),
            ("boss", Number),
            ("note", Text),
        ],
    ),
    (
        "orders",
        &[
            ("id", Number),
            ("customer_id", Number),
            ("email", Text),
            ("note", Text),
            ("amount", Other),
        ],
    ),
    ("plain", &[("id", Number), ("a", Text), ("b", Text), ("r", Other)]),
    ("app.twin", &[("id", Number), ("secret", Text)]),
    ("v_near", &[("id", Number), ("mail", Text), ("uname", Text)]),
    ("v_far", &[("mail", Text), ("uname", Text)]),
    (
        "v_wide",
        &[("id", Number), ("email", Text), ("a", Text), ("total", Other)],
    ),
    ("v_tree", &[("id", Number), ("path", Text), ("email", Text)]),
    ("mv", &[("email", Text)]),
    (
        "events",
        &[("id", Number), ("at", Other), ("who", Text), ("note", Text)],
    ),
    (
        "vips",
        &[("id", Number), ("email", Text), ("name", Text), ("level", Number)],
    ),
];

const NAMES: [&str; 12] = [
    "a",
    "b",
    "c",
    "x",
    "id",
    "email",
    "name",
    "note",
    "customers",
    "plain",
    "orders",
    "mail",
];

/// The query of a seed.
pub fn query(seed: u64) -> String {
    let mut generator = Generator {
        random: Random::new(seed),
        scopes: Vec::new(),
        ctes: Vec::new(),
    };
    generator.query(3, None).0
}

struct Generator {
    random: Random,
    /// Items of FROM in sight, outermost query first.
    scopes: Vec<Vec<Item>>,
    ctes: Vec<Item>,
}

impl Generator {
    fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.random.chance(percent)
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        self.random.pick(from)
    }

    fn name(&mut self) -> String {
        self.pick(&NAMES).to_owned()
    }

    /// A name for an item of FROM; seldom one that the innermost query has.
    fn alias(&mut self) -> String {
        let careless = self.chance(3);
        loop {
            let name = self.name();
            let taken = self
                .scopes
                .last()
                .is_some_and(|items| items.iter().any(|item| item.alias == name));
            if careless || !taken || self.chance(5) {
                return name;
            }
        }
    }

    /// A query and its columns; of these kinds, if given.
    fn query(&mut self, depth: usize, kinds: Option<&[Kind]>) -> (String, Vec<Column>) {
        let ctes_before = self.ctes.len();
        let mut text = String::new();
        if depth > 0 && self.chance(20) {
            text = self.with(depth - 1);
        }
        let (body, columns) = match depth > 0 && self.chance(15) {
            true => self.set_operation(depth - 1, kinds),
            false => self.select(depth, kinds),
        };
        self.ctes.truncate(ctes_before);
        (text + &body, columns)
    }

    fn with(&mut self, depth: usize) -> String {
        let mut parts = Vec::new();
        let recursive = self.chance(40);
        for _ in 0..=self.below(2) {
            let name = self.name();
            let materialized = self.pick(&["", "", "MATERIALIZED ", "NOT MATERIALIZED "]);
            if recursive && self.chance(60) {
                let kinds = [Number, Text];
                let (first, columns) = self.select(depth, Some(&kinds));
                let names = vec![(self.name(), Number), (self.name(), Text)];
                let named = self.chance(60);
                let item = Item {
                    alias: name.clone(),
                    columns: if named { names.clone() } else { columns },
                };
                self.ctes.push(item);
                let (second, _) = self.select(depth.min(1), Some(&kinds));
                let list = if named {
                    format!("({}, {})", names[0].0, names[1].0)
                } else {
                    String::new()
                };
                let all = self.pick(&["UNION", "UNION ALL"]);
                let extra = match named && self.chance(30) {
                    true => format!(
                        " SEARCH DEPTH FIRST BY {} SET ord CYCLE {} SET mark USING path",
                        names[0].0, names[1].0
                    ),
                    false => String::new(),
                };
                parts.push(format!("{name}{list} AS ({first} {all} {second}){extra}"));
            } else {
                let (query, columns) = self.query(depth, None);
                parts.push(format!("{name} AS {materialized}({query})"));
                self.ctes.push(Item { alias: name, columns });
            }
        }
        format!(
            "WITH {}{} ",
            if recursive { "RECURSIVE " } else { "" },
            parts.join(", ")
        )
    }

    fn set_operation(&mut self, depth: usize, kinds: Option<&[Kind]>) -> (String, Vec<Column>) {
        let own: Vec<Kind> = (0..=self.below(3)).map(|_| self.pick(&[Text, Text, Number])).collect();
        let kinds = kinds.unwrap_or(&own);
        let (left, columns) = self.query(depth, Some(kinds));
        let (right, _) = self.query(depth, Some(kinds));
        let operation = self.pick(&["UNION", "UNION ALL", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL"]);
        let order = if self.chance(20) { " ORDER BY 1" } else { "" };
        (format!("({left}) {operation} ({right}){order}"), columns)
    }

    fn select(&mut self, depth: usize, kinds: Option<&[Kind]>) -> (String, Vec<Column>) {
        self.scopes.push(Vec::new());
        let mut from = Vec::new();
        for _ in 0..=self.below(3).min(depth) {
            let (text, items) = self.read_item(depth, true);
            from.push(text);
            self.scopes.last_mut().expect("a scope").extend(items);
        }
        let mut targets = Vec::new();
        let mut columns = Vec::new();
        let count = kinds.map_or_else(|| 1 + self.below(4), <[Kind]>::len);
        for at in 0..count {
            let kind = kinds.map(|kinds| kinds[at]);
            if kind.is_none() && self.chance(12) {
                let items = self.scopes.last().expect("a scope").clone();
                let item = self.pick(&items);
                targets.push(format!("{}.*", item.alias));
                columns.extend(item.columns);
                continue;
            }
            let (expression, label, kind) = self.target(depth, kind);
            targets.push(expression);
            columns.push((label, kind));
        }
        columns.retain(|(name, _)| name != "?column?");
        let clauses = self.clauses(depth, &columns);
        let distinct = if self.chance(6) { "DISTINCT " } else { "" };
        self.scopes.pop();
        let text = format!(
            "SELECT {distinct}{} FROM {}{clauses}",
            targets.join(", "),
            from.join(", ")
        );
        (text, columns)
    }

    fn target(&mut self, depth: usize, kind: Option<Kind>) -> (String, String, Kind) {
        let kind = kind.unwrap_or_else(|| self.pick(&[Text, Text, Number, Other]));
        if self.chance(55) {
            let (expression, label) = self.column(kind);
            if self.chance(70) {
                return (expression, label, kind);
            }
            let name = self.name();
            return (format!("{expression} AS {name}"), name, kind);
        }
        let expression = self.expression(depth, kind);
        let name = self.name();
        (format!("{expression} AS {name}"), name, kind)
    }

    fn clauses(&mut self, depth: usize, columns: &[Column]) -> String {
        let mut text = String::new();
        if self.chance(30) {
            text += &format!(" WHERE {}", self.condition(depth));
        }
        if self.chance(15) {
            let key = match self.chance(40) {
                true => columns.first().map_or_else(|| "1".to_owned(), |(name, _)| name.clone()),
                false => self.column(Text).0,
            };
            text += &format!(" ORDER BY {key}");
        }
        if self.chance(6) {
            text += " LIMIT 3";
        }
        text
    }

    fn read_item(&mut self, depth: usize, joins: bool) -> (String, Vec<Item>) {
        match self.below(if depth == 0 { 5 } else { 12 }) {
            5 | 6 => self.subselect(depth - 1),
            7 => {
                let alias = self.alias();
                let (text, column) = self.column(Text);
                let function = self.pick(&["unnest(ARRAY[{}])", "regexp_split_to_table({}, ',')", "upper({})"]);
                let columns = vec![(alias.clone(), Text)];
                let _ = column;
                let text = format!("{} {alias}", function.replace("{}", &text));
                (text, vec![Item { alias, columns }])
            }
            8 => {
                let (alias, first, second) = (self.alias(), self.name(), self.name());
                let value = match self.chance(50) {
                    true => "'v'".to_owned(),
                    false => self.column(Text).0,
                };
                let columns = vec![(first.clone(), Number), (second.clone(), Text)];
                let text = format!("(VALUES (1, {value}), (2, NULL)) {alias}({first}, {second})");
                (text, vec![Item { alias, columns }])
            }
            9.. if joins => self.join(depth - 1),
            _ => self.relation(),
        }
    }

    fn relation(&mut self) -> (String, Vec<Item>) {
        if !self.ctes.is_empty() && self.chance(40) {
            let item = self.pick(&self.ctes.clone());
            return (item.alias.clone(), vec![item]);
        }
        let (table, columns) = self.pick(&TABLES);
        let mut columns: Vec<Column> = columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        let own = table.trim_start_matches("app.").to_owned();
        let taken = self
            .scopes
            .last()
            .is_some_and(|items| items.iter().any(|item| item.alias == own));
        if !taken && self.chance(35) {
            return (table.to_owned(), vec![Item { alias: own, columns }]);
        }
        let alias = self.alias();
        let mut text = format!("{table} {alias}");
        if self.chance(25) {
            let names: Vec<String> = columns.iter().take(2).map(|_| self.name()).collect();
            text += &format!("({})", names.join(", "));
            for (column, name) in columns.iter_mut().zip(names) {
                column.0 = name;
            }
        }
        (text, vec![Item { alias, columns }])
    }

    fn subselect(&mut self, depth: usize) -> (String, Vec<Item>) {
        let lateral = self.chance(40);
        // Without LATERAL what stands left of it is not in sight; sometimes it is named all the same.
        let hidden = (!lateral && self.chance(80)).then(|| self.scopes.pop()).flatten();
        let (query, columns) = self.query(depth, None);
        self.scopes.extend(hidden);
        let alias = self.alias();
        let text = format!("{}({query}) {alias}", if lateral { "LATERAL " } else { "" });
        (text, vec![Item { alias, columns }])
    }

    fn join(&mut self, depth: usize) -> (String, Vec<Item>) {
        let (left, left_items) = self.read_item(depth, true);
        let scope = self.scopes.len() - 1;
        let before = self.scopes[scope].len();
        self.scopes[scope].extend(left_items.clone());
        let (right, right_items) = self.read_item(depth, true);
        let kind = self.pick(&["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
        let mut items = left_items;
        items.extend(right_items);
        let text = match self.below(5) {
            0 => format!("{left} CROSS JOIN {right}"),
            1 => format!("{left} NATURAL {kind} {right}"),
            2 => {
                let (first, rest) = items.split_first().expect("an item");
                let shared = |column: &&Column| rest.iter().any(|item| item.columns.contains(*column));
                let column = first
                    .columns
                    .iter()
                    .find(shared)
                    .map_or("id", |(name, _)| name.as_str())
                    .to_owned();
                let alias = if self.chance(30) { " AS c" } else { "" };
                if !alias.is_empty() {
                    let columns = vec![(column.clone(), Text)];
                    items.push(Item {
                        alias: "c".to_owned(),
                        columns,
                    });
                }
                format!("{left} {kind} {right} USING ({column}){alias}")
            }
            _ => {
                self.scopes[scope].truncate(before);
                self.scopes[scope].extend(items.clone());
                let condition = self.condition(0);
                // FULL JOIN needs a condition that can be merged; the planner says so, not the parser.
                format!("{left} {kind} {right} ON {condition}")
            }
        };
        self.scopes[scope].truncate(before);
        if !self.chance(25) {
            return (text, items);
        }
        let alias = self.alias();
        let columns = items.into_iter().flat_map(|item| item.columns).collect();
        (format!("({text}) {alias}"), vec![Item { alias, columns }])
    }

    fn condition(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 3 } else { 5 }) {
            0 => "true".to_owned(),
            1 => format!("{} = {}", self.column(Text).0, self.column(Text).0),
            2 => format!("{} IS NOT NULL", self.column(Text).0),
            3 => format!("EXISTS ({})", self.query(depth - 1, None).0),
            _ => format!(
                "{} IN ({})",
                self.column(Text).0,
                self.query(depth - 1, Some(&[Text])).0
            ),
        }
    }

    /// A reference to a column in sight, and its label.
    fn column(&mut self, kind: Kind) -> (String, String) {
        let inner_first = self.chance(75);
        let items: Vec<Item> = match (inner_first, self.scopes.last()) {
            (true, Some(last)) if !last.is_empty() => last.clone(),
            _ => self.scopes.iter().flatten().cloned().collect(),
        };
        let mut found = Vec::new();
        for item in &items {
            let of_kind = item.columns.iter().filter(|(_, one)| *one == kind);
            found.extend(of_kind.map(|(name, _)| (item.alias.clone(), name.clone())));
        }
        if found.is_empty() {
            let constant = match kind {
                Text => "'t'::text",
                Number => "7",
                Other => "NULL",
            };
            return (
                constant.to_owned(),
                if kind == Text { "text" } else { "?column?" }.to_owned(),
            );
        }
        let (alias, name) = self.pick(&found);
        let same = items
            .iter()
            .flat_map(|item| &item.columns)
            .filter(|(one, _)| *one == name);
        let bare = same.count() == 1 || self.chance(5);
        let is_column = items
            .iter()
            .flat_map(|item| &item.columns)
            .any(|(one, _)| *one == alias);
        let text = match self.below(10) {
            0..4 if bare => name.clone(),
            4 if !is_column => format!("({alias}).{name}"),
            _ => format!("{alias}.{name}"),
        };
        (text, name)
    }

    fn expression(&mut self, depth: usize, kind: Kind) -> String {
        if depth > 0 && self.chance(25) {
            return format!("({})", self.query(depth - 1, Some(&[kind])).0);
        }
        let (text, _) = self.column(kind);
        let (other, _) = self.column(kind);
        match (kind, self.below(6)) {
            (Text, 0) => format!("upper({text})"),
            (Text, 1) => format!("{text} || {other}"),
            (Text, 2) => format!("{text}::text"),
            (Text, 3) => format!("(ROW({text}, {other})).f1"),
            (Number, 0) => format!("{text} + {other}"),
            (Number, 1) => format!("length({})", self.column(Text).0),
            (Number, 2) => format!("rank() OVER (PARTITION BY {text} ORDER BY {other})"),
            (Number, 3) => format!("{text}::int8"),
            (Other, 0) => {
                let items = self.scopes.last().cloned().unwrap_or_default();
                match items.is_empty() {
                    true => "NULL".to_owned(),
                    false => self.pick(&items).alias,
                }
            }
            (Other, 1) => format!("ARRAY({})", self.query(0, Some(&[Text])).0),
            (Other, 2) => format!("EXISTS ({})", self.query(0, None).0),
            (_, 4) => format!("CASE WHEN {} THEN {text} ELSE {other} END", self.condition(0)),
            (_, 5) => format!("coalesce({text}, {other})"),
            _ => text,
        }
    }
}
