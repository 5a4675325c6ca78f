//! Paths into documents: `$.user.email`, `$.items[*].name`, `$.*`, `$..email`.

use std::borrow::Cow;

use crate::value::document::Step;
use crate::value::json::unescape;

/// What a step must be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Member(String),
    AnyMember,
    Element,
    /// Any number of steps, or none.
    AnyDepth,
}

/// A path that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path(Vec<Wanted>);

/// Most steps of a path.
const STEPS_MAX: usize = 64;

impl Path {
    /// Reads a path; `None` if it is none.
    pub(super) fn parse(text: &str) -> Option<Path> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() && steps.len() < STEPS_MAX {
            if let Some(behind) = rest.strip_prefix("[*]") {
                steps.push(Wanted::Element);
                rest = behind;
                continue;
            }
            rest = rest.strip_prefix('.')?;
            if let Some(behind) = rest.strip_prefix('.') {
                steps.push(Wanted::AnyDepth);
                rest = behind;
            }
            let (name, behind) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
            };
            if name.is_empty() {
                return None;
            }
            steps.push(if name == "*" && !rest.starts_with('"') {
                Wanted::AnyMember
            } else {
                Wanted::Member(name.to_owned())
            });
            rest = behind;
        }
        rest.is_empty().then_some(Path(steps))
    }

    /// Whether it leads to a value, or to one that this is in.
    pub(super) fn leads_to(&self, path: &[Step<'_>]) -> bool {
        leads(&self.0, path)
    }
}

/// What is between two `..` is looked for from the outside: found there, it leaves most for what follows.
fn leads(wanted: &[Wanted], path: &[Step<'_>]) -> bool {
    let begins = |wanted: &[Wanted], at: usize| {
        path.get(at..at + wanted.len())
            .is_some_and(|steps| wanted.iter().zip(steps).all(|(wanted, step)| fits(wanted, step)))
    };
    let mut parts = wanted.split(|step| *step == Wanted::AnyDepth);
    let first = parts.next().unwrap_or_default();
    let mut at = first.len();
    begins(first, 0)
        && parts.all(|part| match (at..=path.len()).find(|&from| begins(part, from)) {
            Some(from) => {
                at = from + part.len();
                true
            }
            None => false,
        })
}

fn fits(wanted: &Wanted, step: &Step<'_>) -> bool {
    match (wanted, step) {
        (Wanted::Member(name), Step::Member(written)) => text(written) == name.as_bytes(),
        (Wanted::AnyMember, Step::Member(_)) | (Wanted::Element, Step::Element) => true,
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
        let email = [Step::Member(b"users"), Step::Element, Step::Member(b"e\\u006dail")];
        for (path, leads) in [
            ("$", true),
            ("$.users", true),
            ("$.users[*].email", true),
            ("$.users[*].*", true),
            ("$.users[*]", true),
            ("$..email", true),
            ("$.*[*].\"email\"", true),
            ("$..users..email", true),
            ("$.email", false),
            ("$[*]", false),
            ("$.users.email", false),
            ("$.users[*].email.x", false),
            ("$..x", false),
        ] {
            assert_eq!(Path::parse(path).expect(path).leads_to(&email), leads, "{path}");
        }
        for broken in ["", "users", "$users", "$.", "$..", "$.a[0]", "$.\"a", "$.a..", "$[*"] {
            assert_eq!(Path::parse(broken), None, "{broken}");
        }
    }
}
