//! From what a column is called, holds and is said to be, to a finding.

use std::collections::BTreeMap;

use serde_json::Value;

use super::kind::{Family, Kind};
use super::names::{Strength, by_comment, by_name, is_of_people};
use super::values::{Look, look};
use super::{Candidate, Confidence, Finding};

/// Shares of the samples, in percent, from which on a look counts as proof, as a sign, and as more than chance.
const PROOF: usize = 80;
const SIGN: usize = 30;
/// With fewer samples than this, values alone prove nothing.
const SAMPLES_MIN: usize = 4;
/// How deep documents are looked into.
const DEPTH_MAX: usize = 16;

/// Judges one column. `column` of the finding is `schema.table.column` in the syntax of rule files.
pub fn judge(candidate: &Candidate) -> Finding {
    let mut evidence = Vec::new();
    let found = if candidate.family == Family::Json {
        document(candidate, &mut evidence)
    } else {
        plain(candidate, &mut evidence)
    };
    let (kind, confidence, mask) = match found {
        Some((kind, confidence)) => {
            let mask = mask(kind, candidate);
            (Some(kind), Some(confidence), Some(mask))
        }
        None => (None, None, None),
    };
    if kind.is_none() {
        evidence.push(match candidate.is_sampled {
            true => format!("no sign in name, type and {} values", candidate.samples.len()),
            false => "no sign in name and type; values could not be read".to_owned(),
        });
    }
    Finding {
        column: qualified(candidate),
        kind,
        confidence,
        evidence,
        mask,
    }
}

fn plain(candidate: &Candidate, evidence: &mut Vec<String>) -> Option<(Kind, Confidence)> {
    let named = by_name(&candidate.name, candidate.family);
    let commented = candidate
        .comment
        .as_deref()
        .and_then(|comment| by_comment(comment, candidate.family));
    let shown = shown(candidate);
    if let Some((kind, _)) = named {
        evidence.push(format!("the name speaks of {}", kind.wording()));
    }
    if let Some(kind) = commented {
        evidence.push(format!("the comment speaks of {}", kind.wording()));
    }
    if let Some((kind, share)) = shown {
        evidence.push(format!(
            "{share} % of {} values look like {}",
            candidate.samples.len(),
            kind.wording()
        ));
    }
    let of_people = is_of_people(&candidate.table);
    weigh(candidate, named, commented, shown, of_people)
}

/// One decision out of three signs.
fn weigh(
    candidate: &Candidate,
    named: Option<(Kind, Strength)>,
    commented: Option<Kind>,
    shown: Option<(Kind, usize)>,
    of_people: bool,
) -> Option<(Kind, Confidence)> {
    match (named, shown) {
        // What the form of the values proves stands above what the name says.
        (Some((named, _)), Some((shown, share))) if named == shown => Some((named, certainty(share))),
        (_, Some((shown, share))) if is_proven(shown) && share >= PROOF => Some((shown, Confidence::Certain)),
        (Some((kind, Strength::Strong)), _) if contradicts(kind, candidate) => Some((kind, Confidence::Possible)),
        (Some((kind, Strength::Strong)), _) => Some((kind, Confidence::Likely)),
        (Some((kind, Strength::Weak)), Some((shown, share))) => Some(match share >= SIGN && shown != Kind::Company {
            true => (shown, Confidence::Likely),
            false => (kind, Confidence::Possible),
        }),
        (None, Some((shown, share))) if share >= PROOF || is_proven(shown) && share >= SIGN => {
            Some((shown, Confidence::Likely))
        }
        (Some((kind, Strength::Weak)), None) if of_people || kind == Kind::Company => Some((
            kind,
            if of_people {
                Confidence::Likely
            } else {
                Confidence::Possible
            },
        )),
        (Some((kind, Strength::Weak)), None) if !candidate.is_sampled => Some((kind, Confidence::Possible)),
        (_, Some((shown, share))) if share >= SIGN => Some((shown, Confidence::Possible)),
        _ => commented.map(|kind| (kind, Confidence::Possible)),
    }
}

fn certainty(share: usize) -> Confidence {
    match share >= SIGN {
        true => Confidence::Certain,
        false => Confidence::Likely,
    }
}

/// Kinds whose values show by their form or check digits what they are.
fn is_proven(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Email
            | Kind::Card
            | Kind::Iban
            | Kind::NationalId
            | Kind::IpAddress
            | Kind::MacAddress
            | Kind::PasswordHash
            | Kind::Secret
            | Kind::Phone
            | Kind::FreeText
    )
}

/// Whether the values are such that the name must mean something else.
fn contradicts(kind: Kind, candidate: &Candidate) -> bool {
    let samples = &candidate.samples;
    let all = |test: fn(&String) -> bool| samples.len() >= SAMPLES_MIN && samples.iter().all(test);
    match (kind, candidate.family) {
        (Kind::Phone, Family::Text) => all(|value| !value.contains(|c: char| c.is_ascii_digit())),
        (Kind::Email, Family::Text) => all(|value| !value.contains('@')),
        (Kind::Coordinates, Family::Number) => {
            all(|value| value.parse::<f64>().is_ok_and(|number| number.abs() > 180.0))
        }
        _ => false,
    }
}

/// What most values look like, and how many of them, in percent.
fn shown(candidate: &Candidate) -> Option<(Kind, usize)> {
    let samples = candidate.samples.len();
    if samples < SAMPLES_MIN || !matches!(candidate.family, Family::Text | Family::Address | Family::Hardware) {
        return None;
    }
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for kind in candidate
        .samples
        .iter()
        .filter_map(|value| look(value))
        .filter_map(kind_of)
    {
        *counts.entry(kind).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    let (kind, count) = most?;
    let share = count * 100 / samples;
    // A text here and there that names somebody is enough to make all of them personal.
    let least = if kind == Kind::FreeText { 3 } else { SIGN / 2 };
    (share >= least).then_some((kind, share.max(1)))
}

fn kind_of(look: Look) -> Option<Kind> {
    Some(match look {
        Look::Formed(kind) => kind,
        Look::NationalId(_) => Kind::NationalId,
        Look::Phone => Kind::Phone,
        Look::FirstName => Kind::FirstName,
        Look::LastName => Kind::LastName,
        Look::FullName => Kind::FullName,
        Look::Street => Kind::StreetAddress,
        Look::Coordinates => Kind::Coordinates,
        Look::TextWith(_) => Kind::FreeText,
        Look::Text => return None,
    })
}

/// A JSON column: each leaf by its key and its values.
fn document(candidate: &Candidate, evidence: &mut Vec<String>) -> Option<(Kind, Confidence)> {
    let mut leaves: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for sample in &candidate.samples {
        if let Ok(value) = serde_json::from_str(sample) {
            collect(&value, &mut Vec::new(), &mut leaves);
        }
    }
    let mut best = None;
    for (path, samples) in leaves {
        let name = path.rsplit('.').find(|key| *key != "*").unwrap_or_default();
        let leaf = Candidate {
            name: name.to_owned(),
            table: candidate.table.clone(),
            samples,
            is_sampled: true,
            ..Candidate::default()
        };
        if let Some((kind, confidence)) =
            plain(&leaf, &mut Vec::new()).filter(|(_, confidence)| *confidence >= Confidence::Likely)
        {
            evidence.push(format!("{path} holds {}", kind.wording()));
            best = best.max(Some(confidence));
        }
    }
    if let Some(confidence) = best {
        return Some((Kind::Document, confidence));
    }
    let named = by_name(&candidate.name, Family::Json);
    named.map(|(kind, strength)| {
        evidence.push(format!("the name speaks of {}", kind.wording()));
        (
            kind,
            if strength == Strength::Strong {
                Confidence::Likely
            } else {
                Confidence::Possible
            },
        )
    })
}

/// Adds every leaf under its path. A key that is itself a value, such as an address, is not told.
fn collect(value: &Value, path: &mut Vec<String>, leaves: &mut BTreeMap<String, Vec<String>>) {
    if path.len() > DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let is_name = key.len() <= 40
                    && key.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c))
                    && look(key).is_none();
                path.push(if is_name { key.clone() } else { "*".to_owned() });
                collect(member, path, leaves);
                path.pop();
            }
        }
        Value::Array(elements) => {
            path.push("*".to_owned());
            elements.iter().for_each(|element| collect(element, path, leaves));
            path.pop();
        }
        Value::String(text) => leaves.entry(path.join(".")).or_default().push(text.clone()),
        Value::Number(number) => leaves.entry(path.join(".")).or_default().push(number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

fn mask(kind: Kind, candidate: &Candidate) -> String {
    if kind == Kind::NationalId && candidate.family == Family::Text {
        let mut countries: BTreeMap<&str, usize> = BTreeMap::new();
        for value in &candidate.samples {
            if let Some(Look::NationalId(country)) = look(value) {
                *countries.entry(country).or_default() += 1;
            }
        }
        let most = countries.into_iter().max_by_key(|(_, count)| *count);
        if let Some((country, count)) = most
            && count * 100 >= candidate.samples.len() * PROOF
        {
            return format!("{{ kind = \"national_id\", country = \"{country}\" }}");
        }
    }
    kind.mask(candidate.family).to_owned()
}

/// `schema.table.column` as rule files write it.
fn qualified(candidate: &Candidate) -> String {
    let parts = [&candidate.schema, &candidate.table, &candidate.name];
    parts.map(|part| quoted(part)).join(".")
}

/// A part of a pattern: in double quotes unless it folds to itself and holds no star.
fn quoted(part: &str) -> String {
    let mut letters = part.chars();
    let is_plain = letters.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    match is_plain {
        true => part.to_owned(),
        false => format!("\"{}\"", part.replace('"', "\"\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(table: &str, name: &str, samples: &[&str]) -> Candidate {
        Candidate {
            schema: "public".into(),
            table: table.into(),
            name: name.into(),
            samples: samples.iter().map(|sample| (*sample).to_owned()).collect(),
            is_sampled: true,
            ..Candidate::default()
        }
    }

    fn found(candidate: &Candidate) -> Option<(Kind, Confidence)> {
        let finding = judge(candidate);
        finding.kind.zip(finding.confidence)
    }

    #[test]
    fn values_say_what_names_do_not() {
        let mails = ["a@b.org", "c@d.net", "e@f.com", "g@h.io"];
        assert_eq!(
            found(&column("t", "c1", &mails)),
            Some((Kind::Email, Confidence::Certain))
        );
        assert_eq!(
            found(&column("t", "email", &mails)),
            Some((Kind::Email, Confidence::Certain))
        );
        assert_eq!(
            found(&column("t", "email", &[])),
            Some((Kind::Email, Confidence::Likely))
        );
        assert_eq!(
            found(&column("t", "email", &["yes"; 9])),
            Some((Kind::Email, Confidence::Possible))
        );
        assert_eq!(
            found(&column(
                "film",
                "title",
                &["Academy Dinosaur", "Ace Goldfinger", "Adaptation Holes", "Affair"]
            )),
            None
        );
        assert_eq!(
            found(&column("customer", "name", &[])),
            Some((Kind::FullName, Confidence::Likely))
        );
        assert_eq!(
            found(&column("category", "name", &["Action", "Comedy", "Drama", "Music"])),
            None
        );
    }

    #[test]
    fn documents_are_looked_into() {
        let mut candidate = column("event", "data", &[r#"{"who": {"email": "a@b.org"}, "n": 1}"#; 5]);
        candidate.family = Family::Json;
        let finding = judge(&candidate);
        assert_eq!(finding.kind, Some(Kind::Document));
        assert_eq!(finding.evidence, ["who.email holds email addresses"]);
    }

    #[test]
    fn names_are_quoted_where_rules_need_it() {
        let finding = judge(&column("Odd \"Table\"", "e mail", &[]));
        assert_eq!(finding.column, "public.\"Odd \"\"Table\"\"\".\"e mail\"");
    }
}
