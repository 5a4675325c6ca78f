//! XML, text by text and attribute by attribute: both change, elements, their names and their order stay.

use quick_xml::escape::unescape;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::reader::Reader;

use super::Masked;
use super::build::{Build, Function, TextMask, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::leaf::{StringLeaf, named};
use super::options::{Default, OptionKind, option};
use super::xml_path::{XmlPath, XmlStep};
use crate::value::text::characters;
use crate::value::{Format, oid};

pub(super) static XML_LEAVES: Kind = Kind {
    contract: Contract::keyed(
        "xml_leaves",
        "Every text and attribute of a document, or of a fragment of one, is masked, but for paths that are kept. Elements, all names and the blanks around texts stay, and so do declarations of namespaces; comments and processing instructions are dropped. A document with a DTD or entities of its own, or nested deeper than 256, becomes the empty element `redacted`. Paths: `/customer/email`, `/customer/@id`, `/*/@*` (any name), `//email` (at any depth), `//note/text()` (its own text); a path to an element means all that is in it; names with a prefix are written with it, `*:name` means any prefix or none; the first that fits counts, `keep` first.",
        &[TypeFamily::Xml, TypeFamily::Text],
        "<customer id=\"42\"><mail>mary@corp.com</mail><plan>gold</plan></customer>",
    )
    .growing()
    .options(
        &[
            option("keep", OptionKind::Texts, Default::Absent, "paths that stay as they are"),
            option("paths", OptionKind::Masks, Default::Absent, "masks by path"),
            option("texts", OptionKind::Mask, Default::Absent, "the mask of all other texts and attributes; unset, as by `shape`"),
        ],
        "keep = [\"/customer/plan\"], paths = { \"//mail\" = \"email\" }",
    )
    .example_of(oid::XML),
    build: |build| {
        let leaves = Leaves::new(build)?;
        match build.shape.type_oid {
            oid::XML => Function::typed(leaves),
            _ if build.text.is_some() => Function::text(leaves),
            _ => Err(Unfit::Type),
        }
    },
};

/// What stands for a document that cannot be shown.
pub(super) const REDACTED: &str = "<redacted/>";
/// As deep as libxml2 goes.
const DEPTH_MAX: usize = 256;

struct Leaves {
    keep: Vec<XmlPath>,
    paths: Vec<(XmlPath, StringLeaf)>,
    others: StringLeaf,
}

impl Leaves {
    fn new(build: &Build<'_>) -> Result<Leaves, Unfit> {
        let path = |written: &String| XmlPath::parse(written).ok_or_else(|| Unfit::Value(written.clone()));
        let paths = build.settings.masks("paths").iter();
        let paths = paths.map(|(written, spec)| Ok((path(written)?, StringLeaf::new(spec, build.keys)?)));
        let others = match build.settings.mask("texts") {
            Some(spec) => spec.clone(),
            None => named("shape")?,
        };
        Ok(Leaves {
            keep: build
                .settings
                .texts("keep")
                .iter()
                .map(path)
                .collect::<Result<_, _>>()?,
            paths: paths.collect::<Result<_, Unfit>>()?,
            others: StringLeaf::new(&others, build.keys)?,
        })
    }

    fn document(&self, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let mut reader = Reader::from_str(std::str::from_utf8(value).ok()?);
        let mut walk = Walk {
            leaves: self,
            path: Vec::new(),
            text: String::new(),
            out,
        };
        loop {
            if !walk.event(reader.read_event().ok()?)? {
                return Some(());
            }
        }
    }

    /// What becomes of a text or attribute.
    fn masked(&self, path: &[XmlStep<'_>], value: &str) -> Option<String> {
        if self.keep.iter().any(|kept| kept.leads_to(path)) {
            return Some(value.to_owned());
        }
        let found = self.paths.iter().find(|(wanted, _)| wanted.leads_to(path));
        let mask = found.map_or(&self.others, |(_, mask)| mask);
        let mut out = Vec::new();
        match mask.apply(value.as_bytes(), &mut out) {
            Masked::Value => String::from_utf8(out).ok(),
            // There is no NULL in a document.
            Masked::Null => Some(String::new()),
        }
    }
}

/// A document being walked through.
struct Walk<'w> {
    leaves: &'w Leaves,
    /// Names of the elements around, from the outermost one inwards.
    path: Vec<String>,
    /// Text since the last tag.
    text: String,
    out: &'w mut Vec<u8>,
}

impl Walk<'_> {
    /// `false` at the end; `None` where nothing may be shown.
    fn event(&mut self, event: Event<'_>) -> Option<bool> {
        match event {
            Event::Text(text) => self.text.push_str(&text.into_inner()),
            Event::CData(text) => self.text.push_str(&text.into_inner()),
            Event::GeneralRef(reference) => {
                // The five that XML knows, and characters by their number.
                let written = format!("&{};", reference.into_inner());
                self.text.push_str(&unescape(&written).ok()?);
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::DocType(_) => return None,
            Event::Decl(declaration) => self.declaration(&declaration)?,
            Event::Start(tag) => {
                self.tag(&tag, b">")?;
                if self.path.len() >= DEPTH_MAX {
                    return None;
                }
                self.path.push(name(&tag));
            }
            Event::Empty(tag) => self.tag(&tag, b"/>")?,
            Event::End(_) => {
                self.flush()?;
                let name = self.path.pop()?;
                self.out.extend_from_slice(format!("</{name}>").as_bytes());
            }
            Event::Eof => {
                self.flush()?;
                return self.path.is_empty().then_some(false);
            }
        }
        Some(true)
    }

    /// Writes it anew from what a declaration may say.
    fn declaration(&mut self, declaration: &BytesDecl<'_>) -> Option<()> {
        let version = declaration.version().ok()?;
        let is_version = matches!(&*version, "1.0" | "1.1");
        let mut written = is_version.then(|| format!("<?xml version=\"{version}\""))?;
        if let Some(encoding) = declaration.encoding() {
            let encoding = encoding.ok()?;
            let is_name = encoding
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
            is_name.then_some(())?;
            written.push_str(&format!(" encoding=\"{encoding}\""));
        }
        if let Some(standalone) = declaration.standalone() {
            let standalone = standalone.ok()?;
            matches!(&*standalone, "yes" | "no").then_some(())?;
            written.push_str(&format!(" standalone=\"{standalone}\""));
        }
        self.out.extend_from_slice(written.as_bytes());
        self.out.extend_from_slice(b"?>");
        Some(())
    }

    fn steps(&self) -> Vec<XmlStep<'_>> {
        self.path.iter().map(|name| XmlStep::Element(name)).collect()
    }

    /// Writes the text since the last tag, blanks around it as they are.
    fn flush(&mut self) -> Option<()> {
        let text = std::mem::take(&mut self.text);
        let inner = text.trim_matches(is_blank);
        let start = text.len() - text.trim_start_matches(is_blank).len();
        push_escaped(&text[..start], self.out);
        if !inner.is_empty() {
            let mut steps = self.steps();
            steps.push(XmlStep::Text);
            let masked = self.leaves.masked(&steps, inner)?;
            push_escaped(&masked, self.out);
        }
        push_escaped(&text[start + inner.len()..], self.out);
        Some(())
    }

    /// Writes a tag with its attributes.
    fn tag(&mut self, tag: &BytesStart<'_>, end: &[u8]) -> Option<()> {
        self.flush()?;
        let name = name(tag);
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        for attribute in tag.attributes() {
            let attribute = attribute.ok()?;
            let key = attribute.key.into_inner();
            let value = self.attribute(&name, &attribute)?;
            self.out.push(b' ');
            self.out.extend_from_slice(key.as_bytes());
            self.out.extend_from_slice(b"=\"");
            push_escaped(&value, self.out);
            self.out.push(b'"');
        }
        self.out.extend_from_slice(end);
        Some(())
    }

    fn attribute(&self, element: &str, attribute: &Attribute<'_>) -> Option<String> {
        let key = attribute.key.into_inner();
        let value = unescape(&attribute.value).ok()?.into_owned();
        let is_namespace = key == "xmlns" || key.starts_with("xmlns:");
        let is_space = key == "xml:space" && matches!(value.as_str(), "default" | "preserve");
        if is_namespace || is_space || value.is_empty() {
            return Some(value);
        }
        let mut steps = self.steps();
        steps.extend([XmlStep::Element(element), XmlStep::Attribute(key)]);
        self.leaves.masked(&steps, &value)
    }
}

fn name(tag: &BytesStart<'_>) -> String {
    tag.name().into_inner().to_owned()
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// Appends text that may stand in elements and attributes alike; what may not stand in XML 1.0 becomes a question mark.
fn push_escaped(text: &str, out: &mut Vec<u8>) {
    for character in text.chars() {
        let replaced = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\r' => "&#13;",
            '\t' | '\n' => "",
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => "?",
            _ => "",
        };
        match replaced {
            "" => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            replaced => out.extend_from_slice(replaced.as_bytes()),
        }
    }
}

impl TypedMask for Leaves {
    fn apply(&self, _type_oid: u32, _format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        self.document(value, out)
    }
}

impl TextMask for Leaves {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        self.document(value, out)?;
        (characters(&out[start..]) <= limit).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::laws::{masked, parsed};
    use super::*;

    fn shown(options: &str, document: &str) -> String {
        masked(
            &parsed(&format!("{{ kind = \"xml_leaves\", {options} }}")),
            oid::XML,
            -1,
            document,
        )
    }

    const X: &str = "texts = { kind = \"fixed\", value = \"x\" }";

    #[test]
    fn texts_and_attributes_change_and_nothing_else() {
        for (document, expected) in [
            ("<a b=\"1\" c='2'>t</a>", "<a b=\"x\" c=\"x\">x</a>"),
            ("<a>\n  <b/>\n  t u\n</a>", "<a>\n  <b/>\n  x\n</a>"),
            // A fragment.
            ("t<b/>u", "x<b/>x"),
            ("", ""),
            (
                "<a>Ma<![CDATA[r<y]]>&amp;&#65;<!-- Mary --><?mary now?></a>",
                "<a>x</a>",
            ),
            (
                "<p:a xmlns:p=\"http://p\" p:b=\"\" xml:space=\"preserve\">t</p:a>",
                "<p:a xmlns:p=\"http://p\" p:b=\"\" xml:space=\"preserve\">x</p:a>",
            ),
            (
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='yes'?><a/>",
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><a/>",
            ),
        ] {
            assert_eq!(shown(X, document), expected, "{document}");
        }
        assert_eq!(
            shown("keep = [\"/\"]", "<a b=\"&lt;&quot;'\">&#13;&amp;<![CDATA[<]]></a>"),
            "<a b=\"&lt;&quot;'\">&#13;&amp;&lt;</a>"
        );
        assert_eq!(shown("texts = \"null\"", "<a b=\"1\">t</a>"), "<a b=\"\"></a>");
    }

    #[test]
    fn paths_agree_with_columns() {
        let email = masked(&parsed("\"email\""), oid::TEXT, -1, "mary@corp.com");
        let document = "<a plan=\"gold\"><mail> mary@corp.com </mail><b mail=\"mary@corp.com\" n=\"17\"/></a>";
        let by_path = shown(
            "keep = [\"/a/@plan\"], paths = { \"//mail\" = \"email\", \"//@mail\" = \"email\", \"//@n\" = { kind = \"round\", to = 10 } }",
            document,
        );
        assert_eq!(
            by_path,
            format!("<a plan=\"gold\"><mail> {email} </mail><b mail=\"{email}\" n=\"20\"/></a>")
        );
    }

    #[test]
    fn what_cannot_be_read_is_redacted() {
        let deep = "<a>".repeat(300) + &"</a>".repeat(300);
        for document in [
            "<!DOCTYPE a [<!ENTITY m \"Mary\">]><a>&m;</a>",
            "<a>&mary;</a>",
            "<a b=\"&mary;\"/>",
            "<a>",
            "<a></b>",
            "</a>",
            "<a b=1/>",
            "<a b=\"1\" b=\"2\"/>",
            "<a>&#0;</a>",
            "<?xml version=\"9\"?><a/>",
            "<",
            &deep,
        ] {
            assert_eq!(shown("keep = [\"/\"]", document), REDACTED, "{document:.80}");
        }
        let narrow = masked(&parsed("\"xml_leaves\""), oid::VARCHAR, 4 + 5, "<a>b</a>");
        assert_eq!(narrow, "*****");
    }

    proptest! {
        #[test]
        fn any_text_gives_what_can_be_read_again(document in "(<a b=\"[a&;<]{0,4}\">|</a>|<b/>|<!--x-->|<!\\[CDATA\\[[x\\]<]{0,3}\\]\\]>|[a-z&;<>\"' ]{0,5}){0,8}") {
            let once = shown("keep = [\"/\"]", &document);
            prop_assert_eq!(shown("keep = [\"/\"]", &once), once);
        }
    }
}
