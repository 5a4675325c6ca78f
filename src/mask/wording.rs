//! Names, places, companies and sentences drawn from lists.
//!
//! The lists are pgveil's own. A drawn word that already stands in the original is passed over, so that a masked name is not the
//! original one by chance.

use super::build::{Build, Function, TextMask};
use super::contract::{Contract, Kind, TypeFamily, Uniqueness};
use super::locale::{self, Locale};
use super::options::{Default, OptionKind, OptionSpec, option};
use super::prf::{Draw, Prf};
use super::words::{WORDS, Words, pick};

const MIXED: &str = "mixed";

/// The option of all masks that have lists by language.
const LOCALE: &[OptionSpec] = &[option(
    "locale",
    OptionKind::Choice(&[MIXED, "en", "fr", "de", "es", "pt-BR", "ja"]),
    Default::Text(MIXED),
    "the language of the lists; `mixed` draws from those of many, in ASCII",
)];

const fn wording(name: &'static str, summary: &'static str, example: &'static str) -> Contract {
    Contract::keyed(name, summary, &[TypeFamily::Text], example)
}

pub(super) static FULL_NAME: Kind = Kind {
    contract: wording("full_name", "A first and a last name from lists.", "Mary Smith").options(LOCALE, ""),
    build: |build| Function::text(Wording::new(build, Form::FullName)),
};

pub(super) static FIRST_NAME: Kind = Kind {
    contract: wording("first_name", "A first name from a list.", "Mary").options(LOCALE, ""),
    build: |build| Function::text(Wording::new(build, Form::FirstName)),
};

pub(super) static LAST_NAME: Kind = Kind {
    contract: wording("last_name", "A last name from a list.", "Smith").options(LOCALE, ""),
    build: |build| Function::text(Wording::new(build, Form::LastName)),
};

pub(super) static ADDRESS_LINE: Kind = Kind {
    contract: wording(
        "address_line",
        "A house number and a made-up street.",
        "23 Workhaven Lane",
    )
    .options(LOCALE, ""),
    build: |build| Function::text(Wording::new(build, Form::AddressLine)),
};

pub(super) static CITY: Kind = Kind {
    contract: wording("city", "A city from a list.", "Lethbridge").options(LOCALE, ""),
    build: |build| Function::text(Wording::new(build, Form::City)),
};

pub(super) static COMPANY: Kind = Kind {
    contract: wording("company", "A made-up company.", "Initech").options(LOCALE, ""),
    build: |build| Function::text(Wording::new(build, Form::Company)),
};

pub(super) static REGION: Kind = Kind {
    contract: wording("region", "A state, province or the like from a list.", "Kansas").options(
        &[option(
            "locale",
            OptionKind::Choice(&locale::NAMES),
            Default::Text("en"),
            "the language of the list",
        )],
        "",
    ),
    build: |build| Function::text(Wording::new(build, Form::Region)),
};

pub(super) static FREE_TEXT: Kind = Kind {
    contract: wording(
        "free_text",
        "A sentence of plain words, whatever the original's length.",
        "Called twice",
    )
    .unique(Uniqueness::Usually),
    build: |build| {
        Function::text(Wording {
            prf: build.prf(),
            form: Form::FreeText,
            locale: None,
        })
    },
};

struct Wording {
    prf: Prf,
    form: Form,
    /// Set for the lists of one language.
    locale: Option<&'static Locale>,
}

impl Wording {
    fn new(build: &Build<'_>, form: Form) -> Wording {
        Wording {
            prf: build.prf(),
            form,
            locale: build.settings.text("locale").and_then(locale::locale),
        }
    }
}

impl TextMask for Wording {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let draw = self.prf.draw(value);
        match self.locale {
            Some(locale) => locale.push(self.form, draw, value, limit, out),
            None => self.form.push(draw, &WORDS, value, limit, out),
        }
        Some(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    FullName,
    FirstName,
    LastName,
    AddressLine,
    City,
    Company,
    Region,
    FreeText,
}

const STREET_KINDS: [&str; 8] = ["Street", "Road", "Avenue", "Lane", "Way", "Drive", "Court", "Square"];
const COMPANY_KINDS: [&str; 8] = ["Ltd", "Inc", "GmbH", "SA", "Group", "Partners", "BV", "Co"];
const HOUSE_NUMBER_MAX: usize = 999;
/// Words of a sentence.
const SENTENCE_WORDS_MIN: u64 = 5;

impl Form {
    /// Appends at most `limit` characters, all ASCII.
    fn push(self, mut draw: Draw, words: &Words, original: &[u8], limit: usize, out: &mut Vec<u8>) {
        let start = out.len();
        let mut pick = |list: &[&'static str]| pick(list, draw.below(list.len()), original);
        match self {
            Form::FirstName => push(out, &[pick(&words.first_names)]),
            Form::LastName => push(out, &[pick(&words.last_names)]),
            Form::City => push(out, &[pick(&words.cities)]),
            Form::FullName => {
                let (first, last) = (pick(&words.first_names), pick(&words.last_names));
                push(out, &[first, " ", last]);
                if out.len() - start > limit {
                    out.truncate(start);
                    push(out, &[&first[..1], ". ", last]);
                }
                if out.len() - start > limit {
                    out.truncate(start);
                    push(out, &[last]);
                }
            }
            Form::Company => {
                let (owner, trade) = (pick(&words.last_names), pick(&words.trades));
                push(out, &[owner, " ", trade, " ", COMPANY_KINDS[draw.bits(3) as usize]]);
                if out.len() - start > limit {
                    out.truncate(start);
                    push(out, &[owner, " ", trade]);
                }
            }
            Form::AddressLine => {
                let (street, number) = (pick(&words.streets), 1 + draw.below(HOUSE_NUMBER_MAX));
                let kind = STREET_KINDS[draw.bits(3) as usize];
                crate::value::number::push_decimal(number as i64, out);
                push(out, &[" ", street, " ", kind]);
            }
            // Only by language.
            Form::Region => {}
            Form::FreeText => push_sentence(draw, words, limit, out),
        }
        // All words are ASCII: characters are bytes.
        if out.len() - start > limit {
            out.truncate(start + limit);
            // A trailing blank would be lost in `bpchar` and kept in `varchar`.
            while out.len() > start && out.ends_with(b" ") {
                out.pop();
            }
        }
    }
}

fn push(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Five to twelve words and a full stop; fewer where they would not fit.
fn push_sentence(mut draw: Draw, words: &Words, limit: usize, out: &mut Vec<u8>) {
    let start = out.len();
    let count = SENTENCE_WORDS_MIN + draw.bits(3);
    for index in 0..count {
        let word = words.plain[draw.bits(8) as usize % words.plain.len()];
        if index > 0 && out.len() - start + word.len() + 2 > limit {
            break;
        }
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word.as_bytes());
    }
    out[start..=start].make_ascii_uppercase();
    out.push(b'.');
}
