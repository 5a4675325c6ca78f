//! Paths into JSON: `$.user.email`, `$.items[*].name`, `$.items[0]`, `$.*`, `$..email`.

use std::borrow::Cow;

use super::path::{Path, Wanted};
use crate::value::document::Step;
use crate::value::json::unescape;

/// What a step must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JsonStep {
    Member(String),
    AnyMember,
    Element(usize),
    AnyElement,
}

/// A path that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JsonPath(Path<JsonStep>);

impl JsonPath {
    /// Reads a path; `None` if it is none.
    pub(super) fn parse(text: &str) -> Option<JsonPath> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix("..") {
                steps.push(Wanted::AnyDepth);
                rest = behind;
            } else if !rest.starts_with('[') {
                rest = rest.strip_prefix('.')?;
            }
            let (step, behind) = take_step(rest)?;
            steps.push(Wanted::Step(step));
            rest = behind;
        }
        Path::of(steps).map(JsonPath)
    }

    /// Whether it leads to a value, or to one that this is in.
    pub(super) fn leads_to(&self, path: &[Step<'_>]) -> bool {
        self.0.leads_to(path, fits)
    }
}

/// A step and what follows it.
fn take_step(text: &str) -> Option<(JsonStep, &str)> {
    if let Some(inside) = text.strip_prefix('[') {
        let (index, behind) = inside.split_once(']')?;
        let step = match index {
            "*" => JsonStep::AnyElement,
            _ if index.bytes().all(|byte| byte.is_ascii_digit()) => JsonStep::Element(index.parse().ok()?),
            _ => return None,
        };
        return Some((step, behind));
    }
    if let Some(inside) = text.strip_prefix('"') {
        let (name, behind) = inside.split_once('"')?;
        return Some((JsonStep::Member(name.to_owned()), behind));
    }
    let (name, behind) = text.split_at(text.find(['.', '[']).unwrap_or(text.len()));
    let step = match name {
        "" => return None,
        "*" => JsonStep::AnyMember,
        name => JsonStep::Member(name.to_owned()),
    };
    Some((step, behind))
}

fn fits(wanted: &JsonStep, step: &Step<'_>) -> bool {
    match (wanted, step) {
        (JsonStep::Member(name), Step::Member(written)) => text(written) == name.as_bytes(),
        (JsonStep::Element(index), Step::Element(at)) => index == at,
        (JsonStep::AnyMember, Step::Member(_)) | (JsonStep::AnyElement, Step::Element(_)) => true,
        _ => false,
    }
}

/// A name without its escapes.
fn text(written: &[u8]) -> Cow<'_, [u8]> {
    if !written.contains(&b'\\') {
        return Cow::Borrowed(written);
    }
    let mut name = Vec::new();
    match unescape(&[b"\"", written, b"\""].concat(), &mut name) {
        true => Cow::Owned(name),
        false => Cow::Borrowed(written),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_they_say() {
        let email = [Step::Member(b"users"), Step::Element(1), Step::Member(b"e\\u006dail")];
        for (path, leads) in [
            ("$", true),
            ("$.users", true),
            ("$.users[*].email", true),
            ("$.users[*].*", true),
            ("$.users[*]", true),
            ("$.users[1]", true),
            ("$..[1].email", true),
            ("$..email", true),
            ("$.*[*].\"email\"", true),
            ("$..users..email", true),
            ("$.users[0].email", false),
            ("$.email", false),
            ("$[*]", false),
            ("$.users.email", false),
            ("$.users[*].email.x", false),
            ("$..x", false),
        ] {
            assert_eq!(JsonPath::parse(path).expect(path).leads_to(&email), leads, "{path}");
        }
        for broken in [
            "", "users", "$users", "$.", "$..", "$.a[x]", "$.a[-1]", "$.a[]", "$.\"a", "$.a..", "$[*", "$[1]a",
        ] {
            assert_eq!(JsonPath::parse(broken), None, "{broken}");
        }
        assert_eq!(JsonPath::parse(&format!("${}", ".a".repeat(65))), None);
    }
}
