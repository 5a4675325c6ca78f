//! pgveil's side: the analysis under rules that protect every column of every user's table, each in a class of its own.

use std::collections::HashMap;

use pgveil::catalog::{ColumnId, RelationKind, Snapshot};
use pgveil::sql::functions::Class;
use pgveil::sql::touch::ViewTouches;
use pgveil::sql::{Analysis, Context, Refusal, Treatment, ViewLineages, analyse, resolve_views};
use pgveil::upstream::{UpstreamTarget, connect, load_snapshot};

/// Everything of one moment.
pub struct Ours {
    pub snapshot: Snapshot,
    classes: Classes,
    views: ViewLineages,
    touches: ViewTouches,
}

struct Classes(HashMap<ColumnId, u32>);

impl Treatment for Classes {
    fn class(&self, column: ColumnId) -> u32 {
        self.0.get(&column).copied().unwrap_or(0)
    }

    /// What users' functions do is not the question here.
    fn vouched(&self, _: &str, _: &str) -> Option<Class> {
        Some(Class::Fallible)
    }

    fn protects_anything(&self) -> bool {
        true
    }
}

impl Ours {
    /// As of the catalog that a new connection sees.
    pub fn load(port: u16, database: &str) -> Ours {
        let url = format!("postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable");
        let target = UpstreamTarget::parse(&url).expect("a URL");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let snapshot = runtime.expect("a runtime").block_on(async {
            let mut upstream = connect(&target, &[]).await.expect("the server");
            load_snapshot(&mut upstream).await.expect("the catalog")
        });
        let mut classes = HashMap::new();
        for relation in snapshot.relations.values().filter(|relation| !relation.is_system()) {
            use RelationKind::{CompositeType, MaterializedView, View};
            if ![View, MaterializedView, CompositeType].contains(&relation.kind) {
                for column in &relation.columns {
                    let id = ColumnId {
                        relation: relation.oid,
                        attribute: column.number,
                    };
                    let class = u32::try_from(classes.len() + 1).expect("fewer columns");
                    classes.insert(id, class);
                }
            }
        }
        let classes = Classes(classes);
        let views = resolve_views(&snapshot, &classes);
        let touches = ViewTouches::new(&snapshot);
        Ours {
            snapshot,
            classes,
            views,
            touches,
        }
    }

    /// The analysis of a text that holds one statement.
    pub fn analyse(&self, text: &str) -> Result<Analysis, Refusal> {
        let context = Context {
            snapshot: &self.snapshot,
            treatment: &self.classes,
            views: &self.views,
            touches: &self.touches,
            large_objects: true,
            custom_settings: &Default::default(),
        };
        let statement = analyse(text, &context)?.pop().expect("one statement");
        statement.map_err(|(_, refusal)| refusal)
    }

    /// Whether the column is one of a user's table.
    pub fn is_protected(&self, column: ColumnId) -> bool {
        self.classes.class(column) != 0
    }
}
