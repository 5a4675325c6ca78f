//! The word lists.
//!
//! Changing a list changes every masked value drawn from it, and copies made before no longer match copies made after.

use std::sync::LazyLock;

/// The lists; all words are ASCII.
pub(super) struct Words {
    /// 512, at most 9 characters each.
    pub(super) first_names: Vec<&'static str>,
    /// 1024, at most 10 characters each.
    pub(super) last_names: Vec<&'static str>,
    /// 256 or more.
    pub(super) cities: Vec<&'static str>,
    /// What a street is called before "Street".
    pub(super) streets: Vec<&'static str>,
    /// What a company does.
    pub(super) trades: Vec<&'static str>,
    /// Nouns, verbs and adjectives of nobody in particular: 256.
    pub(super) plain: Vec<&'static str>,
}

pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| Words {
    first_names: include_str!("words/first_names.txt").lines().collect(),
    last_names: include_str!("words/last_names.txt").lines().collect(),
    cities: include_str!("words/cities.txt").lines().collect(),
    streets: include_str!("words/streets.txt").lines().collect(),
    trades: include_str!("words/trades.txt").lines().collect(),
    plain: include_str!("words/plain.txt").lines().collect(),
});

/// How many words are passed over before one that stands in the original is taken all the same.
const PASSED_OVER_MAX: usize = 8;
/// How much of the original is looked at.
const LOOKED_AT_BYTES_MAX: usize = 256;

/// The word at an index, or the next that does not stand in the original.
pub(super) fn pick(list: &[&'static str], index: usize, original: &[u8]) -> &'static str {
    let original = &original[..original.len().min(LOOKED_AT_BYTES_MAX)];
    let candidates = list
        .iter()
        .cycle()
        .skip(index % list.len().max(1))
        .take(PASSED_OVER_MAX);
    let mut first = None;
    for word in candidates {
        if !stands_in(word.as_bytes(), original) {
            return word;
        }
        first = first.or(Some(*word));
    }
    first.unwrap_or_default()
}

/// Whether a word occurs in the original, whatever the case of its letters.
fn stands_in(word: &[u8], original: &[u8]) -> bool {
    let ([first, second, ..], [_, behind @ ..]) = (word, original) else {
        return word.len() == 1 && original.iter().any(|byte| byte.eq_ignore_ascii_case(&word[0]));
    };
    // First without a way out of the loop, eight and more places at a time: two letters in a row are seldom there.
    let lower = |byte: &u8| byte | 0x20;
    let (first, second) = (lower(first), lower(second));
    let pairs = original.iter().zip(behind);
    if !pairs.fold(false, |seen, (one, next)| {
        seen | ((lower(one) == first) & (lower(next) == second))
    }) {
        return false;
    }
    original
        .windows(word.len())
        .any(|part| lower(&part[0]) == first && part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn lists_are_as_long_and_words_as_short_as_the_masks_count_on() {
        for (list, least, most, longest) in [
            (&WORDS.first_names, 512, 512, 9),
            (&WORDS.last_names, 1024, 1024, 10),
            (&WORDS.cities, 256, 4096, 20),
            (&WORDS.streets, 100, 4096, 16),
            (&WORDS.trades, 64, 4096, 16),
            (&WORDS.plain, 256, 256, 10),
        ] {
            assert!((least..=most).contains(&list.len()), "{}", list.len());
            assert_eq!(
                list.iter()
                    .map(|word| word.to_ascii_lowercase())
                    .collect::<HashSet<_>>()
                    .len(),
                list.len()
            );
            for word in list {
                assert!(!word.is_empty() && word.len() <= longest, "{word}");
                assert!(
                    word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' '),
                    "{word}"
                );
            }
        }
    }

    #[test]
    fn words_of_the_original_are_passed_over() {
        let list = ["Ada", "Bo", "Cem"];
        assert_eq!(pick(&list, 0, b"mary"), "Ada");
        assert_eq!(pick(&list, 0, b"x ADAM bobo"), "Cem");
        assert_eq!(pick(&list, 2, b"cem"), "Ada");
        assert_eq!(pick(&list, 1, b"ada bo cem"), "Bo");
        assert_eq!(pick(&["x", "y"], 0, b"X"), "y");
        assert_eq!(pick(&["x", "y"], 0, b""), "x");
        assert_eq!(pick(&["Xy", "y"], 0, b"x"), "Xy");
        assert_eq!(pick(&["Xy", "y"], 0, b"axY"), "Xy");
    }

    #[test]
    fn lists_never_change() {
        use sha2::{Digest, Sha256};
        let mut digest = Sha256::new();
        for list in [
            include_str!("words/first_names.txt"),
            include_str!("words/last_names.txt"),
            include_str!("words/cities.txt"),
            include_str!("words/streets.txt"),
            include_str!("words/trades.txt"),
            include_str!("words/plain.txt"),
        ] {
            digest.update(list);
        }
        let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "2d44e6fa4582ab78fb521c2ce43fe840b501fd45914e3b4ac5520f29e2c70bef");
    }
}
