//! Names, places, companies and sentences drawn from lists.
//!
//! The lists are pgveil's own. A drawn word that already stands in the original is passed over, so that a masked name is not the
//! original one by chance.

use super::prf::Draw;
use super::words::{Words, pick};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    FullName,
    FirstName,
    LastName,
    AddressLine,
    City,
    Company,
    FreeText,
}

const STREET_KINDS: [&str; 8] = ["Street", "Road", "Avenue", "Lane", "Way", "Drive", "Court", "Square"];
const COMPANY_KINDS: [&str; 8] = ["Ltd", "Inc", "GmbH", "SA", "Group", "Partners", "BV", "Co"];
const HOUSE_NUMBER_MAX: usize = 999;
/// Words of a sentence.
const SENTENCE_WORDS_MIN: u64 = 5;

impl Form {
    /// Appends at most `limit` characters, all ASCII.
    pub(super) fn push(self, mut draw: Draw, words: &Words, original: &[u8], limit: usize, out: &mut Vec<u8>) {
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
