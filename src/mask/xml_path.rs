//! Paths into XML: `/customer/email`, `/customer/@id`, `//email`, `/*/@*`, `//note/text()`.

use super::path::{Path, Wanted};

/// One step from a document's outermost element inwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum XmlStep<'d> {
    /// To an element, by its name as the document writes it.
    Element(&'d str),
    /// To an attribute.
    Attribute(&'d str),
    /// To an element's own text.
    Text,
}

/// What a step must be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum WantedStep {
    Element(Name),
    Attribute(Name),
    Text,
}

/// What a name must be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Any,
    /// With this prefix, or none.
    Exact(String),
    /// With any prefix or none.
    Local(String),
}

/// A path that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct XmlPath(Path<WantedStep>);

impl XmlPath {
    /// Reads a path; `None` if it is none.
    pub(super) fn parse(text: &str) -> Option<XmlPath> {
        let mut rest = text;
        let mut steps = Vec::new();
        if text == "/" {
            return Path::of(steps).map(XmlPath);
        }
        while !rest.is_empty() {
            rest = rest.strip_prefix('/')?;
            if let Some(behind) = rest.strip_prefix('/') {
                steps.push(Wanted::AnyDepth);
                rest = behind;
            }
            let (step, behind) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            steps.push(Wanted::Step(match step.strip_prefix('@') {
                _ if step == "text()" => WantedStep::Text,
                Some(name) => WantedStep::Attribute(Name::parse(name)?),
                None => WantedStep::Element(Name::parse(step)?),
            }));
            rest = behind;
        }
        if steps.is_empty() {
            return None;
        }
        Path::of(steps).map(XmlPath)
    }

    /// Whether it leads to a text or attribute, or to an element that this is in.
    pub(super) fn leads_to(&self, path: &[XmlStep<'_>]) -> bool {
        self.0.leads_to(path, |wanted, step| match (wanted, step) {
            (WantedStep::Element(name), XmlStep::Element(written)) => name.is(written),
            (WantedStep::Attribute(name), XmlStep::Attribute(written)) => name.is(written),
            (WantedStep::Text, XmlStep::Text) => true,
            _ => false,
        })
    }
}

impl Name {
    fn parse(text: &str) -> Option<Name> {
        let is_name =
            |name: &str| !name.is_empty() && !name.contains(['*', '@', '[', ']', '(', ')', ' ', '"', '\'', '<']);
        match text.strip_prefix("*:") {
            _ if text == "*" => Some(Name::Any),
            Some(local) if is_name(local) => Some(Name::Local(local.to_owned())),
            None if is_name(text) => Some(Name::Exact(text.to_owned())),
            _ => None,
        }
    }

    fn is(&self, written: &str) -> bool {
        match self {
            Name::Any => true,
            Name::Exact(name) => name == written,
            Name::Local(name) => written.rsplit(':').next() == Some(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_they_say() {
        let id = [XmlStep::Element("a"), XmlStep::Element("x:b"), XmlStep::Attribute("id")];
        let text = [XmlStep::Element("a"), XmlStep::Element("x:b"), XmlStep::Text];
        for (path, to_id, to_text) in [
            ("/", true, true),
            ("/a", true, true),
            ("/a/x:b", true, true),
            ("/a/*:b/@id", true, false),
            ("//@id", true, false),
            ("//@*", true, false),
            ("/*/*/text()", false, true),
            ("//x:b", true, true),
            ("//text()", false, true),
            ("/a/b", false, false),
            ("/x:b", false, false),
            ("//id", false, false),
            ("/a/@id", false, false),
        ] {
            let path_of = XmlPath::parse(path).expect(path);
            assert_eq!(
                (path_of.leads_to(&id), path_of.leads_to(&text)),
                (to_id, to_text),
                "{path}"
            );
        }
        for broken in ["", "a", "a/b", "/a/", "//", "/a[1]", "/@", "/a b", "/*:", "/a/node()"] {
            assert_eq!(XmlPath::parse(broken), None, "{broken}");
        }
    }
}
