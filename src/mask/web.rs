//! Addresses of pages and names of files, whose form stays.

use super::build::{Function, TextMask};
use super::contract::{Contract, Kind, TypeFamily, Uniqueness};
use super::identifier::{push_digits, uniqueness_of_bits};
use super::prf::Prf;
use super::shape;
use super::words::{WORDS, pick};

pub(super) static URL_SHAPE: Kind = Kind {
    contract: Contract::keyed(
        "url_shape",
        "Another address of the same form: scheme, port, the number of path segments, file extension and the names of query parameters stay; the host becomes one of a reserved domain (RFC 2606), all else is drawn anew. What is no address becomes one.",
        &[TypeFamily::Text],
        "https://mary.blog:8080/photos/2021/beach.jpg?user=mary&size=2#top",
    )
    .unique(Uniqueness::Keeps)
    .growing(),
    build: |build| {
        Function::text(UrlShape {
            host: build.prf(),
            rest: build.prf_for("url_shape rest"),
        })
    },
};

pub(super) static FILE_NAME: Kind = Kind {
    contract: Contract::keyed(
        "file_name",
        "Another file name; a common extension stays, directories before it are left out.",
        &[TypeFamily::Text],
        "Scan_Mary_Smith.pdf",
    )
    .unique(Uniqueness::Keeps),
    build: |build| Function::text(FileName(build.prf())),
};

/// Characters of the keyed function in a host or file name: 80 bits.
const DIGITS: usize = 16;
/// Extensions that stay, in either case. Any other could as well be part of a name.
#[rustfmt::skip]
const EXTENSIONS: &[&str] = &[
    "7z", "aac", "asp", "aspx", "avi", "bin", "bmp", "bz2", "cgi", "conf", "css", "csv", "doc", "docx", "dwg", "eml", "eps", "epub",
    "flac", "gif", "gz", "heic", "htm", "html", "ico", "ics", "ini", "iso", "jar", "jpeg", "jpg", "js", "json", "jsp", "key", "log",
    "m4a", "md", "mov", "mp3", "mp4", "mpeg", "msg", "odp", "ods", "odt", "ogg", "pdf", "php", "png", "ppt", "pptx", "psd", "py", "rar",
    "rtf", "sh", "sql", "svg", "tar", "tex", "tif", "tiff", "toml", "tsv", "txt", "vcf", "wav", "webm", "webp", "wma", "wmv", "xls",
    "xlsx", "xml", "yaml", "yml", "zip",
];
/// The longest of them.
const EXTENSION_MAX: usize = 4;

struct FileName(Prf);

/// The extension with its point, if there is one that is known.
fn extension(name: &[u8]) -> &[u8] {
    let Some(point) = name.iter().rposition(|byte| *byte == b'.') else {
        return b"";
    };
    let is_known = EXTENSIONS
        .iter()
        .any(|known| name[point + 1..].eq_ignore_ascii_case(known.as_bytes()));
    if is_known && point > 0 { &name[point..] } else { b"" }
}

impl TextMask for FileName {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        let base = value
            .rsplit(|byte| matches!(byte, b'/' | b'\\'))
            .next()
            .unwrap_or(value);
        let extension = extension(base);
        let mut draw = self.0.draw(value);
        let word = pick(&WORDS.plain, draw.bits(8) as usize, value);
        let room = limit.saturating_sub(extension.len());
        let digits = if room == 0 { limit } else { room }.min(DIGITS);
        if word.len() + 1 + DIGITS <= room {
            out.extend_from_slice(word.as_bytes());
            out.push(b'-');
        }
        push_digits(draw.rest(), digits, out);
        if room > 0 {
            out.extend_from_slice(extension);
        }
        debug_assert!(out.len() - start <= limit);
        Some(())
    }

    fn uniqueness(&self, limit: usize, _at_best: Uniqueness) -> Uniqueness {
        uniqueness_of_bits(limit.saturating_sub(EXTENSION_MAX + 1).min(DIGITS) * 5)
    }
}

struct UrlShape {
    host: Prf,
    /// For strings of a shape.
    rest: Prf,
}

impl TextMask for UrlShape {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        let (scheme, behind) = match value.windows(3).position(|part| part == b"://") {
            Some(end)
                if end > 0
                    && value[..end]
                        .iter()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)) =>
            {
                (&value[..end], &value[end + 3..])
            }
            _ => (&b"https"[..], &b""[..]),
        };
        out.extend_from_slice(scheme);
        out.extend_from_slice(b"://");
        push_digits(self.host.draw(value).rest(), DIGITS, out);
        out.extend_from_slice(b".example.org");
        let authority = behind
            .iter()
            .position(|byte| b"/?#".contains(byte))
            .unwrap_or(behind.len());
        let (authority, rest) = behind.split_at(authority);
        let port = authority.rsplit(|byte| *byte == b':').next().unwrap_or_default();
        if port.len() < authority.len() && (1..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit) {
            out.push(b':');
            out.extend_from_slice(port);
        }
        self.push_rest(rest, out);
        if crate::value::text::characters(&out[start..]) > limit {
            // Only what matters: an address that nobody else has.
            out.truncate(start);
            let room = limit.checked_sub(b"http://.test".len() + 1)?;
            out.extend_from_slice(b"http://");
            push_digits(self.host.draw(value).rest(), (room + 1).min(DIGITS), out);
            out.extend_from_slice(b".test");
        }
        Some(())
    }

    fn uniqueness(&self, limit: usize, _at_best: Uniqueness) -> Uniqueness {
        uniqueness_of_bits(limit.saturating_sub(b"http://.test".len()).min(DIGITS) * 5)
    }
}

impl UrlShape {
    /// Path, query and fragment.
    fn push_rest(&self, rest: &[u8], out: &mut Vec<u8>) {
        let fragment = rest.iter().position(|byte| *byte == b'#').unwrap_or(rest.len());
        let (rest, fragment) = rest.split_at(fragment);
        let query = rest.iter().position(|byte| *byte == b'?').unwrap_or(rest.len());
        let (path, query) = rest.split_at(query);
        for (index, segment) in path.split(|byte| *byte == b'/').enumerate() {
            if index > 0 {
                out.push(b'/');
            }
            let kept = extension(segment);
            self.push_part(&segment[..segment.len() - kept.len()], out);
            out.extend_from_slice(kept);
        }
        for (index, parameter) in query.split(|byte| matches!(byte, b'?' | b'&')).enumerate().skip(1) {
            out.push(if index == 1 { b'?' } else { b'&' });
            match parameter.iter().position(|byte| *byte == b'=') {
                Some(equals) => {
                    out.extend_from_slice(&parameter[..=equals]);
                    self.push_part(&parameter[equals + 1..], out);
                }
                None => self.push_part(parameter, out),
            }
        }
        if let Some(fragment) = fragment.strip_prefix(b"#") {
            out.push(b'#');
            self.push_part(fragment, out);
        }
    }

    /// A part of the same shape; escapes such as %20 become letters, since escapes of other bytes may not be allowed.
    fn push_part(&self, part: &[u8], out: &mut Vec<u8>) {
        let plain = |byte: &u8| {
            if byte.is_ascii_alphanumeric() || b"-_.".contains(byte) {
                *byte
            } else {
                b'x'
            }
        };
        let plain: Vec<u8> = part.iter().map(plain).collect();
        shape::mask(&self.rest, &plain, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use crate::value::oid;

    #[test]
    fn addresses_keep_their_form() {
        let spec = parsed("\"url_shape\"");
        let shown = masked(
            &spec,
            oid::TEXT,
            -1,
            "http://a.b:80/photos/x/beach.jpg?user=mary&y=2#top",
        );
        assert!(
            shown.starts_with("http://") && shown.contains(".example.org:80/") && shown.contains(".jpg?user="),
            "{shown}"
        );
        assert_eq!((shown.matches('/').count(), shown.matches('&').count()), (5, 1));
        assert!(!shown.contains("mary") && !shown.contains("beach"));
        assert!(masked(&spec, oid::TEXT, -1, "mary").starts_with("https://"));
        assert!(masked(&spec, oid::VARCHAR, 4 + 30, "https://mary.blog/a/b/c").ends_with(".test"));
        let credentials = masked(&spec, oid::TEXT, -1, "https://mary:secret@host/p");
        assert!(
            !credentials.contains("mary") && !credentials.contains("secret"),
            "{credentials}"
        );
    }

    #[test]
    fn files_keep_their_extension() {
        let spec = parsed("\"file_name\"");
        for (value, extension) in [
            ("Mary Smith.pdf", ".pdf"),
            ("/home/mary/cv.docx", ".docx"),
            ("archive.tar.gz", ".gz"),
            ("mary", ""),
            ("x.2021", ""),
            ("mary.smith", ""),
            (".mary", ""),
        ] {
            let shown = masked(&spec, oid::TEXT, -1, value);
            assert!(
                shown.ends_with(extension) && shown.contains('.') != extension.is_empty(),
                "{shown}"
            );
            assert!(!shown.contains("mary"), "{shown}");
        }
        assert_eq!(masked(&spec, oid::VARCHAR, 4 + 4, "a.pdf").len(), 4);
        assert_eq!(masked(&spec, oid::VARCHAR, 4 + 10, "aaaaaa.pdf").len(), 10);
    }
}
