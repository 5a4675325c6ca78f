//! Character strings, and how long they are.

/// Number of characters: of UTF-8 where the bytes are UTF-8, else one a byte, as in the single-byte encodings.
pub fn characters(value: &[u8]) -> usize {
    if value.is_ascii() {
        return value.len();
    }
    std::str::from_utf8(value).map_or(value.len(), |text| text.chars().count())
}

/// Where the first `count` characters end, in bytes; the whole length if there are no more than that.
pub fn end_of_characters(value: &[u8], count: usize) -> usize {
    if value.is_ascii() {
        return value.len().min(count);
    }
    match std::str::from_utf8(value) {
        Ok(text) => text
            .char_indices()
            .nth(count)
            .map_or(value.len(), |(position, _)| position),
        Err(_) => value.len().min(count),
    }
}

/// `varchar(n)` and `bpchar(n)`: n of a type modifier, which holds n + 4; `None` where no limit is set.
pub fn length_limit(type_modifier: i32) -> Option<usize> {
    usize::try_from(type_modifier.checked_sub(4)?).ok()
}

/// Without the trailing blanks that have no meaning in `bpchar`.
pub fn without_padding(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    &value[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(characters("añb".as_bytes()), 3);
        assert_eq!(characters(b"a\xf1b"), 3);
        assert_eq!(end_of_characters("añb".as_bytes(), 2), 3);
        assert_eq!(end_of_characters(b"a\xf1b", 9), 3);
    }

    #[test]
    fn type_modifiers_hold_four_more() {
        assert_eq!(length_limit(24), Some(20));
        assert_eq!(length_limit(-1), None);
        assert_eq!(length_limit(i32::MIN), None);
    }

    #[test]
    fn padding_is_stripped() {
        assert_eq!(without_padding(b" a b  "), b" a b");
        assert_eq!(without_padding(b"   "), b"");
    }
}
