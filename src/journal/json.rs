//! The fields of a record as JSON, written straight into its line.
//!
//! By hand, for two records are written for every statement: through serde they took 8,000 instructions, a third of all
//! that pgveil itself spends on a short one.

use super::record::is_active;

/// The members of one JSON object, without its braces. Each is written with a comma before it.
pub(super) struct Fields<'a>(pub(super) &'a mut Vec<u8>);

impl Fields<'_> {
    fn key(&mut self, key: &str) {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(key.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// A number.
    pub(super) fn number(&mut self, key: &str, number: u64) {
        self.key(key);
        put_number(self.0, number);
    }

    /// A number that may be negative.
    pub(super) fn signed_number(&mut self, key: &str, number: i64) {
        self.key(key);
        if number < 0 {
            self.0.push(b'-');
        }
        put_number(self.0, number.unsigned_abs());
    }

    /// A number, or null.
    pub(super) fn optional_number(&mut self, key: &str, number: Option<u64>) {
        match number {
            Some(number) => self.number(key, number),
            None => self.null(key),
        }
    }

    /// Text, cut after a whole character where it is longer than this, and saying so.
    pub(super) fn text(&mut self, key: &str, text: &str, bytes_max: usize) {
        self.key(key);
        self.put_text(text, bytes_max);
    }

    fn put_text(&mut self, text: &str, bytes_max: usize) {
        self.0.push(b'"');
        let kept = text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text);
        put_escaped(self.0, kept);
        if kept.len() < text.len() {
            self.0.extend_from_slice("… [cut, ".as_bytes());
            put_number(self.0, text.len() as u64);
            self.0.extend_from_slice(b" bytes in all]");
        }
        self.0.push(b'"');
    }

    /// Text, or null.
    pub(super) fn optional_text(&mut self, key: &str, text: Option<&str>, bytes_max: usize) {
        match text {
            Some(text) => self.text(key, text, bytes_max),
            None => self.null(key),
        }
    }

    /// 16 hexadecimal digits.
    pub(super) fn digest(&mut self, key: &str, digest: u64) {
        self.key(key);
        self.0.push(b'"');
        put_digits(self.0, digest, 16, 16);
        self.0.push(b'"');
    }

    /// An array of texts, each cut at this length.
    pub(super) fn texts(&mut self, key: &str, texts: &[String], bytes_max: usize) {
        self.key(key);
        self.0.push(b'[');
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            self.put_text(text, bytes_max);
        }
        self.0.push(b']');
    }

    /// An array of objects.
    pub(super) fn objects<T>(&mut self, key: &str, items: &[T], write: impl Fn(&mut Fields<'_>, &T)) {
        self.key(key);
        self.0.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            self.object(|fields| write(fields, item));
        }
        self.0.push(b']');
    }

    /// An object, or null.
    pub(super) fn optional_object<T>(&mut self, key: &str, item: Option<&T>, write: impl Fn(&mut Fields<'_>, &T)) {
        match item {
            Some(item) => {
                self.key(key);
                self.object(|fields| write(fields, item));
            }
            None => self.null(key),
        }
    }

    fn object(&mut self, write: impl FnOnce(&mut Fields<'_>)) {
        let brace = self.0.len();
        write(self);
        // Over the first member's comma.
        self.0[brace] = b'{';
        self.0.push(b'}');
    }

    fn null(&mut self, key: &str) {
        self.key(key);
        self.0.extend_from_slice(b"null");
    }
}

/// JSON's escapes, and what a terminal or an editor would act upon: JSON itself lets DEL, the C1 controls, line
/// separators and text-direction marks stand as they are.
fn put_escaped(out: &mut Vec<u8>, text: &str) {
    let is_plain = |byte: u8| (b' '..0x7f).contains(&byte) & (byte != b'"') & (byte != b'\\');
    if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
        return out.extend_from_slice(text.as_bytes());
    }
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            active if is_active(active) => {
                out.extend_from_slice(b"\\u");
                // All of them are below U+10000.
                put_digits(out, u64::from(u32::from(active)), 16, 4);
            }
            plain => out.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Decimal.
pub(super) fn put_number(out: &mut Vec<u8>, number: u64) {
    put_digits(out, number, 10, 1);
}

/// Digits to this base, at least so many.
pub(super) fn put_digits(out: &mut Vec<u8>, mut number: u64, base: u64, digits_min: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while number > 0 {
        at -= 1;
        digits[at] = b"0123456789abcdef"[(number % base) as usize];
        number /= base;
    }
    out.extend_from_slice(&digits[at.min(digits.len() - digits_min)..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(write: impl FnOnce(&mut Fields<'_>)) -> String {
        let mut out = Vec::new();
        Fields(&mut out).object(write);
        let text = String::from_utf8(out).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        text
    }

    #[test]
    fn every_kind_of_field_is_json() {
        let text = json(|fields| {
            fields.number("n", 0);
            fields.number("most", u64::MAX);
            fields.signed_number("below", -5);
            fields.optional_number("none", None);
            fields.optional_text("nothing", None, 10);
            fields.objects("two", &[1, 2], |fields, number| fields.number("of", *number));
            fields.objects("empty", &[0; 0], |_, _| {});
            fields.digest("hash", 255);
            fields.texts("names", &["a\"".into(), "abcdef".into()], 3);
            fields.optional_object("cut", Some(&7), |fields, bytes| fields.number("bytes", *bytes));
        });
        assert_eq!(
            text,
            "{\"n\":0,\"most\":18446744073709551615,\"below\":-5,\"none\":null,\"nothing\":null,\
             \"two\":[{\"of\":1},{\"of\":2}],\"empty\":[],\"hash\":\"00000000000000ff\",\"names\":[\"a\\\"\",\"abc… [cut, 6 bytes in all]\"],\"cut\":{\"bytes\":7}}"
        );
    }

    #[test]
    fn texts_are_escaped_and_cut_after_a_whole_character() {
        let nasty = "a\"\\\n\r\t\0\u{1b}\u{7f}\u{9b}\u{202e}é漢😀";
        let text = json(|fields| fields.text("t", nasty, 100));
        assert_eq!(
            text,
            "{\"t\":\"a\\\"\\\\\\n\\r\\t\\u0000\\u001b\\u007f\\u009b\\u202eé漢😀\"}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["t"], nasty);
        assert_eq!(
            json(|fields| fields.text("t", "é漢😀", 4)),
            "{\"t\":\"é… [cut, 9 bytes in all]\"}"
        );
    }
}
