//! `pgveil discover`: proposes rules for columns that no rule names.

mod sample;

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::catalog::{ColumnId, Relation, Snapshot};
use crate::discover::{Candidate, Confidence, Draft, Family, Finding, Imported, Kind, draft, imported, judge};
use crate::rules::{Resolved, has_personal_columns};
use crate::value::oid;

use super::live::{Live, Problems, problem};
use sample::Samples;

/// Arguments of `pgveil discover`.
#[derive(Debug, Args)]
pub struct DiscoverArgs {
    /// The config file.
    #[arg(long, value_name = "FILE", default_value = "pgveil.toml")]
    pub config: PathBuf,
    /// The database to look at; by default the one that the config's URL names.
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// Write the draft there instead of standard output; a file that exists is not overwritten.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Rows to read of each table; 0 goes by names, types and comments alone.
    #[arg(long, value_name = "ROWS", default_value_t = 500, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub sample: u32,
    /// Also columns that a rule or a keep entry names already.
    #[arg(long)]
    pub all: bool,
    /// Print findings as JSON instead of a draft.
    #[arg(long)]
    pub json: bool,
}

/// Prints or writes the draft. Exit code 0: done, whatever was found; 2: the database could not be looked at, or the file
/// not be written.
pub fn run(args: &DiscoverArgs) -> ExitCode {
    match discover(args).and_then(|found| publish(args, &found).map_err(problem)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            eprintln!("{problems}");
            ExitCode::from(2)
        }
    }
}

/// What was found in one database.
struct Found {
    database: String,
    findings: Vec<Finding>,
    /// Column, mask and label.
    imported: Vec<(String, String, String)>,
    notes: Vec<String>,
    tables: usize,
}

fn discover(args: &DiscoverArgs) -> Result<Found, Problems> {
    let live = Live::load(&args.config, args.database.as_deref())?;
    let resolved = live.resolve()?;
    let is_new = |column: ColumnId| args.all || !is_listed(&resolved, column);
    let relations = relations(&live.snapshot);
    let samples = super::runtime().map_err(problem)?.block_on(async {
        let mut connection = live.connect().await?;
        Samples::take(&mut connection, &live.snapshot, &relations, args.sample, &is_new)
            .await
            .map_err(problem)
    })?;
    let (mut findings, mut imports) = (Vec::new(), Vec::new());
    for relation in &relations {
        for column in columns(&live.snapshot, relation) {
            let id = ColumnId {
                relation: relation.oid,
                attribute: column,
            };
            if !is_new(id) {
                continue;
            }
            let finding = judge(&candidate(&live.snapshot, relation, column, &samples));
            match samples
                .labels
                .get(&id)
                .and_then(|label| Some((imported(label)?, label)))
            {
                None | Some((Imported::Keep, _)) => findings.push(finding),
                Some((Imported::Mask(mask), label)) => imports.push((finding.column, mask, label.clone())),
                Some((Imported::Other, label)) => {
                    imports.push((finding.column, "\"redact\"".to_owned(), label.clone()))
                }
            }
        }
    }
    Ok(Found {
        database: live.snapshot.database.clone(),
        findings,
        imported: imports,
        notes: samples.notes,
        tables: relations.len(),
    })
}

/// Whether a rule or a `[[keep]]` names it, or it is protected because another column is.
fn is_listed(resolved: &Resolved, column: ColumnId) -> bool {
    let treatment = resolved.treatments.column(column);
    treatment.is_some_and(|treatment| !treatment.is_unlisted()) || resolved.treatments.is_kept(column)
}

/// Base relations of users, by name.
fn relations(snapshot: &Snapshot) -> Vec<&Relation> {
    let relations = snapshot.relations.values();
    let mut relations: Vec<_> = relations
        .filter(|relation| has_personal_columns(relation) && !relation.schema.starts_with("pg_temp"))
        .collect();
    relations.sort_by(|one, other| (&one.schema, &one.name).cmp(&(&other.schema, &other.name)));
    relations
}

/// The columns that a relation does not have from a parent, which is looked at itself.
fn columns(snapshot: &Snapshot, relation: &Relation) -> Vec<i16> {
    let parents = relation
        .parents
        .iter()
        .filter_map(|parent| snapshot.relations.get(parent));
    let parents: Vec<_> = parents.collect();
    let is_own = |name: &str| !parents.iter().any(|parent| parent.column_named(name).is_some());
    let columns = relation.columns.iter().filter(|column| is_own(&column.name));
    columns.map(|column| column.number).collect()
}

/// What the name of a column says by itself, without a value read.
pub(super) fn judged_by_name(snapshot: &Snapshot, id: ColumnId) -> Option<Kind> {
    let relation = snapshot.relations.get(&id.relation)?;
    let finding = judge(&candidate(snapshot, relation, id.attribute, &Samples::default()));
    finding.kind.filter(|_| finding.confidence >= Some(Confidence::Likely))
}

fn candidate(snapshot: &Snapshot, relation: &Relation, number: i16, samples: &Samples) -> Candidate {
    let id = ColumnId {
        relation: relation.oid,
        attribute: number,
    };
    let column = relation.column(number);
    let values = samples.values.get(&id);
    Candidate {
        schema: relation.schema.clone(),
        table: relation.name.clone(),
        name: column.map(|column| column.name.clone()).unwrap_or_default(),
        family: column.map_or(Family::Other, |column| family(snapshot, column.type_oid)),
        comment: samples.comments.get(&id).cloned(),
        samples: values.cloned().unwrap_or_default(),
        is_sampled: values.is_some(),
    }
}

/// What the values of a type are; of an array, its elements.
fn family(snapshot: &Snapshot, type_oid: u32) -> Family {
    let (base, _) = snapshot.base_type(type_oid, -1);
    let base = match snapshot.types.get(&base).map(|found| found.kind) {
        Some(crate::catalog::TypeKind::Array(element)) => snapshot.base_type(element, -1).0,
        _ => base,
    };
    match base {
        oid::TEXT | oid::VARCHAR | oid::BPCHAR | oid::NAME => Family::Text,
        oid::INT2 | oid::INT4 | oid::INT8 => Family::Integer,
        oid::NUMERIC | oid::FLOAT4 | oid::FLOAT8 => Family::Number,
        oid::DATE | oid::TIMESTAMP | oid::TIMESTAMPTZ => Family::Date,
        oid::INET | oid::CIDR => Family::Address,
        oid::MACADDR | oid::MACADDR8 => Family::Hardware,
        oid::JSON | oid::JSONB => Family::Json,
        oid::BYTEA => Family::Bytes,
        oid::BOOL => Family::Truth,
        oid::UUID => Family::Uuid,
        other => match snapshot.types.get(&other).map(|found| found.name.as_str()) {
            Some("citext") => Family::Text,
            Some("point" | "geometry" | "geography") => Family::Point,
            _ => Family::Other,
        },
    }
}

fn publish(args: &DiscoverArgs, found: &Found) -> io::Result<()> {
    let text = if args.json {
        serde_json::json!({
            "database": found.database,
            "findings": found.findings,
            "imported": found.imported.iter().map(|(column, mask, label)| HashMap::from([("column", column), ("mask", mask), ("label", label)])).collect::<Vec<_>>(),
            "notes": found.notes,
        })
        .to_string()
            + "\n"
    } else {
        draft(&Draft {
            database: &found.database,
            findings: &found.findings,
            imported: &found.imported,
        })
    };
    match &args.output {
        Some(path) => write_new(path, &text)?,
        // A reader that has seen enough (`| head`) is no error.
        None => drop(io::stdout().write_all(text.as_bytes())),
    }
    for note in &found.notes {
        eprintln!("pgveil: {note}");
    }
    let count = |confidence: Option<Confidence>| {
        found
            .findings
            .iter()
            .filter(|finding| finding.confidence == confidence)
            .count()
    };
    let sure = count(Some(Confidence::Certain)) + count(Some(Confidence::Likely));
    eprintln!(
        "pgveil: {} tables, {} columns that no rule names: {sure} personal, {} worth a look, {} with a label for anon, {} without a sign",
        found.tables,
        found.findings.len() + found.imported.len(),
        count(Some(Confidence::Possible)),
        found.imported.len(),
        count(None)
    );
    Ok(())
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let open = OpenOptions::new().write(true).create_new(true).open(path);
    let named = |error: io::Error| io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()));
    open.map_err(named)?.write_all(text.as_bytes())
}
