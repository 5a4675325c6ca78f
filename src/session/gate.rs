//! Looking at relations as the server has them now, for the drift gate.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot::{self, error::TryRecvError};

use crate::catalog::{Oid, RELATION_VERSIONS, Snapshot};
use crate::plan::Reads;
use crate::upstream::{self, QueryError, Upstream};

use super::database::{CatalogError, connect};
use super::service::Service;

/// What the server has: name, then OID, then version of each relation.
#[derive(Debug, Default)]
pub(super) struct Versions(HashMap<String, HashMap<Oid, String>>);

impl Versions {
    /// Whether the snapshot has the same relations of these names, in the same versions.
    pub(super) fn are_those_of(&self, snapshot: &Snapshot, reads: &Reads) -> bool {
        let none = HashMap::new();
        reads.names.iter().all(|name| {
            let now = self.0.get(name).unwrap_or(&none);
            let then = snapshot
                .relations_by_name
                .get(name)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let then = then.iter().filter_map(|oid| Some((oid, snapshot.versions.get(oid)?)));
            let mut count = 0;
            then.inspect(|_| count += 1)
                .all(|(oid, version)| now.get(oid) == Some(version))
                && count == now.len()
        })
    }
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
    /// The relations of these names as they are at some moment after the call. `None` if that cannot be found out; the
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
            let names: BTreeSet<&String> = waiting.iter().flat_map(|waiting| &waiting.reads.names).collect();
            // Taken out meanwhile: with this session gone in the middle, nobody must read its answer.
            let found = match read(connection.take(), &names, service, database).await {
                Ok((upstream, versions)) => {
                    *connection = Some(upstream);
                    Some(Arc::new(versions))
                }
                Err(error) => {
                    eprintln!("pgveil: cannot look at relations: {error}");
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
    names: &BTreeSet<&String>,
    service: &Service,
    database: &str,
) -> Result<(Upstream, Versions), CatalogError> {
    let sql = format!("EXECUTE look({})", array_literal(names));
    if let Some(mut upstream) = open {
        match upstream::query(&mut upstream, &sql).await {
            Ok(rows) => return Ok((upstream, versions(rows))),
            Err(error @ QueryError::Server(_)) => return Err(error.into()),
            // It has been closed meanwhile.
            Err(_) => {}
        }
    }
    let mut upstream = connect(service, database).await?;
    let prepare = format!(
        "SET search_path = ''; SET standard_conforming_strings = on; SET statement_timeout = '10s';
         PREPARE look(name[]) AS {RELATION_VERSIONS} AND c.relname = ANY ($1)"
    );
    upstream::query(&mut upstream, &prepare).await?;
    let rows = upstream::query(&mut upstream, &sql).await?;
    Ok((upstream, versions(rows)))
}

fn versions(rows: Vec<upstream::Row>) -> Versions {
    let mut versions = Versions::default();
    for row in rows {
        let mut cells = row
            .into_iter()
            .map(|cell| String::from_utf8_lossy(&cell.unwrap_or_default()).into_owned());
        if let (Some(oid), Some(name), Some(version)) = (cells.next(), cells.next(), cells.next()) {
            // What is no number is no relation of any snapshot, so that nothing agrees with it.
            versions
                .0
                .entry(name)
                .or_default()
                .insert(oid.parse().unwrap_or(0), version);
        }
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
