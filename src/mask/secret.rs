//! Password hashes: well-formed hashes of passwords that nobody knows.

use super::build::{Function, TextMask};
use super::contract::{Contract, Kind, TypeFamily, Uniqueness};
use super::prf::{Prf, Stream};

pub(super) static PASSWORD_HASH: Kind = Kind {
    contract: Contract::keyed(
        "password_hash",
        "A well-formed hash of a password that nobody knows, of the same scheme, parameters and length (bcrypt, argon2, scrypt, PBKDF2 as Django and Passlib write it, crypt's $1$, $5$ and $6$, SCRAM, md5 of PostgreSQL); anything else becomes a bcrypt hash of cost 10.",
        &[TypeFamily::Text],
        "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
    )
    .unique(Uniqueness::Keeps),
    build: |build| Function::text(PasswordHash(build.prf())),
};

struct PasswordHash(Prf);

/// What a scheme writes bytes with.
type Alphabet = &'static [u8];

const BCRYPT: Alphabet = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const CRYPT: Alphabet = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64: Alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Passlib's: a full stop for the plus.
const ADAPTED_BASE64: Alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./";
const HEX: Alphabet = b"0123456789abcdef";
const ALPHANUMERIC: Alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Characters of a bcrypt hash behind the cost: 22 of salt, 31 of hash.
const BCRYPT_SALT: usize = 22;
const BCRYPT_HASH: usize = 31;
/// A whole bcrypt hash.
const BCRYPT_LENGTH: usize = 60;
/// Fewer characters than this are no hash.
const HASH_MIN: usize = 20;

/// The parts that are drawn anew: where each begins and ends, and its alphabet.
type Parts = Vec<(usize, usize, Alphabet)>;

impl TextMask for PasswordHash {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let mut stream = Stream::new(&self.0, value);
        match parts(value) {
            Some(parts) => {
                let start = out.len();
                out.extend_from_slice(value);
                for (from, to, alphabet) in parts {
                    draw_part(&mut stream, alphabet, &mut out[start + from..start + to]);
                }
            }
            None if limit >= BCRYPT_LENGTH => {
                out.extend_from_slice(b"$2b$10$");
                let start = out.len();
                out.resize(start + BCRYPT_SALT + BCRYPT_HASH, b'.');
                draw_part(&mut stream, BCRYPT, &mut out[start..start + BCRYPT_SALT]);
                draw_part(&mut stream, BCRYPT, &mut out[start + BCRYPT_SALT..]);
            }
            None => {
                let start = out.len();
                out.resize(start + limit, b'0');
                draw_part(&mut stream, HEX, &mut out[start..]);
            }
        }
        Some(())
    }

    fn uniqueness(&self, limit: usize, _at_best: Uniqueness) -> Uniqueness {
        // The shortest known hash has 20 characters of 4 bits; where bcrypt does not fit, there is one of 4 bits for each.
        if limit >= HASH_MIN {
            Uniqueness::Keeps
        } else {
            Uniqueness::Usually
        }
    }
}

/// Fills a part. The last character of a whole number of bytes in base 64 has bits that must be zero, and padding stays.
fn draw_part(stream: &mut Stream<'_>, alphabet: Alphabet, part: &mut [u8]) {
    let drawn = part.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    for place in &mut part[..drawn] {
        *place = alphabet[stream.below(alphabet.len() as u64) as usize];
    }
    if alphabet.len() == 64 && drawn > 0 {
        // Two bits too many behind 4n + 3 characters, four behind 4n + 2.
        let unused = match drawn % 4 {
            3 => 4,
            2 => 16,
            _ => 1,
        };
        let index = alphabet.iter().position(|byte| *byte == part[drawn - 1]).unwrap_or(0);
        part[drawn - 1] = alphabet[index - index % unused];
    }
}

fn is_one_of(scheme: &[u8], known: &[&str]) -> bool {
    known.iter().any(|known| known.as_bytes() == scheme)
}

/// `12`, `v=19`, `m=65536,t=3,p=4`, `rounds=5000`.
fn is_parameter(field: &[u8]) -> bool {
    field.split(|byte| *byte == b',').all(|part| {
        let number = match part.iter().position(|byte| *byte == b'=') {
            Some(equals) if is_one_of(&part[..equals], &["m", "t", "p", "v", "ln", "r", "rounds"]) => {
                &part[equals + 1..]
            }
            Some(_) => return false,
            None => part,
        };
        (1..=10).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)
    })
}

/// `scrypt:32768:8:1`, `pbkdf2:sha256:260000`.
fn is_werkzeug(scheme: &[u8]) -> bool {
    let mut words = scheme.split(|byte| *byte == b':');
    words.next().is_some_and(|name| is_one_of(name, &["scrypt", "pbkdf2"]))
        && words.all(|word| is_parameter(word) || is_one_of(word, &["sha1", "sha256", "sha512"]))
}

/// The parts of a hash of a known scheme.
fn parts(value: &[u8]) -> Option<Parts> {
    let is_of = |alphabet: Alphabet, part: &[u8]| {
        let end = part.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
        part[..end].iter().all(|byte| alphabet.contains(byte))
    };
    // Offsets of the fields between separators, however they are grouped.
    let fields = |separator: u8| -> Vec<(usize, usize)> {
        let mut fields = Vec::new();
        let mut start = 0;
        for (at, byte) in value.iter().enumerate() {
            if *byte == separator {
                fields.push((start, at));
                start = at + 1;
            }
        }
        fields.push((start, value.len()));
        fields
    };
    let at = |(from, to): (usize, usize)| &value[from..to];
    // What stays must be nothing but the scheme and numbers.
    let is_parameters = |fields: &[(usize, usize)]| fields.iter().all(|field| is_parameter(at(*field)));
    let checked = |found: &[((usize, usize), Alphabet)]| -> Option<Parts> {
        let fits = found.iter().all(|(field, alphabet)| is_of(alphabet, at(*field)));
        let longest = found.iter().map(|((from, to), _)| to - from).max().unwrap_or(0);
        (fits && longest >= HASH_MIN).then(|| {
            found
                .iter()
                .map(|((from, to), alphabet)| (*from, *to, *alphabet))
                .collect()
        })
    };
    if let Some(digits) = value.strip_prefix(b"md5") {
        return (digits.len() == 32).then(|| checked(&[((3, 35), HEX)])).flatten();
    }
    if value.starts_with(b"SCRAM-SHA-256$") {
        // SCRAM-SHA-256$4096:salt$stored:server
        let [_, (salt_from, salt_to), (keys_from, keys_to)] = fields(b'$')[..] else {
            return None;
        };
        let colon = value[salt_from..salt_to].iter().position(|byte| *byte == b':')?;
        if !is_parameter(&value[salt_from..salt_from + colon]) {
            return None;
        }
        let salt = salt_from + colon + 1;
        let server = keys_from + value[keys_from..keys_to].iter().position(|byte| *byte == b':')?;
        return checked(&[
            ((salt, salt_to), BASE64),
            ((keys_from, server), BASE64),
            ((server + 1, keys_to), BASE64),
        ]);
    }
    let fields = fields(b'$');
    match (at(fields[0]), &fields[1..]) {
        // $2b$12$salt and hash in one.
        (b"", [scheme, cost, hash])
            if is_one_of(at(*scheme), &["2", "2a", "2b", "2x", "2y"]) && is_parameters(&[*cost]) =>
        {
            let (from, to) = *hash;
            (to - from == BCRYPT_SALT + BCRYPT_HASH)
                .then(|| checked(&[((from, from + BCRYPT_SALT), BCRYPT), ((from + BCRYPT_SALT, to), BCRYPT)]))?
        }
        (b"", [scheme, parameters @ .., salt, hash])
            if is_one_of(at(*scheme), &["argon2i", "argon2d", "argon2id"]) && is_parameters(parameters) =>
        {
            checked(&[(*salt, BASE64), (*hash, BASE64)])
        }
        (b"", [scheme, cost, salt, hash])
            if is_one_of(at(*scheme), &["pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512", "scrypt"])
                && is_parameters(&[*cost]) =>
        {
            checked(&[(*salt, ADAPTED_BASE64), (*hash, ADAPTED_BASE64)])
        }
        (b"", [scheme, parameters @ .., salt, hash])
            if is_one_of(at(*scheme), &["1", "5", "6"]) && is_parameters(parameters) =>
        {
            checked(&[(*salt, CRYPT), (*hash, CRYPT)])
        }
        // Django: pbkdf2_sha256$260000$salt$hash.
        (scheme, [cost, salt, hash])
            if is_one_of(scheme, &["pbkdf2_sha256", "pbkdf2_sha1"]) && is_parameters(&[*cost]) =>
        {
            checked(&[(*salt, ALPHANUMERIC), (*hash, BASE64)])
        }
        // Werkzeug: scrypt:32768:8:1$salt$hexadecimal.
        (scheme, [salt, hash]) if is_werkzeug(scheme) => checked(&[(*salt, ALPHANUMERIC), (*hash, HEX)]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use super::*;
    use crate::value::oid;

    const KNOWN: [&str; 9] = [
        "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$iNHmIkXAsQQjCBBWRsqTgSSiAfSxVkDfZ7yX1Jx6iDU",
        "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
        "$6$rounds=5000$usesomesillystri$KqJWpanXZHKq2BOB43TSaYhEWsQ1Lr5QNyPCDH/Tp.6",
        "pbkdf2_sha256$260000$Zs3Vw2pFvY8x$2uOG7dTfXU4Nk3c1l0eBzY7s8mB7n1l0uGJx9vT3r0k=",
        "scrypt:32768:8:1$Tb8vYk2LQ1$0123456789abcdef0123456789abcdef0123456789abcdef",
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "md5a3556571e93b0d20722ba62be61e8c2d",
        "$1$abcdefgh$G8mVrHYHFHqPfZQzYQd7z/",
    ];

    #[test]
    fn schemes_and_parameters_stay() {
        let spec = parsed("\"password_hash\"");
        for value in KNOWN {
            let shown = masked(&spec, oid::TEXT, -1, value);
            assert!(parts(value.as_bytes()).is_some(), "{value}");
            assert_eq!(shown.len(), value.len());
            let punctuation = |text: &str| -> Vec<(usize, char)> {
                text.char_indices()
                    .filter(|(_, c)| matches!(c, '$' | ':' | ',' | '='))
                    .collect()
            };
            assert_eq!(punctuation(&shown), punctuation(value), "{shown}");
            let found = parts(value.as_bytes()).expect("parts");
            assert_eq!(shown[..found[0].0], value[..found[0].0]);
            for (from, to, _) in found {
                assert_ne!(shown[from..to], value[from..to], "{shown}");
            }
        }
    }

    #[test]
    fn what_is_no_known_hash_becomes_one() {
        let spec = parsed("\"password_hash\"");
        for value in [
            "hunter2",
            "$2b$12$short",
            "$9$x$y",
            "md5xyz",
            "$2mary$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
            "$argon2id$mary$c29tZXNhbHRzb21lc2FsdA$iNHmIkXAsQQjCBBWRsqTgSSiAfSxVkDfZ7yX1Jx6iDU",
        ] {
            let shown = masked(&spec, oid::TEXT, -1, value);
            assert!(
                shown.starts_with("$2b$10$") && parts(shown.as_bytes()).is_some(),
                "{shown}"
            );
        }
        assert_eq!(masked(&spec, oid::VARCHAR, 4 + 32, "hunter2").len(), 32);
    }

    /// bcrypt's salt is 16 bytes, its hash 23: the last characters have 2 of 6 and 4 of 6 bits.
    #[test]
    fn bcrypt_decodes() {
        let spec = parsed("\"password_hash\"");
        for number in 0..200 {
            let shown = masked(&spec, oid::TEXT, -1, &number.to_string());
            let index = |at: usize| {
                BCRYPT
                    .iter()
                    .position(|byte| *byte == shown.as_bytes()[at])
                    .expect("a character")
            };
            assert_eq!(index(28) % 16, 0, "{shown}");
            assert_eq!(index(59) % 4, 0, "{shown}");
        }
    }
}
