//! Keyed permutations: of numbers of so many bits, and of strings over small alphabets.
//!
//! Both are Feistel networks whose two halves need not be of one size, alternating as in FF1 (NIST SP 800-38G) and with
//! its ten rounds. Each round changes one half by a function of the other half only, so it can be undone whatever that
//! function is: the whole is a permutation, and different inputs have different outputs, with certainty.

use super::prf::{BLOCK_BYTES, Prf};

/// Rounds of FF1.
const ROUNDS: u8 = 10;

/// Permutes the numbers of `bits` bits (1 to 128). `prf` must serve this purpose alone.
pub(super) fn permute_bits(prf: &Prf, bits: u32, number: u128) -> u128 {
    let low_bits = bits - bits / 2;
    let low_mask = (1u128 << low_bits) - 1;
    let high_mask = low_mask >> (low_bits * 2 - bits);
    let (mut high, mut low) = (number >> low_bits & high_mask, number & low_mask);
    for round in 0..ROUNDS {
        // A block holds round, width and one half apart from one another: no two calls share a block.
        let tweak = u128::from(round) << 120 | u128::from(bits) << 112;
        if round % 2 == 0 {
            high ^= prf.block(tweak | low) & high_mask;
        } else {
            low ^= prf.block(tweak | high) & low_mask;
        }
    }
    high << low_bits | low
}

/// One letter of a string: its place in an alphabet, and how large that alphabet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Letter {
    pub(super) place: u32,
    pub(super) alphabet: u32,
}

/// Permutes the strings over the same alphabets at the same places. `scratch` is only kept to spare allocations.
pub(super) fn permute_letters(prf: &Prf, letters: &mut [Letter], scratch: &mut Vec<u8>) {
    let length = letters.len() as u32;
    let (left, right) = letters.split_at_mut(letters.len() / 2);
    for round in 0..ROUNDS {
        let (changed, other) = if round % 2 == 0 {
            (&mut *right, &*left)
        } else {
            (&mut *left, &*right)
        };
        add_stream(prf, changed, message(round, length, other, scratch));
    }
}

/// Round, length of the string and one half: two bytes for most strings, so that half and header share a block.
fn message<'a>(round: u8, length: u32, half: &[Letter], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    scratch.clear();
    scratch.extend_from_slice(&[round, length.min(255) as u8]);
    for letter in half {
        if letter.alphabet <= 256 {
            scratch.push(letter.place as u8);
        } else {
            scratch.extend_from_slice(&letter.place.to_be_bytes());
        }
    }
    scratch
}

/// Adds a pseudo-random letter to each, modulo its alphabet.
fn add_stream(prf: &Prf, letters: &mut [Letter], message: &[u8]) {
    let seed = prf.tag(message);
    let (mut stream, mut bits_left, mut counter) = (seed, BLOCK_BYTES * 8, 0);
    for letter in letters {
        // No letter of ten is favoured by more than 1 in 6000 in a round, and the rounds add up to much less.
        let bits = if letter.alphabet <= 256 { 16 } else { 32 };
        if bits_left < bits {
            counter += 1;
            (stream, bits_left) = (further(prf, seed, counter), BLOCK_BYTES * 8);
        }
        let drawn = stream as u32 & (u32::MAX >> (32 - bits));
        letter.place = ((u64::from(letter.place) + u64::from(drawn)) % u64::from(letter.alphabet.max(1))) as u32;
        stream >>= bits;
        bits_left -= bits;
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
            &[2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
            &[300, 5],
        ] {
            let count: u32 = alphabets.iter().product();
            let seen: HashSet<Vec<u32>> = (0..count)
                .map(|mut number| {
                    let mut letters: Vec<Letter> = alphabets
                        .iter()
                        .map(|&alphabet| {
                            let place = number % alphabet;
                            number /= alphabet;
                            Letter { place, alphabet }
                        })
                        .collect();
                    permute_letters(&prf, &mut letters, &mut Vec::new());
                    assert!(letters.iter().all(|letter| letter.place < letter.alphabet));
                    letters.iter().map(|letter| letter.place).collect()
                })
                .collect();
            assert_eq!(seen.len(), count as usize, "{alphabets:?}");
        }
    }
}
