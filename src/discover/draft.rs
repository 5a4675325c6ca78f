//! The drafted rule file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Confidence, Finding, Kind};

/// What a draft is written from.
#[derive(Debug, Default)]
pub struct Draft<'a> {
    /// Name of the database.
    pub database: &'a str,
    /// Findings, in the order of the catalog.
    pub findings: &'a [Finding],
    /// Columns with a masking rule of their own in the database: column, mask as TOML, the label.
    pub imported: &'a [(String, String, String)],
}

/// The text of a rule file: rules by kind, what is worth a look, and what looks harmless, each with its evidence.
///
/// What is only possible is left to the reader: it stands in no rule and no `[[keep]]`, so `pgveil check` goes on naming it.
pub fn draft(draft: &Draft<'_>) -> String {
    let mut text = format!(
        "# Drafted by `pgveil discover` from the database {}. A start, not a verdict: read it line by line, move what is wrong,\n\
         # and let `pgveil check` have the last word.\n",
        draft.database
    );
    imported(draft, &mut text);
    rules(draft, &mut text);
    possible(draft, &mut text);
    keeps(draft, &mut text);
    text
}

fn imported(draft: &Draft<'_>, text: &mut String) {
    if !draft.imported.is_empty() {
        text.push_str("\n# From SECURITY LABEL FOR anon.\n");
    }
    for (column, mask, label) in draft.imported {
        let _ = write!(
            text,
            "\n# {}\n[[rule]]\ncolumns = [{}]\nmask = {mask}\n",
            one_line(label),
            toml(column)
        );
    }
}

/// One rule a kind and mask.
fn rules(draft: &Draft<'_>, text: &mut String) {
    let mut rules: BTreeMap<(Kind, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in draft.findings {
        if let (Some(kind), Some(mask)) = (finding.kind, finding.mask.as_deref())
            && finding.confidence >= Some(Confidence::Likely)
        {
            rules.entry((kind, mask)).or_default().push(finding);
        }
    }
    for ((kind, mask), findings) in rules {
        let _ = write!(text, "\n# {}\n[[rule]]\ncolumns = [\n", capitalised(kind.wording()));
        columns(&findings, text);
        let _ = write!(text, "]\nmask = {mask}\n");
        // A bank's and a state's numbers share no values, so neither do their domains.
        if mask == "\"shape\"" {
            let _ = writeln!(text, "domain = \"{}\"", kind.tag());
        }
        let regulations = kind.regulations().iter().map(|regulation| regulation.tag());
        let tags: Vec<String> = std::iter::once(kind.tag()).chain(regulations).map(toml).collect();
        let _ = writeln!(text, "tags = [{}]", tags.join(", "));
    }
}

fn possible(draft: &Draft<'_>, text: &mut String) {
    let possible = draft
        .findings
        .iter()
        .filter(|finding| finding.confidence == Some(Confidence::Possible));
    let mut lines = possible
        .map(|finding| {
            let mask = finding.mask.as_deref().unwrap_or_default();
            format!(
                "#     {}   mask = {mask}   # {}\n",
                toml(&finding.column),
                one_line(&finding.evidence.join("; "))
            )
        })
        .peekable();
    if lines.peek().is_some() {
        text.push_str("\n# Look at these: one weak sign each. Mask them or keep them.\n");
        text.extend(lines);
    }
}

/// One `[[keep]]` a table.
fn keeps(draft: &Draft<'_>, text: &mut String) {
    let mut tables: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in draft.findings.iter().filter(|finding| finding.kind.is_none()) {
        let table = table(&finding.column);
        match tables.last_mut() {
            Some((last, findings)) if *last == table => findings.push(finding),
            _ => tables.push((table, vec![finding])),
        }
    }
    if !tables.is_empty() {
        text.push_str("\n# Nothing personal was found in these.\n");
    }
    for (_, findings) in tables {
        text.push_str("[[keep]]\ncolumns = [\n");
        columns(&findings, text);
        text.push_str("]\n\n");
    }
}

fn columns(findings: &[&Finding], text: &mut String) {
    let width = findings
        .iter()
        .map(|finding| toml(&finding.column).chars().count())
        .max()
        .unwrap_or(0)
        + 1;
    for finding in findings {
        let confidence = match finding.confidence {
            Some(Confidence::Certain) => "certain: ",
            Some(Confidence::Likely) => "likely: ",
            Some(Confidence::Possible) | None => "",
        };
        let quoted = toml(&finding.column) + ",";
        let _ = writeln!(
            text,
            "    {quoted:width$}  # {confidence}{}",
            one_line(&finding.evidence.join("; "))
        );
    }
}

/// Everything before the last dot outside double quotes.
fn table(column: &str) -> &str {
    let mut in_quotes = false;
    let mut end = column.len();
    for (at, letter) in column.char_indices() {
        match letter {
            '"' => in_quotes = !in_quotes,
            '.' if !in_quotes => end = at,
            _ => {}
        }
    }
    &column[..end]
}

fn toml(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Comments end with their line, whatever a name or a label holds.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Candidate, judge};
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn a_draft_is_a_rule_file() {
        let names = [
            ("customer", "email"),
            ("customer", "id"),
            ("Odd\nTable", "Nachname"),
            ("customer", "comment"),
            ("film", "note"),
        ];
        let findings: Vec<Finding> = names
            .iter()
            .map(|(table, name)| {
                judge(&Candidate {
                    schema: "public".into(),
                    table: (*table).into(),
                    name: (*name).into(),
                    ..Candidate::default()
                })
            })
            .collect();
        let imported = [(
            "public.a.b".to_owned(),
            "\"null\"".to_owned(),
            "MASKED WITH VALUE\nNULL".to_owned(),
        )];
        let text = draft(&Draft {
            database: "shop",
            findings: &findings,
            imported: &imported,
        });
        RuleSet::parse("draft.toml", &text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
        for line in [
            "mask = \"email\"",
            "tags = [\"contact\", \"gdpr\", \"hipaa\"]",
            "mask = \"last_name\"",
            "Look at these",
            "[[keep]]",
            "# MASKED WITH VALUE NULL",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
