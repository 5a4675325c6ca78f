//! What a pattern finds, replaced.

use regex::{Regex, RegexBuilder};

use super::build::{Function, TextMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use crate::value::text::characters;

/// The largest compiled pattern, in bytes.
pub(super) const PATTERN_BYTES_MAX: usize = 1 << 20;

pub(super) static REGEXP_REPLACE: Kind = Kind {
    contract: Contract::keyless(
        "regexp_replace",
        "Replaces all that a regular expression finds (Rust's `regex` syntax: like PCRE's without look-around and backreferences). What it does not find stays as it is, so a value in which it finds nothing is redacted, unless `otherwise = \"keep\"`.",
        &[TypeFamily::Text],
        "Invoice 2021-0815 for Mary",
    )
    .growing()
    .options(
        &[
            option("pattern", OptionKind::Text, Default::Required, "what to find"),
            option("replacement", OptionKind::Text, Default::Text(""), "what to put in place; `$1` is the first group, `$$` a dollar sign"),
            option("otherwise", OptionKind::Choice(&["redact", "keep"]), Default::Text("redact"), "what becomes of values in which nothing is found"),
        ],
        "pattern = \"for .*\", replacement = \"for a customer\"",
    ),
    build: |build| {
        let pattern = build.settings.text("pattern").unwrap_or_default();
        let compiled = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build();
        Function::text(Replace {
            pattern: compiled.map_err(|_| Unfit::Value(pattern.to_owned()))?,
            replacement: build.settings.text("replacement").unwrap_or_default().to_owned(),
            keeps_others: build.settings.text("otherwise") == Some("keep"),
        })
    },
};

struct Replace {
    pattern: Regex,
    replacement: String,
    keeps_others: bool,
}

impl TextMask for Replace {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let text = std::str::from_utf8(value).ok()?;
        if !self.keeps_others && !self.pattern.is_match(text) {
            return None;
        }
        let replaced = self.pattern.replace_all(text, self.replacement.as_str());
        // Cut, it might end within what was to be replaced next time; whole, it does not fit.
        if characters(replaced.as_bytes()) > limit {
            return None;
        }
        out.extend_from_slice(replaced.as_bytes());
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use crate::value::oid;

    #[test]
    fn what_is_not_found_does_not_pass_unless_asked() {
        let rule = |more: &str| {
            format!("{{ kind = \"regexp_replace\", pattern = '([0-9]+)-[a-z]+', replacement = '$1-x'{more} }}")
        };
        let (strict, lax) = (parsed(&rule("")), parsed(&rule(", otherwise = \"keep\"")));
        assert_eq!(masked(&strict, oid::TEXT, -1, "7-mary and 8-bob"), "7-x and 8-x");
        assert_eq!(masked(&strict, oid::TEXT, -1, "mary"), "[redacted]");
        assert_eq!(masked(&lax, oid::TEXT, -1, "mary"), "mary");
        let longer = parsed("{ kind = \"regexp_replace\", pattern = 'a', replacement = 'bbb' }");
        assert_eq!(masked(&longer, oid::VARCHAR, 4 + 3, "aa"), "***");
    }
}
