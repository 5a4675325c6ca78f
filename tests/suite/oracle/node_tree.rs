//! Reader of the server's node trees (`nodeToString`, `outfuncs.c`), by field names alone.
//!
//! `({QUERY :commandType 1 :rtable ({RANGETBLENTRY …}) :cteList <>})`

/// `RTEKind` of PostgreSQL 13 to 18.
pub mod rte_kind {
    pub const RELATION: i64 = 0;
    pub const SUBQUERY: i64 = 1;
    pub const JOIN: i64 = 2;
    pub const FUNCTION: i64 = 3;
    pub const TABLE_FUNCTION: i64 = 4;
    pub const VALUES: i64 = 5;
    pub const CTE: i64 = 6;
    /// From 18 on: what a query groups by.
    pub const GROUP: i64 = 9;
}

/// The field of an entry that stands for expressions of other entries: those expressions.
pub fn aliases(kind: i64) -> &'static str {
    match kind {
        rte_kind::GROUP => "groupexprs",
        _ => "joinaliasvars",
    }
}

/// A value in a node tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `<>`
    Null,
    /// A number, word or name.
    Atom(String),
    /// `(…)`; lists of integers and OIDs and bitmapsets too, without the letter they begin with.
    List(Vec<Value>),
    Node(Node),
}

/// `{KIND :field value …}`
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub kind: String,
    fields: Vec<(String, Value)>,
}

/// Reads one value.
pub fn read(text: &str) -> Value {
    let mut reader = Reader {
        tokens: tokens(text).into_iter().peekable(),
    };
    reader.value()
}

impl Value {
    pub fn node(&self) -> Option<&Node> {
        match self {
            Value::Node(node) => Some(node),
            _ => None,
        }
    }

    pub fn list(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn int(&self) -> i64 {
        match self {
            Value::Atom(atom) => atom.parse().unwrap_or_else(|_| panic!("no number: {atom}")),
            other => panic!("no number: {other:?}"),
        }
    }

    /// Every node directly in this value.
    pub fn for_each_node<'t>(&'t self, visit: &mut dyn FnMut(&'t Node)) {
        match self {
            Value::Node(node) => visit(node),
            Value::List(items) => items.iter().for_each(|item| item.for_each_node(visit)),
            Value::Null | Value::Atom(_) => {}
        }
    }
}

impl Node {
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// A field that nodes of this kind always have.
    pub fn get(&self, field: &str) -> &Value {
        let found = self.fields.iter().find(|(name, _)| name == field);
        &found.unwrap_or_else(|| panic!("{} without {field}", self.kind)).1
    }

    pub fn node(&self, field: &str) -> Option<&Node> {
        self.get(field).node()
    }

    pub fn list(&self, field: &str) -> &[Value] {
        self.get(field).list()
    }

    pub fn nodes(&self, field: &str) -> impl Iterator<Item = &Node> {
        self.list(field).iter().filter_map(Value::node)
    }

    pub fn int(&self, field: &str) -> i64 {
        self.get(field).int()
    }

    pub fn str(&self, field: &str) -> &str {
        match self.get(field) {
            Value::Atom(atom) => atom,
            _ => "",
        }
    }

    pub fn bool(&self, field: &str) -> bool {
        self.str(field) == "true"
    }

    /// Every node directly under this one.
    pub fn for_each_child<'t>(&'t self, visit: &mut dyn FnMut(&'t Node)) {
        for (_, value) in &self.fields {
            value.for_each_node(visit);
        }
    }
}

struct Reader {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
}

#[derive(Debug, PartialEq)]
enum Token {
    Open(char),
    Close(char),
    Word(String),
}

impl Reader {
    fn value(&mut self) -> Value {
        match self.tokens.next().expect("a value") {
            Token::Open('(') => {
                let mut items = Vec::new();
                while self.tokens.next_if_eq(&Token::Close(')')).is_none() {
                    items.push(self.value());
                }
                let marks = ["b", "i", "o", "x"].map(|mark| Value::Atom(mark.to_owned()));
                if items.first().is_some_and(|first| marks.contains(first)) {
                    items.remove(0);
                }
                Value::List(items)
            }
            Token::Open(_) => Value::Node(self.node()),
            Token::Close(bracket) => panic!("an unexpected {bracket}"),
            Token::Word(word) if word == "<>" => Value::Null,
            Token::Word(word) => {
                let unquoted = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                Value::Atom(unquoted.map(str::to_owned).unwrap_or(word))
            }
        }
    }

    fn node(&mut self) -> Node {
        let Some(Token::Word(kind)) = self.tokens.next() else {
            panic!("a node without a kind");
        };
        let mut fields = Vec::new();
        loop {
            match self.tokens.next() {
                Some(Token::Close('}')) => return Node { kind, fields },
                Some(Token::Word(name)) if name.starts_with(':') => {
                    let value = self.value();
                    self.skip_bytes();
                    fields.push((name[1..].to_owned(), value));
                }
                other => panic!("{other:?} in {kind}"),
            }
        }
    }

    /// The bytes of a constant after their number: `4 [ 1 0 0 0 ]`.
    fn skip_bytes(&mut self) {
        if self.tokens.next_if_eq(&Token::Word("[".to_owned())).is_some() {
            while self
                .tokens
                .next()
                .is_some_and(|token| token != Token::Word("]".to_owned()))
            {}
        }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&next) = chars.peek() {
        match next {
            '(' | '{' => tokens.push(Token::Open(next)),
            ')' | '}' => tokens.push(Token::Close(next)),
            _ if next.is_whitespace() => {}
            _ => {
                let mut word = String::new();
                while let Some(&part) = chars.peek() {
                    if part.is_whitespace() || "(){}".contains(part) {
                        break;
                    }
                    chars.next();
                    match part {
                        // Lines are wrapped at spaces, escaped ones too.
                        '\\' => word.extend(chars.next().map(|escaped| if escaped == '\n' { ' ' } else { escaped })),
                        _ => word.push(part),
                    }
                }
                tokens.push(Token::Word(word));
                continue;
            }
        }
        chars.next();
    }
    tokens
}

#[test]
fn a_tree_is_read() {
    let tree = read(
        "({CONST :consttype 23 :colnames (\"a\" \"b\\\nc\" \"\\{\") :cols (b 8 9) :constvalue 4 [ 1 0\n0 -1 ] :x <>})",
    );
    let node = tree.list()[0].node().unwrap();
    let names: Vec<_> = node.list("colnames").to_vec();
    assert_eq!(names, ["a", "b c", "{"].map(|name| Value::Atom(name.to_owned())));
    assert_eq!(
        (node.int("consttype"), node.list("cols").len(), node.int("constvalue")),
        (23, 2, 4)
    );
    assert_eq!(node.get("x"), &Value::Null);
}
