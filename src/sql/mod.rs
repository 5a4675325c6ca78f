//! The only door to the SQL parser: statement kinds, touch set, scopes, lineage.
//!
//! Text goes in, an [`Analysis`] per statement comes out. Nothing here knows of masks; which columns
//! are protected comes in through [`Treatment`].
//!
//! The way of a statement: [`template()`] gives the plan cache's key; on a miss [`parser`] makes a [`tree`], [`gate`] lets
//! it pass or not, [`touch`] finds what it names ([`functions`] and [`operators`] classify), and only where something
//! protected is touched is its lineage computed. [`settings`] serves SET and startup parameters alike; [`log_text()`] gives
//! the text that the session log may hold.
//!
//! Parsing and analysing need a stack of [`STACK_BYTES`].

mod analysis;
mod bodies;
mod callees;
mod constant;
mod copy_options;
mod dumped;
pub mod encoding;
pub mod functions;
pub mod gate;
mod lineage;
mod log_text;
mod older;
pub mod operators;
pub mod parser;
mod row_condition;
pub mod settings;
mod structure;
mod suspect;
pub mod template;
#[cfg(test)]
mod test_catalog;
pub mod touch;
pub mod tree;

use std::ops::Range;

pub use analysis::*;
pub use constant::{number_end, string_end};
pub use dumped::{DumpedTable, qualified, quoted};
pub use lineage::{QueryAnalysis, ViewLineage, ViewLineages, resolve_views};
pub use log_text::{fingerprint, log_text};
pub use parser::STACK_BYTES;
pub use row_condition::{MOMENT, RowConditionError, row_condition};
pub use structure::Structure;
pub use template::{Integers, template};

use crate::catalog::Snapshot;
use crate::config::CustomSettings;
use gate::Passed;
use parser::{Parsed, ParserSettings, Unread};
pub use touch::ViewTouches;

/// Everything outside the text that decides what a statement means and whether it may run.
pub struct Context<'a> {
    /// The catalog.
    pub snapshot: &'a Snapshot,
    /// Which columns are protected.
    pub treatment: &'a dyn Treatment,
    /// Lineage of the views of this snapshot under this treatment.
    pub views: &'a ViewLineages,
    /// What the views of this snapshot name.
    pub touches: &'a ViewTouches,
    /// Large objects may be read (`[policy] large_objects = "pass"`).
    pub large_objects: bool,
    /// Settings of their own that clients may set (`[policy] settings`).
    pub custom_settings: &'a CustomSettings,
}

/// One statement of a text: analysed, or refused with the bytes it stands in.
pub type Judged = Result<Analysis, (Range<usize>, Refusal)>;

/// Analyses every statement of a text; a refused one comes with the bytes it stands in. Needs a stack of [`STACK_BYTES`].
///
/// # Errors
/// A refusal of the text as a whole. With [`Reason::Unparsable`] the server very likely has an error of its own, which
/// it can be asked for by parsing alone.
pub fn analyse(text: &str, context: &Context<'_>) -> Result<Vec<Judged>, Refusal> {
    let settings = ParserSettings {
        server_version: context.snapshot.server_version,
    };
    let statements = parser::parse(text, &settings).map_err(|unread| match unread {
        Unread::Refused(refusal) => refusal,
        Unread::Unparsable => Refusal {
            reason: Reason::Unparsable,
            message: "pgveil cannot parse this statement".to_owned(),
            hint: "check its syntax; deeply nested expressions are not read".to_owned(),
        },
    })?;
    let mut tokens = constant::Tokens::new(text);
    let judged = statements.into_iter().map(|parsed| {
        let mut judged = statement(&parsed, context).map_err(|refusal| (parsed.span, refusal));
        if let Ok(analysis) = &mut judged {
            tokens.find_constants(&mut analysis.influences);
        }
        judged
    });
    Ok(judged.collect())
}

fn statement(parsed: &Parsed, context: &Context<'_>) -> Result<Analysis, Refusal> {
    let passed = gate::check(
        &parsed.tree,
        context.treatment.protects_anything(),
        context.custom_settings,
    )?;
    let touch = touch::touch(&parsed.tree, context.snapshot, context.touches, context.treatment);
    touch.check(context.treatment, context.large_objects)?;
    let touches_protected = touch.is_protected(context.snapshot, context.treatment);
    let constants_matter = touch.constants_matter || constants_matter(&passed.kind);
    let mut analysis = Analysis {
        span: parsed.span.clone(),
        kind: passed.kind.clone(),
        columns: Vec::new(),
        influences: Vec::new(),
        fallible: Vec::new(),
        parameters: Vec::new(),
        touched: touch.relations,
        called: touch.called,
        touches_protected,
        constants_matter,
        unknown_name: touch.unknown_name,
        dumped: dumped::dumped_table(&parsed.tree, context.snapshot),
    };
    if touches_protected && analysis.unknown_name.is_none() {
        encoding::check_names(&parsed.tree, &context.snapshot.encoding)?;
        add_lineage(&mut analysis, parsed, &passed, context)?;
        analysis.parameters = constant::parameters(&parsed.tree);
    }
    Ok(analysis)
}

/// Settings, options and modes may be numbers; of what remains, only positions in ORDER BY and GROUP BY are.
fn constants_matter(kind: &StatementKind) -> bool {
    !matches!(
        kind,
        StatementKind::Query
            | StatementKind::DeclareCursor { .. }
            | StatementKind::Prepare { .. }
            | StatementKind::Execute { .. }
            | StatementKind::Fetch { .. }
    )
}

fn add_lineage(
    analysis: &mut Analysis,
    parsed: &Parsed,
    passed: &Passed<'_>,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let found = match passed.query {
        Some(query) => lineage::analyse_query(query, context)?,
        None => match (&passed.kind, parsed.tree.node("relation")) {
            (StatementKind::CopyOut(_), Some(relation)) => {
                let named: Vec<String> = parsed.tree.names("attlist").into_iter().map(str::to_owned).collect();
                let columns = (!named.is_empty()).then_some(&named[..]);
                lineage::analyse_copy_table(relation, columns, context)?
            }
            (StatementKind::Lock, _) => return Ok(()),
            _ => return Err(not_understood()),
        },
    };
    analysis.columns = found.columns;
    analysis.influences = found.influences;
    analysis.fallible = found.fallible;
    analysis.constants_matter |= found.constants_matter;
    analysis.unknown_name = found.unknown_name;
    Ok(())
}

fn not_understood() -> Refusal {
    Refusal {
        reason: Reason::NotUnderstood,
        message: "this kind of statement over protected columns is not understood".to_owned(),
        hint: "Write it as a plain SELECT or COPY.".to_owned(),
    }
}
