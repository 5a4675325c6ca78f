//! Looking at relations and functions as the server has them now, for the drift gate.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot::{self, error::TryRecvError};

use crate::catalog::{FUNCTION_VERSIONS, Oid, RELATION_VERSIONS, Snapshot};
use crate::plan::Reads;
use crate::upstream::{self, QueryError, Upstream};

use super::database::{CatalogError, connect};
use super::service::Service;

/// What the server has of both kinds.
#[derive(Debug, Default)]
pub(super) struct Versions {
    relations: ByName,
    functions: ByName,
}

/// Name, then OID, then version.
type ByName = HashMap<String, HashMap<Oid, String>>;

impl Versions {
    /// Whether the snapshot has the same relations and functions of these names, in the same versions.
    pub(super) fn are_those_of(&self, snapshot: &Snapshot, reads: &Reads) -> bool {
        let same_relations = |name: &String| {
            let then = snapshot.relations_by_name.get(name).into_iter().flatten();
            let then = then.filter_map(|oid| Some((*oid, snapshot.versions.get(oid)?)));
            are_same(self.relations.get(name), then)
        };
        let same_functions = |name: &String| {
            let then = snapshot.functions.get(name).into_iter().flatten();
            let then = then.filter_map(|function| {
                let version = snapshot.function_versions.get(&function.oid)?;
                Some((function.oid, version))
            });
            are_same(self.functions.get(name), then)
        };
        reads.names.iter().all(same_relations) && reads.functions.iter().all(same_functions)
    }
}

fn are_same<'a>(now: Option<&HashMap<Oid, String>>, then: impl Iterator<Item = (Oid, &'a String)>) -> bool {
    let then: HashMap<Oid, &String> = then.collect();
    then.len() == now.map_or(0, HashMap::len)
        && now
            .into_iter()
            .flatten()
            .all(|(oid, version)| then.get(oid) == Some(&version))
}

/// A connection of pgveil's own, and those who wait for it. One query answers for all that wait when it begins, so that
/// many sessions cost the server little more than one.
#[derive(Default)]
pub(super) struct Gate {
    waiting: Mutex<Vec<Waiting>>,
    connection: tokio::sync::Mutex<Option<Upstream>>,
}

struct Waiting {
    reads: Arc<Reads>,
    answer: oneshot::Sender<Option<Arc<Versions>>>,
}

impl Gate {
    /// What is read, as it is at some moment after the call. `None` if that cannot be found out; the
    /// operator has been told why.
    pub(super) async fn look(&self, reads: &Arc<Reads>, service: &Service, database: &str) -> Option<Arc<Versions>> {
        loop {
            let (answer, mut answered) = oneshot::channel();
            let reads = reads.clone();
            self.waiting().push(Waiting { reads, answer });
            let mut connection = self.connection.lock().await;
            match answered.try_recv() {
                Ok(found) => return found,
                // Whoever was to answer has gone: a session that ended while it looked.
                Err(TryRecvError::Closed) => continue,
                Err(TryRecvError::Empty) => {}
            }
            let waiting = std::mem::take(&mut *self.waiting());
            let reads = || waiting.iter().map(|waiting| &waiting.reads);
            let relations = reads().flat_map(|reads| &reads.names).collect();
            let functions = reads().flat_map(|reads| &reads.functions).collect();
            let sql = format!(
                "EXECUTE look({}, {})",
                array_literal(&relations),
                array_literal(&functions)
            );
            // Taken out meanwhile: with this session gone in the middle, nobody must read its answer.
            let found = match read(connection.take(), &sql, service, database).await {
                Ok((upstream, versions)) => {
                    *connection = Some(upstream);
                    Some(Arc::new(versions))
                }
                Err(error) => {
                    eprintln!("pgveil: cannot look at relations and functions: {error}");
                    None
                }
            };
            for waiting in waiting {
                let _ = waiting.answer.send(found.clone());
            }
            return found;
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody uses the database: the connection need not stay open.
    pub(super) async fn close(&self) {
        *self.connection.lock().await = None;
    }
}

async fn read(
    open: Option<Upstream>,
    sql: &str,
    service: &Service,
    database: &str,
) -> Result<(Upstream, Versions), CatalogError> {
    if let Some(mut upstream) = open {
        match upstream::query(&mut upstream, sql).await {
            Ok(rows) => return Ok((upstream, versions(rows))),
            Err(error @ QueryError::Server(_)) => return Err(error.into()),
            // It has been closed meanwhile.
            Err(_) => {}
        }
    }
    let mut upstream = connect(service, database).await?;
    let prepare = format!(
        "SET search_path = ''; SET standard_conforming_strings = on; SET statement_timeout = '10s';
         PREPARE look(name[], name[]) AS {RELATION_VERSIONS} AND c.relname = ANY ($1)
         UNION ALL {FUNCTION_VERSIONS} AND p.proname = ANY ($2)"
    );
    upstream::query(&mut upstream, &prepare).await?;
    let rows = upstream::query(&mut upstream, sql).await?;
    Ok((upstream, versions(rows)))
}

fn versions(rows: Vec<upstream::Row>) -> Versions {
    let mut versions = Versions::default();
    for row in rows {
        let text = |cell: &Option<Vec<u8>>| Some(String::from_utf8_lossy(cell.as_ref()?).into_owned());
        let [Some(oid), Some(name), Some(version), kind] = [0, 1, 2, 3].map(|at| row.get(at).and_then(text)) else {
            continue;
        };
        let found = match kind {
            None => &mut versions.relations,
            Some(_) => &mut versions.functions,
        };
        // What is no number is nothing of any snapshot, so that nothing agrees with it.
        let found = found.entry(name).or_default();
        found.insert(oid.parse().unwrap_or(0), version);
    }
    versions
}

/// An array of names as a literal (PostgreSQL docs, "Array Input and Output Syntax").
fn array_literal(names: &BTreeSet<&String>) -> String {
    let elements: Vec<String> = names
        .iter()
        .map(|name| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    format!("'{{{}}}'", elements.join(",").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        let (plain, odd) = ("film".to_owned(), "o'h\"\\{},".to_owned());
        assert_eq!(
            array_literal(&BTreeSet::from([&plain, &odd])),
            r#"'{"film","o''h\"\\{},"}'"#
        );
    }
}
