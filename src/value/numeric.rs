//! `numeric`: decimal numbers of any length.

use super::Format;

/// Binary signs (`src/backend/utils/adt/numeric.c`).
const SIGN_NEGATIVE: u16 = 0x4000;
const SIGN_NAN: u16 = 0xC000;
const SIGN_POSITIVE_INFINITY: u16 = 0xD000;
const SIGN_NEGATIVE_INFINITY: u16 = 0xF000;
/// Most digits after the point (`NUMERIC_DSCALE_MAX`).
const SCALE_MAX: usize = 0x3FFF;
/// Most digits before the point.
const INTEGER_DIGITS_MAX: usize = 131_072;

/// A numeric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numeric {
    /// A number.
    Number(Decimal),
    /// `NaN`
    NotANumber,
    /// `Infinity`
    Infinity,
    /// `-Infinity`
    NegativeInfinity,
}

/// A finite decimal number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    /// Below zero; never set for zero.
    pub negative: bool,
    /// Digits before the point, each 0 to 9, no leading zeros, at least one.
    pub integer: Vec<u8>,
    /// Digits after the point, as many as are displayed.
    pub fraction: Vec<u8>,
}

/// Precision and scale of `numeric(p, s)` from its type modifier; `None` where unconstrained.
pub fn precision_and_scale(type_modifier: i32) -> Option<(i32, i32)> {
    let packed = type_modifier.checked_sub(4).filter(|&packed| packed >= 0)?;
    // The scale is an 11-bit two's complement number (PostgreSQL 15 and newer; older ones never set the sign).
    let scale = ((packed & 0x7FF) ^ 1024) - 1024;
    Some(((packed >> 16) & 0xFFFF, scale))
}

impl Decimal {
    /// Whether all digits are 0.
    pub fn is_zero(&self) -> bool {
        self.integer.iter().chain(&self.fraction).all(|&digit| digit == 0)
    }

    /// How many digits after the point are left without trailing zeros.
    pub fn significant_fraction(&self) -> usize {
        self.fraction
            .iter()
            .rposition(|&digit| digit != 0)
            .map_or(0, |last| last + 1)
    }

    fn normalised(mut self) -> Decimal {
        let zeros = self.integer.iter().take_while(|&&digit| digit == 0).count();
        self.integer.drain(..zeros);
        if self.integer.is_empty() {
            self.integer.push(0);
        }
        self.negative &= !self.is_zero();
        self
    }

    fn parse(text: &[u8]) -> Option<Decimal> {
        let (negative, text) = match text.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let point = text.iter().position(|&byte| byte == b'.');
        let (integer, fraction) = match point {
            Some(point) => (&text[..point], &text[point + 1..]),
            None => (text, &[][..]),
        };
        let digits_only = integer.iter().chain(fraction).all(u8::is_ascii_digit);
        if integer.is_empty()
            || (point.is_some() && fraction.is_empty())
            || !digits_only
            || integer.len() > INTEGER_DIGITS_MAX
            || fraction.len() > SCALE_MAX
        {
            return None;
        }
        let values = |digits: &[u8]| digits.iter().map(|digit| digit - b'0').collect();
        Some(
            Decimal {
                negative,
                integer: values(integer),
                fraction: values(fraction),
            }
            .normalised(),
        )
    }

    fn push_text(&self, out: &mut Vec<u8>) {
        if self.negative {
            out.push(b'-');
        }
        out.extend(self.integer.iter().map(|digit| digit + b'0'));
        if !self.fraction.is_empty() {
            out.push(b'.');
            out.extend(self.fraction.iter().map(|digit| digit + b'0'));
        }
    }

    /// Groups of four decimal digits, aligned at the point, without zero groups at either end.
    fn push_binary(&self, out: &mut Vec<u8>) {
        let lead = (4 - self.integer.len() % 4) % 4;
        let mut digits = vec![0; lead];
        digits.extend_from_slice(&self.integer);
        let integer_groups = digits.len() / 4;
        digits.extend_from_slice(&self.fraction);
        digits.resize(digits.len().next_multiple_of(4), 0);
        let groups: Vec<u16> = digits
            .chunks_exact(4)
            .map(|group| group.iter().fold(0, |sum, &digit| sum * 10 + u16::from(digit)))
            .collect();
        let first = groups.iter().position(|&group| group != 0);
        let last = groups.iter().rposition(|&group| group != 0);
        let (significant, weight) = match (first, last) {
            (Some(first), Some(last)) => (&groups[first..=last], integer_groups as i64 - 1 - first as i64),
            _ => (&[][..], 0),
        };
        out.extend_from_slice(&(significant.len() as u16).to_be_bytes());
        out.extend_from_slice(&(weight as i16).to_be_bytes());
        out.extend_from_slice(&if self.negative { SIGN_NEGATIVE } else { 0 }.to_be_bytes());
        out.extend_from_slice(&(self.fraction.len() as u16).to_be_bytes());
        for group in significant {
            out.extend_from_slice(&group.to_be_bytes());
        }
    }

    fn from_binary(count: usize, weight: i16, negative: bool, scale: usize, groups: &[u8]) -> Option<Decimal> {
        if groups.len() != count * 2 || scale > SCALE_MAX {
            return None;
        }
        let group_at = |index: i64| -> u16 {
            let at = usize::try_from(index).unwrap_or(usize::MAX);
            groups
                .as_chunks::<2>()
                .0
                .get(at)
                .map_or(0, |pair| u16::from_be_bytes(*pair))
        };
        if groups
            .as_chunks::<2>()
            .0
            .iter()
            .any(|pair| u16::from_be_bytes(*pair) > 9999)
        {
            return None;
        }
        let push = |digits: &mut Vec<u8>, group: u16| {
            digits.extend([group / 1000, group / 100 % 10, group / 10 % 10, group % 10].map(|digit| digit as u8));
        };
        let weight = i64::from(weight);
        let mut integer = Vec::new();
        for index in 0..=weight {
            push(&mut integer, group_at(index));
        }
        let mut fraction = Vec::new();
        let mut index = weight + 1;
        // Groups between the point and the first one that is stored are zeros.
        let missing = (-1 - weight).max(0);
        if missing > 0 {
            fraction.resize(usize::try_from(missing * 4).ok()?.min(SCALE_MAX + 4), 0);
            index = 0;
        }
        while index < count as i64 {
            push(&mut fraction, group_at(index));
            index += 1;
        }
        // Digits that are not displayed would make the two forms of one value disagree.
        if fraction.iter().skip(scale).any(|&digit| digit != 0) {
            return None;
        }
        fraction.resize(scale, 0);
        Some(
            Decimal {
                negative,
                integer,
                fraction,
            }
            .normalised(),
        )
    }
}

impl Numeric {
    /// Reads the text or binary form.
    pub fn decode(format: Format, value: &[u8]) -> Option<Numeric> {
        if format == Format::Text {
            return match value {
                b"NaN" => Some(Numeric::NotANumber),
                b"Infinity" => Some(Numeric::Infinity),
                b"-Infinity" => Some(Numeric::NegativeInfinity),
                text => Decimal::parse(text).map(Numeric::Number),
            };
        }
        let (header, groups) = value.split_first_chunk::<8>()?;
        let part = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        match part(4) {
            SIGN_NAN => Some(Numeric::NotANumber),
            SIGN_POSITIVE_INFINITY => Some(Numeric::Infinity),
            SIGN_NEGATIVE_INFINITY => Some(Numeric::NegativeInfinity),
            sign @ (0 | SIGN_NEGATIVE) => {
                let scale = usize::from(part(6));
                Decimal::from_binary(part(0).into(), part(2) as i16, sign != 0, scale, groups).map(Numeric::Number)
            }
            _ => None,
        }
    }

    /// Appends the text or binary form.
    pub fn encode(&self, format: Format, out: &mut Vec<u8>) {
        let (text, sign) = match (self, format) {
            (Numeric::Number(number), Format::Text) => return number.push_text(out),
            (Numeric::Number(number), Format::Binary) => return number.push_binary(out),
            (Numeric::NotANumber, _) => (&b"NaN"[..], SIGN_NAN),
            (Numeric::Infinity, _) => (&b"Infinity"[..], SIGN_POSITIVE_INFINITY),
            (Numeric::NegativeInfinity, _) => (&b"-Infinity"[..], SIGN_NEGATIVE_INFINITY),
        };
        match format {
            Format::Text => out.extend_from_slice(text),
            Format::Binary => {
                out.extend_from_slice(&[0; 4]);
                out.extend_from_slice(&sign.to_be_bytes());
                out.extend_from_slice(&[0; 2]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_round_trip() {
        for text in [
            "0",
            "0.00",
            "1",
            "-1",
            "9999",
            "10000",
            "12345678.9",
            "-0.0001",
            "0.00012345",
            "100000000",
            "1234567890123456789012.50",
            "NaN",
            "Infinity",
            "-Infinity",
        ] {
            let numeric = Numeric::decode(Format::Text, text.as_bytes()).expect(text);
            let mut out = Vec::new();
            numeric.encode(Format::Binary, &mut out);
            assert_eq!(Numeric::decode(Format::Binary, &out).as_ref(), Some(&numeric), "{text}");
            out.clear();
            numeric.encode(Format::Text, &mut out);
            assert_eq!(out, text.as_bytes());
        }
    }

    #[test]
    fn binary_is_the_servers() {
        // SELECT numeric_send(12345678.9), numeric_send(-0.0001), numeric_send(0.00)
        for (text, bytes) in [
            ("12345678.9", &[0, 3, 0, 1, 0, 0, 0, 1, 4, 210, 22, 46, 35, 40][..]),
            ("-0.0001", &[0, 1, 255, 255, 64, 0, 0, 4, 0, 1]),
            ("0.00", &[0, 0, 0, 0, 0, 0, 0, 2]),
        ] {
            let mut out = Vec::new();
            Numeric::decode(Format::Text, text.as_bytes())
                .expect(text)
                .encode(Format::Binary, &mut out);
            assert_eq!(out, bytes, "{text}");
        }
    }

    #[test]
    fn broken_forms_are_refused() {
        for text in ["", "-", ".5", "5.", "1e5", "1.2.3", "+1", " 1", "nan"] {
            assert_eq!(Numeric::decode(Format::Text, text.as_bytes()), None, "{text}");
        }
        for bytes in [
            &[][..],
            &[0, 1, 0, 0, 0, 0, 0, 0],
            &[0, 1, 0, 0, 0, 0, 0, 0, 39, 16],
            &[0, 1, 0, 0, 18, 52, 0, 0, 0, 1],
            &[0, 1, 255, 255, 0, 0, 0, 1, 0, 1],
        ] {
            assert_eq!(Numeric::decode(Format::Binary, bytes), None, "{bytes:?}");
        }
        // The smallest weight there is.
        assert_eq!(Numeric::decode(Format::Binary, &[0, 1, 128, 0, 0, 0, 0, 1, 0, 1]), None);
    }

    #[test]
    fn type_modifiers() {
        assert_eq!(precision_and_scale(-1), None);
        assert_eq!(precision_and_scale((10 << 16 | 2) + 4), Some((10, 2)));
        assert_eq!(precision_and_scale((5 << 16 | (0x7FF & -2)) + 4), Some((5, -2)));
    }
}
