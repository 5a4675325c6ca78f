//! What sampled values look like.

use std::net::IpAddr;

use crate::mask::{Recognised, is_first_name, is_last_name, recognise};

use super::kind::Kind;

/// How much of a text is read.
const READ_CHARACTERS_MAX: usize = 4000;

/// What one value looks like, if it looks like anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Look {
    /// An email address, a card, an IBAN, an IP or hardware address, a password's hash, a token: the form proves it.
    Formed(Kind),
    /// A national identity number of this country's scheme.
    NationalId(&'static str),
    /// A phone number, as people write them.
    Phone,
    /// A known first name and nothing else.
    FirstName,
    /// A known last name and nothing else.
    LastName,
    /// Two to four capitalised words, a known first name among them, or a title before.
    FullName,
    /// A number and a word for a street.
    Street,
    /// Two numbers that are a latitude and a longitude.
    Coordinates,
    /// A longer text that holds something of the above.
    TextWith(Kind),
    /// A longer text that holds nothing of it.
    Text,
}

/// What a value looks like.
pub fn look(value: &str) -> Option<Look> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    if is_email(value) {
        return Some(Look::Formed(Kind::Email));
    }
    if let Some(kind) = secret(value) {
        return Some(Look::Formed(kind));
    }
    match recognise(value) {
        Some(Recognised::Card) => return Some(Look::Formed(Kind::Card)),
        Some(Recognised::Iban) => return Some(Look::Formed(Kind::Iban)),
        Some(Recognised::NationalId(country)) => return Some(Look::NationalId(country)),
        None => {}
    }
    if value
        .split('/')
        .next()
        .is_some_and(|address| address.parse::<IpAddr>().is_ok())
    {
        return Some(Look::Formed(Kind::IpAddress));
    }
    if is_hardware_address(value) {
        return Some(Look::Formed(Kind::MacAddress));
    }
    if is_position(value) {
        return Some(Look::Coordinates);
    }
    if is_phone(value) {
        return Some(Look::Phone);
    }
    person(value)
        .or_else(|| is_street(value).then_some(Look::Street))
        .or_else(|| longer(value))
}

/// What a text that stands in a definition or a comment tells of people, if it surely does.
pub fn personal_text(text: &str) -> Option<Kind> {
    match look(text)? {
        Look::Formed(kind @ (Kind::Email | Kind::Card | Kind::Iban | Kind::Secret | Kind::PasswordHash)) => Some(kind),
        Look::NationalId(_) => Some(Kind::NationalId),
        Look::TextWith(kind) if kind != Kind::FullName => Some(kind),
        _ => None,
    }
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else {
        return false;
    };
    let is_plain =
        |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "<>()[],;:\"".contains(c));
    is_plain(local)
        && is_plain(domain)
        && domain.split('.').count() > 1
        && domain
            .split('.')
            .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

/// Hashes of passwords and tokens that carry their kind in front.
fn secret(value: &str) -> Option<Kind> {
    const HASHES: [&str; 12] = [
        "$2a$",
        "$2b$",
        "$2y$",
        "$argon2",
        "$5$",
        "$6$",
        "$y$",
        "pbkdf2_",
        "SCRAM-SHA-256$",
        "bcrypt$",
        "scrypt:",
        "{SSHA}",
    ];
    const TOKENS: [&str; 10] = [
        "sk_live_",
        "rk_live_",
        "AKIA",
        "ghp_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "-----BEGIN",
        "eyJhbGciOi",
    ];
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| value.starts_with(prefix));
    if value.len() > 20 && starts(&HASHES) {
        return Some(Kind::PasswordHash);
    }
    (value.len() > 15 && starts(&TOKENS)).then_some(Kind::Secret)
}

fn is_hardware_address(value: &str) -> bool {
    let parts: Vec<&str> = value.split([':', '-']).collect();
    matches!(parts.len(), 6 | 8)
        && parts
            .iter()
            .all(|part| part.len() == 2 && part.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Written with a plus sign, brackets or separators; a plain run of digits may be anything.
fn is_phone(value: &str) -> bool {
    let number = value.split(['x', 'e']).next().unwrap_or(value);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let separators = number.chars().filter(|c| " -./()".contains(*c)).count();
    let is_written = value.starts_with('+')
        || value.starts_with('(')
        || separators >= 2
        || (separators == 1 && number.contains(['-', ' ']));
    let is_date = number.len() == 10 && number.split(['-', '/', '.']).count() == 3;
    (7..=15).contains(&digits)
        && is_written
        && !is_date
        && number.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c))
        && !number.contains('.') | (number.matches('.').count() > 1)
}

fn is_position(value: &str) -> bool {
    let inner = value.trim_start_matches('(').trim_end_matches(')');
    let Some((first, second)) = inner.split_once(',') else {
        return false;
    };
    let number = |text: &str| {
        text.trim()
            .contains('.')
            .then(|| text.trim().parse::<f64>().ok())
            .flatten()
    };
    match (number(first), number(second)) {
        (Some(first), Some(second)) => {
            first.abs() <= 180.0 && second.abs() <= 180.0 && first.abs().min(second.abs()) <= 90.0
        }
        _ => false,
    }
}

fn person(value: &str) -> Option<Look> {
    const TITLES: [&str; 10] = ["Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Herr", "Frau", "Mme", "Sr"];
    let words: Vec<&str> = value.split_whitespace().collect();
    let is_name = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || "'-.".contains(c))
    };
    let (first, last) = (*words.first()?, *words.last()?);
    match words.len() {
        1 if is_first_name(first) => Some(Look::FirstName),
        1 if is_last_name(first) => Some(Look::LastName),
        2..=4 if words.iter().all(|word| is_name(&word)) => {
            let is_titled = TITLES.contains(&first.trim_end_matches('.'));
            (is_titled || is_first_name(first) || (is_last_name(last) && words.len() == 2)).then_some(Look::FullName)
        }
        _ => None,
    }
}

fn is_street(value: &str) -> bool {
    const WORDS: [&str; 24] = [
        "street",
        "st",
        "st.",
        "road",
        "rd",
        "rd.",
        "avenue",
        "ave",
        "ave.",
        "lane",
        "drive",
        "dr.",
        "boulevard",
        "blvd",
        "way",
        "parkway",
        "place",
        "court",
        "rue",
        "calle",
        "rua",
        "via",
        "platz",
        "av.",
    ];
    let lower = value.to_lowercase();
    let has_word = lower.split([' ', ',']).any(|word| {
        WORDS.contains(&word) || word.ends_with("straße") || word.ends_with("strasse") || word.ends_with("str.")
    });
    value.len() < 120 && value.chars().any(|c| c.is_ascii_digit()) && has_word
}

/// A text of several words: what stands in it.
fn longer(value: &str) -> Option<Look> {
    let text: String = value.chars().take(READ_CHARACTERS_MAX).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < 5 {
        return None;
    }
    let trimmed = |word: &str| {
        word.trim_matches(|c: char| ",;:!?()<>\"'".contains(c))
            .trim_end_matches('.')
            .to_owned()
    };
    for word in &words {
        let word = trimmed(word);
        if is_email(&word) {
            return Some(Look::TextWith(Kind::Email));
        }
        match recognise(&word) {
            Some(Recognised::Iban) => return Some(Look::TextWith(Kind::Iban)),
            Some(Recognised::Card) => return Some(Look::TextWith(Kind::Card)),
            Some(Recognised::NationalId(_)) => return Some(Look::TextWith(Kind::NationalId)),
            None if word.starts_with('+') && is_phone(&word) => return Some(Look::TextWith(Kind::Phone)),
            None => {}
        }
    }
    let is_full_name = |pair: &[&str]| {
        let (first, second) = (trimmed(pair[0]), trimmed(pair[1]));
        let is_upper = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
        is_upper(&first)
            && is_upper(&second)
            && is_first_name(&first)
            && (is_last_name(&second) || pair[0].len() == first.len())
    };
    if words.windows(2).any(is_full_name) {
        return Some(Look::TextWith(Kind::FullName));
    }
    Some(Look::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks() {
        let cases = [
            ("mary.smith@sakilacustomer.org", Some(Look::Formed(Kind::Email))),
            ("not@mail", None),
            (
                "$2b$12$KIXQ0p1J4d5uN8z6f1o0IeYk1q2w3e4r5t6y7u8i9o0p1a2s3d4f5",
                Some(Look::Formed(Kind::PasswordHash)),
            ),
            ("4111-1111-1111-1111", Some(Look::Formed(Kind::Card))),
            ("192.168.1.20", Some(Look::Formed(Kind::IpAddress))),
            ("2001:db8::1/64", Some(Look::Formed(Kind::IpAddress))),
            ("08:00:2b:01:02:03", Some(Look::Formed(Kind::MacAddress))),
            ("(206) 555-9857", Some(Look::Phone)),
            ("+55 (12) 3923-5555", Some(Look::Phone)),
            ("2024-03-07", None),
            ("12.50", None),
            ("48.8566, 2.3522", Some(Look::Coordinates)),
            ("Ana", Some(Look::FirstName)),
            ("Ana Trujillo", Some(Look::FullName)),
            ("Obere Str. 57", Some(Look::Street)),
            ("507 20th Ave. E. Apt. 2A", Some(Look::Street)),
            (
                "please write to ana@example.org about this",
                Some(Look::TextWith(Kind::Email)),
            ),
            ("a long description of a thing in words", Some(Look::Text)),
            ("Chai", None),
            ("", None),
        ];
        for (value, expected) in cases {
            assert_eq!(look(value), expected, "{value}");
        }
    }
}
