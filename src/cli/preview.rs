//! `pgveil preview TABLE`: a few rows before and after, for the person who writes rules.
//!
//! Exit codes: 0 shown, 2 nothing could be shown.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::catalog::{Column, ColumnId, Relation, Snapshot};
use crate::rules::{Action, Treatments, has_personal_columns};
use crate::upstream::Row;

use super::live::Live;
use super::shown_row::ShownColumns;
use super::terminal::{Ink, columns, fit, is_coloured, pad};

/// Narrower, and no value could be told from another.
const CELL_WIDTH_MIN: usize = 12;
const INDENT: &str = "  ";

/// Arguments of `pgveil preview`.
#[derive(Debug, Args)]
#[command(
    after_help = "It shows original values. Whoever runs it has the config, the masking key and the upstream \
    password, and could read them without it. It writes nothing, here or on the server, and is not on the session log. \
    Exit codes: 0 shown, 2 nothing could be shown."
)]
pub struct PreviewArgs {
    /// The config file.
    #[arg(long, value_name = "FILE", default_value = "pgveil.toml")]
    pub config: PathBuf,
    /// The database; by default the one that the config's URL names.
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// How many rows, up to 1000. The server chooses which.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub rows: u16,
    /// The columns that are shown as they are, too.
    #[arg(long)]
    pub all: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The table, as `schema.table`, or `table` where only one has that name.
    pub table: String,
}

/// A table before and after.
#[derive(Debug, Serialize)]
struct Preview {
    /// `schema.table`
    table: String,
    /// How many rows are shown.
    rows: usize,
    columns_protected: usize,
    columns_of_table: usize,
    columns: Vec<Shown>,
}

/// A column before and after.
#[derive(Debug, Serialize)]
struct Shown {
    column: String,
    /// `None` for a column that is shown as it is.
    mask: Option<&'static str>,
    /// The rule as in `app.toml:12`; `keep`, or `unlisted` where none names the column.
    rule: String,
    /// One a row.
    values: Vec<Pair>,
}

#[derive(Debug, Serialize)]
struct Pair {
    before: Option<String>,
    /// What a client sees; the same as before for a column that is shown as it is.
    after: Option<String>,
    /// A client would not see the column at all.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    refused: bool,
}

/// Prints the table. Exit code 2: nothing could be shown.
pub fn run(args: &PreviewArgs) -> ExitCode {
    let preview = match look(args) {
        Ok(preview) => preview,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let text = match args.json {
        true => serde_json::json!(preview).to_string() + "\n",
        false => preview.to_text(columns(), is_coloured()),
    };
    // A reader that has seen enough (`| head`) is no error.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn look(args: &PreviewArgs) -> Result<Preview, String> {
    let live = Live::load(&args.config, args.database.as_deref()).map_err(|problems| problems.to_string())?;
    let resolved = live.resolve().map_err(|problems| problems.to_string())?;
    let relation = find(&live.snapshot, &args.table)?;
    let is_protected = |column: &Column| resolved.treatments.column(id(relation, column)).is_some();
    let wanted: Vec<&Column> = relation
        .columns
        .iter()
        .filter(|column| args.all || is_protected(column))
        .collect();
    let columns = ShownColumns::new(&live.snapshot, &resolved.treatments, relation, &wanted);
    let rows = match wanted.is_empty() {
        true => Vec::new(),
        false => live
            .ask(&select(relation, &columns.read, args.rows))
            .map_err(|problems| problems.to_string())?,
    };
    let shown = wanted.iter().enumerate().map(|(index, column)| Shown {
        column: column.name.clone(),
        mask: columns.treatment(column).map(|found| found.mask_name),
        rule: rule(&resolved.treatments, id(relation, column)),
        values: rows.iter().map(|row| pair(&columns, row, index)).collect(),
    });
    Ok(Preview {
        table: format!("{}.{}", relation.schema, relation.name),
        rows: rows.len(),
        columns_protected: relation.columns.iter().filter(|column| is_protected(column)).count(),
        columns_of_table: relation.columns.len(),
        columns: shown.collect(),
    })
}

fn id(relation: &Relation, column: &Column) -> ColumnId {
    ColumnId {
        relation: relation.oid,
        attribute: column.number,
    }
}

fn rule(treatments: &Treatments, column: ColumnId) -> String {
    match treatments.column(column) {
        Some(found) => found.rule.clone(),
        None if treatments.is_kept(column) => "keep".to_owned(),
        None => "unlisted".to_owned(),
    }
}

/// The one table of this name.
fn find<'s>(snapshot: &'s Snapshot, name: &str) -> Result<&'s Relation, String> {
    let full = |relation: &Relation| format!("{}.{}", relation.schema, relation.name);
    let mut found: Vec<&Relation> = snapshot
        .relations
        .values()
        .filter(|relation| relation.name == name || full(relation) == name)
        .collect();
    if found.len() > 1 {
        // The server's own relations are meant only where they are named in full.
        found.retain(|relation| has_personal_columns(relation));
    }
    match found[..] {
        [relation] if relation.definition.is_none() || has_personal_columns(relation) => Ok(relation),
        [relation] => Err(format!(
            "pgveil: {} is a view: rules name the tables that it reads, preview those",
            full(relation)
        )),
        [] => {
            let tables = snapshot
                .relations
                .values()
                .filter(|relation| has_personal_columns(relation));
            let names: Vec<String> = tables
                .flat_map(|relation| [relation.name.clone(), full(relation)])
                .collect();
            let nearest = crate::config::did_you_mean(name, names.iter().map(String::as_str));
            let nearest = nearest.map(|nearest| format!(" ({nearest})")).unwrap_or_default();
            Err(format!(
                "pgveil: there is no table {name} in database {}{nearest}",
                snapshot.database
            ))
        }
        _ => {
            let mut names: Vec<String> = found.into_iter().map(full).collect();
            names.sort_unstable();
            Err(format!("pgveil: {name} may be {}: name the schema", names.join(" or ")))
        }
    }
}

fn select(relation: &Relation, columns: &[&Column], rows: u16) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    format!(
        "SELECT {} FROM {}.{} LIMIT {rows}",
        names.join(", "),
        quoted(&relation.schema),
        quoted(&relation.name)
    )
}

fn pair(columns: &ShownColumns<'_>, row: &Row, index: usize) -> Pair {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let action = columns.treatment(columns.read[index]).map(|found| &found.action);
    Pair {
        before: row.get(index).and_then(Option::as_deref).map(text),
        after: columns.shown(row, index).as_deref().map(text),
        refused: matches!(action, Some(Action::Refuse)),
    }
}

impl Preview {
    /// For people, in lines of at most `width` columns where they are not narrower than any value.
    fn to_text(&self, width: usize, coloured: bool) -> String {
        let cell = (width.saturating_sub(2 * INDENT.len()) / 2).max(CELL_WIDTH_MIN);
        // Writing to a String cannot fail.
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{}: {} of {} columns protected, {} rows",
            self.table, self.columns_protected, self.columns_of_table, self.rows
        );
        for column in &self.columns {
            let name = Ink::Heading.paint(&fit(&column.column, cell), coloured);
            let how = match column.mask {
                Some(mask) => format!("{mask} ({})", column.rule),
                None => format!("shown as it is ({})", column.rule),
            };
            let _ = writeln!(text, "\n{name}  {}", Ink::Faint.paint(&how, coloured));
            for pair in &column.values {
                let shown = |value: &Option<String>| value.as_ref().map_or("NULL".to_owned(), |value| fit(value, cell));
                let after = if pair.refused {
                    "(refused)".to_owned()
                } else {
                    shown(&pair.after)
                };
                let after = match pair.before == pair.after && !pair.refused {
                    true => after,
                    false => Ink::Changed.paint(&after, coloured),
                };
                let _ = writeln!(text, "{INDENT}{}{INDENT}{after}", pad(&shown(&pair.before), cell));
            }
        }
        text
    }
}
