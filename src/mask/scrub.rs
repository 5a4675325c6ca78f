//! Free text in which personal data stands: what has a known form is masked as a column of its kind would be.

use std::sync::LazyLock;

use regex::Regex;

use super::build::{Build, Function, TextMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily, Uniqueness};
use super::options::{Default, OptionKind, option};
use super::prf::Prf;
use super::words::{WORDS, pick};
use super::{ColumnMask, ColumnShape, Keys, MaskSpec, Masked};
use crate::value::text::end_of_characters;
use crate::value::{Format, oid};

pub(super) static SCRUB: Kind = Kind {
    contract: Contract::keyed(
        "scrub",
        "Text in which e-mail addresses, addresses of pages, IBANs, card numbers, IP and hardware addresses, UUIDs, phone numbers and all other numbers become what the masks of their kind make of them in a column. All other words become plain ones; with `words = \"keep\"` they stay, and with them names and all that has no such form.",
        &[TypeFamily::Text],
        "Mary (mary@corp.com, +49 30 1234567) paid 250 from DE89370400440532013000.",
    )
    .unique(Uniqueness::Usually)
    .growing()
    .options(
        &[option(
            "words",
            OptionKind::Choice(&["replace", "keep"]),
            Default::Text("replace"),
            "what becomes of words in which nothing is found",
        )],
        "words = \"keep\"",
    ),
    build: |build| {
        let masks = [
            ("email", "\"email\""),
            ("url", "\"url\""),
            ("uuid", "\"uuid\""),
            ("iban", "\"iban\""),
            ("mac", "\"mac\""),
            ("ip", "\"ip\""),
            ("card", "\"card\""),
            ("number", "\"phone\""),
        ];
        let masks = masks.map(|(group, rule)| Ok((group, inner(build, rule)?)));
        let masks = masks.into_iter().collect::<Result<Vec<_>, Unfit>>()?;
        let words = (build.settings.text("words") != Some("keep")).then(|| build.prf());
        Function::text(Scrub { masks, words })
    },
};

fn inner(build: &Build<'_>, rule: &str) -> Result<ColumnMask, Unfit> {
    text_mask(build.keys, rule).ok_or(Unfit::Type)
}

/// A mask as a rule without a domain gives it to a column of type text.
fn text_mask(keys: &Keys, rule: &str) -> Option<ColumnMask> {
    let table: toml::Table = format!("mask = {rule}").parse().ok()?;
    let spec = MaskSpec::parse(&table["mask"]).ok()?;
    let shape = ColumnShape {
        type_oid: oid::TEXT,
        type_modifier: -1,
        ..ColumnShape::default()
    };
    ColumnMask::compile(&spec, &shape, keys, spec.name()).ok()
}

/// Where several fit at one place, the first one listed is taken.
static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let forms = [
        r"(?P<email>[\p{L}0-9._%+'-]+@[\p{L}0-9-]+(?:\.[\p{L}0-9-]+)+)",
        r#"(?P<url>[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s<>"]+)"#,
        r"(?P<uuid>[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})",
        r"(?P<iban>\b[A-Z]{2}[0-9]{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?\b|\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\b)",
        r"(?P<mac>\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b)",
        r"(?P<ip>\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b|(?:[0-9A-Fa-f]{1,4}:|:){2,7}(?:[0-9A-Fa-f]{1,4}|:))",
        r"(?P<card>\b[0-9](?:[ -]?[0-9]){11,18}\b)",
        r"(?P<number>\+?[0-9](?:[0-9 ()./:-]*[0-9])?)",
    ];
    Regex::new(&forms.join("|")).ok()
});

struct Scrub {
    /// One for each form, in the order of [`FORMS`].
    masks: Vec<(&'static str, ColumnMask)>,
    /// Set where words are replaced.
    words: Option<Prf>,
}

impl TextMask for Scrub {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let text = std::str::from_utf8(value).ok()?;
        let forms = FORMS.as_ref()?;
        let start = out.len();
        let mut end = 0;
        for found in forms.captures_iter(text) {
            let whole = found.get(0)?;
            self.push_words(&text[end..whole.start()], out);
            end = whole.end();
            let (_, mask) = self.masks.iter().find(|(group, _)| found.name(group).is_some())?;
            if mask.apply(oid::TEXT, Format::Text, whole.as_str().as_bytes(), out) == Masked::Null {
                return None;
            }
        }
        self.push_words(&text[end..], out);
        let end = end_of_characters(&out[start..], limit);
        out.truncate(start + end);
        while out.len() > start + 1 && out.ends_with(b" ") {
            out.pop();
        }
        Some(())
    }
}

impl Scrub {
    /// What stands between the forms.
    fn push_words(&self, text: &str, out: &mut Vec<u8>) {
        let Some(prf) = &self.words else {
            return out.extend_from_slice(text.as_bytes());
        };
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_word = first.is_alphanumeric();
            let end = rest
                .find(|c: char| c.is_alphanumeric() != is_word)
                .unwrap_or(rest.len());
            let (part, behind) = rest.split_at(end);
            rest = behind;
            if !is_word {
                out.extend_from_slice(part.as_bytes());
                continue;
            }
            let mut draw = prf.draw(part.as_bytes());
            let start = out.len();
            out.extend_from_slice(pick(&WORDS.plain, draw.bits(8) as usize, part.as_bytes()).as_bytes());
            if first.is_uppercase() {
                out[start..=start].make_ascii_uppercase();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use super::*;

    #[test]
    fn what_is_found_is_masked_as_in_a_column() {
        let spec = parsed("{ kind = \"scrub\", words = \"keep\" }");
        for (kind, value) in [
            ("email", "mary.o'neil+x@corp.co.uk"),
            ("url", "https://mary.blog/me?x=1"),
            ("uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            ("iban", "DE89370400440532013000"),
            ("iban", "GB29 NWBK 6016 1331 9268 19"),
            ("mac", "08:00:2b:01:02:03"),
            ("ip", "192.0.2.7"),
            ("ip", "2001:db8::1"),
            ("card", "4111 1111 1111 1111"),
            ("phone", "+49 (30) 1234567"),
            ("phone", "7"),
        ] {
            let alone = masked(&parsed(&format!("\"{kind}\"")), oid::TEXT, -1, value);
            let shown = masked(&spec, oid::TEXT, -1, &format!("Call, or <{value}> instead."));
            assert_eq!(shown, format!("Call, or <{alone}> instead."));
        }
    }

    #[test]
    fn words_are_replaced_by_default() {
        let spec = parsed("\"scrub\"");
        let shown = masked(
            &spec,
            oid::TEXT,
            -1,
            "Mary Müller (mary@corp.com) called; Mary paid 250.",
        );
        assert!(
            !shown.contains("Mary") && !shown.contains("ller") && !shown.contains("250"),
            "{shown}"
        );
        let words: Vec<_> = shown.split(' ').collect();
        assert_eq!(words.len(), 7, "{shown}");
        assert_eq!(words[0], words[4]);
        assert!(words[0].starts_with(|c: char| c.is_ascii_uppercase()));
        assert!(masked(&spec, oid::VARCHAR, 4 + 9, "Mary Müller").chars().count() <= 9);
    }
}
