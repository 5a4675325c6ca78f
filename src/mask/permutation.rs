//! Keyed permutations: of numbers of so many bits, and of strings over small alphabets.
//!
//! Both are Feistel networks whose two halves need not be of one size, alternating as in FF1 (NIST SP 800-38G) and with
//! its ten rounds. Each round changes one half by a function of the other half only, so it can be undone whatever that
//! function is: the whole is a permutation, and different inputs have different outputs, with certainty.

use super::prf::{BLOCK_BYTES, Lanes, Prf};

/// Rounds of FF1.
const ROUNDS: u8 = 10;

/// Permutes the numbers of `bits` bits (1 to 128). `prf` must serve this purpose alone.
pub(super) fn permute_bits(prf: &Prf, bits: u32, number: u128) -> u128 {
    let low_bits = bits - bits / 2;
    let low_mask = u64::MAX >> (64 - low_bits);
    let high_mask = low_mask >> (low_bits * 2 - bits);
    let mut halves: Lanes = [(number >> low_bits) as u64 & high_mask, number as u64 & low_mask];
    // Both lanes always go through the same steps, so that the state stays in one vector register: see `Lanes`.
    let kept = [[0, u64::MAX], [u64::MAX, 0]];
    let changed = [[high_mask, 0], [0, low_mask]];
    for round in 0..ROUNDS {
        let (kept, changed) = (kept[usize::from(round % 2)], changed[usize::from(round % 2)]);
        // A block holds one half, and in the other's place the round and the width.
        let tweak = !(u64::from(round) << 8 | u64::from(bits)).to_be();
        let mixed = prf.block_of_lanes([
            halves[0] & kept[0] | tweak & !kept[0],
            halves[1] & kept[1] | tweak & !kept[1],
        ]);
        halves = [
            halves[0] ^ mixed[0].to_le() & changed[0],
            halves[1] ^ mixed[1].to_le() & changed[1],
        ];
    }
    u128::from(halves[0]) << low_bits | u128::from(halves[1])
}

/// One letter of a string: its place in an alphabet, and how large that alphabet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Letter {
    pub(super) place: u32,
    pub(super) alphabet: u32,
}

impl Letter {
    fn add(&mut self, drawn: u32) {
        let sum = self.place + drawn;
        self.place = if sum >= self.alphabet { sum - self.alphabet } else { sum };
    }
}

/// First byte of the messages of short strings.
const SHORT: u8 = 0xFE;
/// Half of a string whose rounds need no allocation.
const SHORT_HALF: usize = 32;
/// Round and length of the string, before the half in a round's message.
const HEADER_BYTES: usize = 2;

/// Permutes the strings over the same alphabets at the same places.
pub(super) fn permute_letters(prf: &Prf, letters: &mut [Letter]) {
    let (left, right) = letters.split_at_mut(letters.len() / 2);
    match (strings(left), strings(right)) {
        (Some(left_strings), Some(right_strings)) => permute_short(prf, (left, left_strings), (right, right_strings)),
        _ => permute_long(prf, left, right),
    }
}

/// How many strings there are over these alphabets, if fewer than 2^32: then a half is one number, and 64 random bits
/// added to it favour no sum by more than 1 in 2^32.
fn strings(letters: &[Letter]) -> Option<u64> {
    let product = letters
        .iter()
        .try_fold(1u64, |product, letter| product.checked_mul(letter.alphabet.into()))?;
    (product < 1 << 32).then_some(product)
}

/// Each half as one number, its letters being the digits; a round is one block of the cipher.
fn permute_short(prf: &Prf, left: (&mut [Letter], u64), right: (&mut [Letter], u64)) {
    let ((left, left_strings), (right, right_strings)) = (left, right);
    let number = |letters: &[Letter]| {
        letters.iter().fold(0, |number, letter| {
            number * u64::from(letter.alphabet) + u64::from(letter.place)
        })
    };
    let (mut left_number, mut right_number) = (number(left), number(right));
    let mut message = [0; BLOCK_BYTES];
    // In place of the round that a long string's message begins with.
    message[..4].copy_from_slice(&[SHORT, 0, left.len() as u8, right.len() as u8]);
    for round in 0..ROUNDS {
        let (changed, strings, other) = match round % 2 {
            0 => (&mut right_number, right_strings, left_number),
            _ => (&mut left_number, left_strings, right_number),
        };
        message[1] = round;
        message[8..].copy_from_slice(&other.to_be_bytes());
        let drawn = prf.tag(&message) as u64;
        *changed += ((u128::from(drawn) * u128::from(strings)) >> 64) as u64;
        if *changed >= strings {
            *changed -= strings;
        }
    }
    for (letters, mut number) in [(left, left_number), (right, right_number)] {
        for letter in letters.iter_mut().rev() {
            // Most are digits, and dividing by a constant is quick.
            (number, letter.place) = match letter.alphabet {
                10 => (number / 10, (number % 10) as u32),
                other => (number / u64::from(other), (number % u64::from(other)) as u32),
            };
        }
    }
}

fn permute_long(prf: &Prf, left: &mut [Letter], right: &mut [Letter]) {
    let length = left.len() + right.len();
    let mut short = [0; HEADER_BYTES + 4 * SHORT_HALF];
    let mut long = Vec::new();
    let message = if right.len() <= SHORT_HALF {
        &mut short[..]
    } else {
        long.resize(HEADER_BYTES + 4 * right.len(), 0);
        &mut long[..]
    };
    message[1] = length.min(255) as u8;
    let small = left.iter().chain(&*right).all(|letter| letter.alphabet <= 256);
    for round in 0..ROUNDS {
        let (changed, other) = if round % 2 == 0 {
            (&mut *right, &*left)
        } else {
            (&mut *left, &*right)
        };
        message[0] = round;
        let end = write_half(other, small, message);
        add_stream(prf, changed, small, &message[..end]);
    }
}

/// Writes one half behind the header, a byte a letter where all alphabets are small, so that most messages are a single block.
fn write_half(half: &[Letter], small: bool, message: &mut [u8]) -> usize {
    let body = &mut message[HEADER_BYTES..];
    if small {
        for (byte, letter) in body.iter_mut().zip(half) {
            *byte = letter.place as u8;
        }
        HEADER_BYTES + half.len()
    } else {
        for (bytes, letter) in body.as_chunks_mut::<4>().0.iter_mut().zip(half) {
            *bytes = letter.place.to_be_bytes();
        }
        HEADER_BYTES + half.len() * 4
    }
}

/// Adds a pseudo-random letter to each, modulo its alphabet.
fn add_stream(prf: &Prf, letters: &mut [Letter], small: bool, message: &[u8]) {
    let seed = prf.tag(message);
    // No letter of ten is favoured by more than 1 in 6000 in a round, and the rounds add up to much less.
    let bits = if small { 16 } else { 32 };
    for (counter, chunk) in letters.chunks_mut(128 / bits).enumerate() {
        let stream = if counter == 0 {
            seed
        } else {
            further(prf, seed, counter as u64)
        }
        .to_le_bytes();
        if small {
            for (letter, drawn) in chunk.iter_mut().zip(stream.as_chunks::<2>().0) {
                letter.add((u32::from(u16::from_le_bytes(*drawn)) * letter.alphabet) >> bits);
            }
        } else {
            for (letter, drawn) in chunk.iter_mut().zip(stream.as_chunks::<4>().0) {
                letter.add(((u64::from(u32::from_le_bytes(*drawn)) * u64::from(letter.alphabet)) >> bits) as u32);
            }
        }
    }
}

/// More of the stream where one tag is too short: tags of the first tag and a counter, marked off from the messages of rounds.
fn further(prf: &Prf, seed: u128, counter: u64) -> u128 {
    let mut message = [0xFF; 1 + BLOCK_BYTES + 8];
    message[1..=BLOCK_BYTES].copy_from_slice(&seed.to_be_bytes());
    message[1 + BLOCK_BYTES..].copy_from_slice(&counter.to_be_bytes());
    prf.tag(&message)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn prf() -> Prf {
        Prf::new(&[3; 16])
    }

    fn letters_of(mut number: u32, alphabets: &[u32]) -> Vec<Letter> {
        let letters = alphabets.iter().map(|&alphabet| {
            let place = number % alphabet;
            number /= alphabet;
            Letter { place, alphabet }
        });
        letters.collect()
    }

    #[test]
    fn small_numbers_are_permuted_exhaustively() {
        for bits in 1..=16 {
            let seen: HashSet<u128> = (0..1 << bits)
                .map(|number| permute_bits(&prf(), bits, number))
                .collect();
            assert_eq!(seen.len(), 1 << bits, "{bits}");
            assert!(seen.iter().all(|&number| number < 1 << bits));
        }
    }

    #[test]
    fn large_numbers_do_not_collide() {
        let prf = prf();
        for bits in [31, 53, 63, 64, 127, 128] {
            let seen: HashSet<u128> = (0..20_000).map(|number| permute_bits(&prf, bits, number)).collect();
            assert_eq!(seen.len(), 20_000);
            assert!(seen.iter().all(|&number| bits == 128 || number < 1 << bits));
        }
    }

    #[test]
    fn strings_are_permuted_exhaustively() {
        let prf = prf();
        for alphabets in [
            &[10][..],
            &[10, 10],
            &[10, 26, 10],
            &[10, 2, 3, 10, 7],
            &[2; 12],
            &[300, 5],
            &[10],
            &[26, 10, 128, 2],
        ] {
            let count: u32 = alphabets.iter().product();
            let halves = alphabets.split_at(alphabets.len() / 2);
            let long = |number| {
                let mut letters = letters_of(number, alphabets);
                let (left, right) = letters.split_at_mut(halves.0.len());
                permute_long(&prf, left, right);
                letters.iter().map(|letter| letter.place).collect::<Vec<_>>()
            };
            assert_eq!((0..count).map(long).collect::<HashSet<_>>().len(), count as usize);
            let seen: HashSet<Vec<u32>> = (0..count)
                .map(|number| {
                    let mut letters = letters_of(number, alphabets);
                    permute_letters(&prf, &mut letters);
                    assert!(letters.iter().all(|letter| letter.place < letter.alphabet));
                    letters.iter().map(|letter| letter.place).collect()
                })
                .collect();
            assert_eq!(seen.len(), count as usize, "{alphabets:?}");
        }
    }
}
