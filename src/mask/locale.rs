//! Names and places by language.
//!
//! Each file says where its words come from; `words/LICENSES.txt` has the licences. Changing a list changes every masked
//! value drawn from it.

use std::sync::LazyLock;

use super::prf::Draw;
use super::wording::Form;
use super::words::pick;
use crate::value::number::push_decimal;
use crate::value::text::end_of_characters;

/// Languages, as the option `locale` names them.
pub(super) const NAMES: [&str; 6] = ["en", "fr", "de", "es", "pt-BR", "ja"];

const HOUSE_NUMBER_MAX: usize = 199;
/// What a name or number takes the place of.
const HOLE: &str = "{}";

/// The lists of one language.
pub(super) struct Locale {
    first_names: Vec<&'static str>,
    last_names: Vec<&'static str>,
    cities: Vec<&'static str>,
    /// With a hole for the house number.
    streets: Vec<&'static str>,
    /// With a hole for a last name.
    companies: Vec<&'static str>,
    regions: Vec<&'static str>,
    order: Order,
}

/// How a person's names follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    FirstLast,
    /// One name of the father, one of the mother.
    FirstLastLast,
    LastFirst,
}

static LOCALES: LazyLock<[Locale; 6]> = LazyLock::new(|| {
    [
        read(include_str!("words/locale/en.txt"), Order::FirstLast),
        read(include_str!("words/locale/fr.txt"), Order::FirstLast),
        read(include_str!("words/locale/de.txt"), Order::FirstLast),
        read(include_str!("words/locale/es.txt"), Order::FirstLastLast),
        read(include_str!("words/locale/pt-BR.txt"), Order::FirstLastLast),
        read(include_str!("words/locale/ja.txt"), Order::LastFirst),
    ]
});

/// Reads lines of `list: word; word`.
fn read(text: &'static str, order: Order) -> Locale {
    let list = |name: &str| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.into_iter().flat_map(|line| line.split("; ")).collect()
    };
    Locale {
        first_names: list("first"),
        last_names: list("last"),
        cities: list("city"),
        streets: list("street"),
        companies: list("company"),
        regions: list("region"),
        order,
    }
}

/// The lists of a language.
pub(super) fn locale(name: &str) -> Option<&'static Locale> {
    let index = NAMES.iter().position(|known| *known == name)?;
    LOCALES.get(index)
}

impl Locale {
    /// Appends at most `limit` characters; nothing for forms that no language has lists for.
    pub(super) fn push(&self, form: Form, mut draw: Draw, original: &[u8], limit: usize, out: &mut Vec<u8>) {
        let start = out.len();
        let mut pick = |list: &[&'static str]| pick(list, draw.below(list.len()), original);
        match form {
            Form::FirstName => out.extend_from_slice(pick(&self.first_names).as_bytes()),
            Form::LastName => {
                let last = pick(&self.last_names);
                match self.order {
                    Order::FirstLastLast => push_fitting(&[last, pick(&self.last_names)], last, limit, out),
                    Order::FirstLast | Order::LastFirst => out.extend_from_slice(last.as_bytes()),
                }
            }
            Form::City => out.extend_from_slice(pick(&self.cities).as_bytes()),
            Form::Region => out.extend_from_slice(pick(&self.regions).as_bytes()),
            Form::FullName => {
                let (first, last) = (pick(&self.first_names), pick(&self.last_names));
                match self.order {
                    Order::FirstLast => push_fitting(&[first, last], last, limit, out),
                    Order::FirstLastLast => push_fitting(&[first, last, pick(&self.last_names)], last, limit, out),
                    Order::LastFirst => push_fitting(&[last, first], last, limit, out),
                }
            }
            Form::Company => {
                let owner = pick(&self.last_names);
                push_filled(pick(&self.companies), out, |out| {
                    out.extend_from_slice(owner.as_bytes())
                });
            }
            Form::AddressLine => {
                let street = pick(&self.streets);
                let number = 1 + draw.below(HOUSE_NUMBER_MAX) as i64;
                push_filled(street, out, |out| push_decimal(number, out));
            }
            Form::FreeText => {}
        }
        let end = end_of_characters(&out[start..], limit);
        out.truncate(start + end);
        // A trailing blank would be lost in `bpchar` and kept in `varchar`.
        while out.len() > start && out.ends_with(b" ") {
            out.pop();
        }
    }
}

/// Appends names with blanks between, or the shortest form where these have more than `limit` characters.
fn push_fitting(names: &[&str], shortest: &str, limit: usize, out: &mut Vec<u8>) {
    let start = out.len();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(name.as_bytes());
    }
    if end_of_characters(&out[start..], limit) < out.len() - start {
        out.truncate(start);
        out.extend_from_slice(shortest.as_bytes());
    }
}

fn push_filled(template: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let (before, behind) = template.split_once(HOLE).unwrap_or((template, ""));
    out.extend_from_slice(before.as_bytes());
    fill(out);
    out.extend_from_slice(behind.as_bytes());
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::laws::{masked, parsed};
    use super::*;
    use crate::value::oid;

    #[test]
    fn every_language_has_every_list() {
        for (name, locale) in NAMES.iter().zip(LOCALES.iter()) {
            // Of Brazilian and Japanese names the sources have fewer.
            let [first_least, last_least] = match *name {
                "pt-BR" => [450, 160],
                "ja" => [300, 500],
                _ => [1000, 1000],
            };
            let people = locale.first_names.len() * locale.last_names.len();
            assert!(people >= 75_000, "{name} {people}");
            for (list, least) in [
                (&locale.first_names, first_least),
                (&locale.last_names, last_least),
                (&locale.cities, 48),
                (&locale.streets, 300),
                (&locale.companies, 16),
                (&locale.regions, 16),
            ] {
                let different: HashSet<String> = list.iter().map(|word| word.to_lowercase()).collect();
                assert!(
                    list.len() >= least && different.len() == list.len(),
                    "{name} {}",
                    list.len()
                );
                // Of type `name`, 63 bytes.
                assert!(list.iter().all(|word| !word.is_empty() && word.len() <= 40), "{name}");
            }
            let holed = locale.streets.iter().chain(&locale.companies);
            assert!(
                holed.clone().all(|template| template.matches(HOLE).count() == 1),
                "{name}"
            );
        }
    }

    #[test]
    fn names_fit_their_columns() {
        for kind in [
            "full_name",
            "first_name",
            "last_name",
            "address_line",
            "city",
            "company",
            "region",
        ] {
            for name in NAMES {
                let spec = parsed(&format!("{{ kind = \"{kind}\", locale = \"{name}\" }}"));
                for limit in 1..40 {
                    let shown = masked(&spec, oid::VARCHAR, limit + 4, "x");
                    assert!(
                        (1..=limit as usize).contains(&shown.chars().count()),
                        "{kind} {name} {shown}"
                    );
                }
                assert_ne!(
                    masked(&spec, oid::TEXT, -1, "Mary"),
                    masked(&spec, oid::TEXT, -1, "Bob")
                );
            }
        }
    }

    #[test]
    fn lists_never_change() {
        use sha2::{Digest, Sha256};
        let mut digest = Sha256::new();
        for list in [
            include_str!("words/locale/en.txt"),
            include_str!("words/locale/fr.txt"),
            include_str!("words/locale/de.txt"),
            include_str!("words/locale/es.txt"),
            include_str!("words/locale/pt-BR.txt"),
            include_str!("words/locale/ja.txt"),
        ] {
            digest.update(list);
        }
        let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "82b3c305386ae709930fb927c9e1b909198b37d4666c825726f7bb63e814713a");
    }
}
