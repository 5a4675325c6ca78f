//! Format-preserving encryption: FF1 (NIST SP 800-38G revision 1) with AES-128.
//!
//! NIST asks for at least a million values. A value with fewer goes through the permutation that the masks of shapes use,
//! a Feistel network like FF1's with the same ten rounds, whose strength below that size nobody vouches for.

use aes::Aes128;
use fpe::ff1::{FF1, FlexibleNumeralString};

use super::build::{Function, TextMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use super::permutation::{Letter, permute_letters, restore_letters};
use super::prf::Prf;
use super::shape;

/// Fewest values of a domain (SP 800-38G revision 1, section 5.1).
const VALUES_MIN: u64 = 1_000_000;

pub(super) static FF1_MASK: Kind = Kind {
    contract: Contract::keyed(
        "ff1",
        "Format-preserving encryption by FF1 (NIST SP 800-38G): digits, or digits and small letters, become others; punctuation and length stay. Where there are fewer than a million values, another keyed permutation serves. What holds other letters is masked as by `shape`.",
        &[TypeFamily::Text],
        "0123-456-789",
    )
    .permutation()
    .same_length()
    .options(
        &[option("alphabet", OptionKind::Choice(&["digits", "alphanumeric"]), Default::Text("digits"), "what is encrypted together")],
        "",
    ),
    build: |build| {
        let radix = match build.settings.text("alphabet") {
            Some("alphanumeric") => 36,
            _ => 10,
        };
        let key = build.prf().tag(b"").to_be_bytes();
        Function::text(Ff1Mask {
            cipher: FF1::new(&key, radix).map_err(|_| Unfit::Type)?,
            radix,
            small: build.prf_for("ff1 small"),
            other: build.prf_for("ff1 other"),
        })
    },
};

struct Ff1Mask {
    cipher: FF1<Aes128>,
    radix: u32,
    /// For values of domains that are too small.
    small: Prf,
    /// For values that hold other letters.
    other: Prf,
}

impl Ff1Mask {
    /// The numerals of a value; `None` if it holds letters of no numeral.
    fn numerals(&self, value: &[u8]) -> Option<Vec<u16>> {
        let mut numerals = Vec::with_capacity(value.len());
        for &byte in value {
            match byte {
                b'0'..=b'9' => numerals.push(u16::from(byte - b'0')),
                b'a'..=b'z' if self.radix == 36 => numerals.push(u16::from(byte - b'a') + 10),
                // Punctuation stays.
                _ if byte.is_ascii() && !byte.is_ascii_alphabetic() => {}
                _ => return None,
            }
        }
        Some(numerals)
    }

    fn is_large(&self, count: usize) -> bool {
        u64::from(self.radix).saturating_pow(u32::try_from(count).unwrap_or(u32::MAX)) >= VALUES_MIN
    }

    fn changed(&self, numerals: Vec<u16>, back: bool) -> Option<Vec<u16>> {
        if self.is_large(numerals.len()) {
            let string = FlexibleNumeralString::from(numerals);
            let changed = match back {
                false => self.cipher.encrypt(&[], &string),
                true => self.cipher.decrypt(&[], &string),
            };
            return changed.ok().map(Vec::from);
        }
        let alphabet = self.radix;
        let letter = |numeral: &u16| Letter {
            place: (*numeral).into(),
            alphabet,
        };
        let mut letters: Vec<Letter> = numerals.iter().map(letter).collect();
        match back {
            false => permute_letters(&self.small, &mut letters),
            true => restore_letters(&self.small, &mut letters),
        }
        Some(letters.iter().map(|letter| letter.place as u16).collect())
    }

    fn change(&self, value: &[u8], back: bool, out: &mut Vec<u8>) -> Option<()> {
        let Some(numerals) = self.numerals(value) else {
            match back {
                false => shape::mask(&self.other, value, out),
                true => shape::restore(&self.other, value, out),
            }
            return Some(());
        };
        let mut changed = self.changed(numerals, back)?.into_iter();
        for &byte in value {
            out.push(match byte.is_ascii_alphanumeric() {
                true => char::from_digit(changed.next()?.into(), self.radix)? as u8,
                false => byte,
            });
        }
        Some(())
    }
}

impl TextMask for Ff1Mask {
    fn apply(&self, value: &[u8], _limit: usize, out: &mut Vec<u8>) -> Option<()> {
        self.change(value, false, out)
    }

    fn is_permutation(&self) -> bool {
        true
    }

    fn restore(&self, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        self.change(value, true, out)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Key of the samples of SP 800-38G with AES-128.
    const KEY: u128 = 0x2B7E_1516_28AE_D2A6_ABF7_1588_09CF_4F3C;

    fn mask(radix: u32) -> Ff1Mask {
        Ff1Mask {
            cipher: FF1::new(&KEY.to_be_bytes(), radix).expect("a radix"),
            radix,
            small: Prf::new(&[1; 16]),
            other: Prf::new(&[2; 16]),
        }
    }

    fn shown(mask: &Ff1Mask, value: &str) -> String {
        let mut out = Vec::new();
        mask.apply(value.as_bytes(), usize::MAX, &mut out).expect("any text");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn samples_of_the_standard() {
        assert_eq!(shown(&mask(10), "0123456789"), "2433477484");
        assert_eq!(shown(&mask(10), "0123-456 789"), "2433-477 484");
        let encrypt = |radix, tweak: &[u8], text: &str| -> String {
            let mask = mask(radix);
            let numerals = mask.numerals(text.as_bytes()).expect("numerals");
            let changed = mask
                .cipher
                .encrypt(tweak, &FlexibleNumeralString::from(numerals))
                .expect("encrypted");
            let digits = Vec::from(changed)
                .into_iter()
                .map(|numeral: u16| char::from_digit(numeral.into(), radix));
            digits.collect::<Option<_>>().expect("digits")
        };
        assert_eq!(encrypt(10, b"9876543210", "0123456789"), "6124200773");
        assert_eq!(
            encrypt(36, b"7777pqrs777", "0123456789abcdefghi"),
            "a9tv40mll9kdu509eum"
        );
    }

    /// The other samples of SP 800-38G, with the longer keys that no mask uses: they test the crate.
    #[test]
    fn samples_with_longer_keys() {
        fn encrypt<
            C: aes::cipher::BlockCipherEncrypt
                + aes::cipher::BlockSizeUser<BlockSize = aes::cipher::consts::U16>
                + aes::cipher::KeyInit
                + Clone,
        >(
            key: &[u8],
            results: [&str; 3],
        ) {
            let text = "0123456789abcdefghi";
            let tweaks: [&[u8]; 3] = [b"", b"9876543210", b"7777pqrs777"];
            for ((tweak, result), (radix, length)) in
                tweaks.into_iter().zip(results).zip([(10, 10), (10, 10), (36, 19)])
            {
                let digits = text[..length]
                    .chars()
                    .map(|digit| digit.to_digit(radix).expect("a digit") as u16);
                let numerals = FlexibleNumeralString::from(digits.collect::<Vec<_>>());
                let cipher = FF1::<C>::new(key, radix).expect("a radix");
                let changed = Vec::from(cipher.encrypt(tweak, &numerals).expect("encrypted"));
                let shown = changed
                    .into_iter()
                    .map(|numeral: u16| char::from_digit(numeral.into(), radix));
                assert_eq!(shown.collect::<Option<String>>().as_deref(), Some(result));
            }
        }
        let longest = [
            KEY.to_be_bytes(),
            0xEF43_59D8_D580_AA4F_7F03_6D6F_04FC_6A94u128.to_be_bytes(),
        ]
        .concat();
        encrypt::<aes::Aes192>(&longest[..24], ["2830668132", "2496655549", "xbj3kv35jrawxv32ysr"]);
        encrypt::<aes::Aes256>(&longest, ["6657667009", "1001623463", "xs8a0azh2avyalyzuwd"]);
    }

    #[test]
    fn small_domains_are_permuted_too() {
        let mask = mask(10);
        let seen: HashSet<String> = (0..10_000)
            .map(|number| shown(&mask, &format!("{number:04}")))
            .collect();
        assert_eq!(seen.len(), 10_000);
        let seen: HashSet<String> = (0..2000).map(|number| shown(&mask, &format!("{number:07}"))).collect();
        assert_eq!(seen.len(), 2000);
        assert_ne!(shown(&mask, "Mary 1"), "Mary 1");
        assert_eq!(shown(&mask, "--"), "--");
    }
}
