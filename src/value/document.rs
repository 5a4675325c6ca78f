//! JSON documents, leaf by leaf (RFC 8259).

/// One step from a document's outermost value inwards.
#[derive(Debug, Clone, Copy)]
pub enum Step<'d> {
    /// To a member of an object, by its name as the document writes it.
    Member(&'d [u8]),
    /// To the element of an array at this index, the first one being 0.
    Element(usize),
}

/// How deep arrays and objects may stand in each other.
const DEPTH_MAX: usize = 200;

/// Appends a document with each leaf as `leaf` rewrites it: it is given a string, number or word as it is written, and
/// the way there, and appends what takes its place. All else stays as it is. `None` if the document cannot be read (what
/// a leaf holds is for `leaf` to check), is nested too deep, or a leaf could not be rewritten.
pub fn map_leaves(
    document: &[u8],
    leaf: impl FnMut(&[u8], &[Step<'_>], &mut Vec<u8>) -> Option<()>,
    out: &mut Vec<u8>,
) -> Option<()> {
    let mut walk = Walk {
        leaf,
        rest: document,
        open: Vec::new(),
    };
    walk.document(out)
}

/// A document being walked through.
struct Walk<'d, L> {
    leaf: L,
    rest: &'d [u8],
    /// From the outermost array or object inwards; whether each is an object, with the name of its member.
    open: Vec<Step<'d>>,
}

impl<'d, L> Walk<'d, L>
where
    L: FnMut(&[u8], &[Step<'_>], &mut Vec<u8>) -> Option<()>,
{
    fn document(&mut self, out: &mut Vec<u8>) -> Option<()> {
        loop {
            // A value is next.
            self.spaces(out);
            match self.rest.first()? {
                b'{' => {
                    self.enter(out)?;
                    if !self.end(b'}', out) {
                        let name = self.name(out)?;
                        self.open.push(Step::Member(name));
                        continue;
                    }
                }
                b'[' => {
                    self.enter(out)?;
                    if !self.end(b']', out) {
                        self.open.push(Step::Element(0));
                        continue;
                    }
                }
                _ => {
                    let raw = self.scalar()?;
                    (self.leaf)(raw, &self.open, out)?;
                }
            }
            // A value has ended, and with it perhaps what is around it.
            loop {
                self.spaces(out);
                let Some(step) = self.open.last().copied() else {
                    return self.rest.is_empty().then_some(());
                };
                let (byte, behind) = self.rest.split_first()?;
                match (byte, step) {
                    (b',', _) => {
                        self.rest = behind;
                        out.push(b',');
                        self.open.pop();
                        let next = match step {
                            Step::Member(_) => Step::Member(self.name(out)?),
                            Step::Element(index) => Step::Element(index + 1),
                        };
                        self.open.push(next);
                        break;
                    }
                    (b'}', Step::Member(_)) | (b']', Step::Element(_)) => {
                        self.rest = behind;
                        out.push(*byte);
                        self.open.pop();
                    }
                    _ => return None,
                }
            }
        }
    }

    fn enter(&mut self, out: &mut Vec<u8>) -> Option<()> {
        out.push(*self.rest.first()?);
        self.rest = &self.rest[1..];
        self.spaces(out);
        (self.open.len() < DEPTH_MAX).then_some(())
    }

    /// Takes the end of an array or object that holds nothing.
    fn end(&mut self, byte: u8, out: &mut Vec<u8>) -> bool {
        let is_end = self.rest.first() == Some(&byte);
        if is_end {
            self.rest = &self.rest[1..];
            out.push(byte);
        }
        is_end
    }

    fn spaces(&mut self, out: &mut Vec<u8>) {
        let count = self
            .rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
            .count();
        out.extend_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
    }

    /// A member's name and the colon; the name as it is written, without quotes.
    fn name(&mut self, out: &mut Vec<u8>) -> Option<&'d [u8]> {
        self.spaces(out);
        let raw = self.scalar().filter(|raw| raw.first() == Some(&b'"'))?;
        out.extend_from_slice(raw);
        self.spaces(out);
        self.rest = self.rest.strip_prefix(b":")?;
        out.push(b':');
        raw.get(1..raw.len() - 1)
    }

    /// A string, number or word, as it is written.
    fn scalar(&mut self) -> Option<&'d [u8]> {
        let end = if self.rest.first()? == &b'"' {
            let mut is_escaped = false;
            let closing = self.rest[1..].iter().position(|byte| {
                let closes = *byte == b'"' && !is_escaped;
                is_escaped = *byte == b'\\' && !is_escaped;
                closes
            })?;
            closing + 2
        } else {
            let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
            self.rest.iter().take_while(is_part).count()
        };
        let (scalar, behind) = self.rest.split_at(end);
        self.rest = behind;
        Some(scalar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(document: &str) -> Option<String> {
        let mut out = Vec::new();
        let leaf = |raw: &[u8], path: &[Step<'_>], out: &mut Vec<u8>| {
            out.extend_from_slice(raw);
            out.extend_from_slice(format!("/{}", path.len()).as_bytes());
            Some(())
        };
        map_leaves(document.as_bytes(), leaf, &mut out)?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn only_leaves_change() {
        for (document, expected) in [
            ("1", "1/0"),
            (" [1, {\"a\" : \"x\\\"]\" } ]", " [1/1, {\"a\" : \"x\\\"]\"/2 } ]"),
            ("{}", "{}"),
            ("[[], {}, null]", "[[], {}, null/1]"),
        ] {
            assert_eq!(mapped(document).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_document() {
        for broken in [
            "",
            "{",
            "[1",
            "{\"a\"}",
            "{\"a\":1,}",
            "\"a",
            "[1] x",
            "{1:2}",
            "}",
            "[1}",
            "{\"a\":1]",
        ] {
            assert_eq!(mapped(broken), None, "{broken}");
        }
        assert_eq!(mapped(&"[".repeat(100_000)), None);
    }
}
