//! Different values stay different: a million of them for every mask that says so.

use super::*;

const VALUES: u32 = 1_000_000;
/// Collisions that "usually" allows, of a million values.
const USUAL_COLLISIONS_MAX: usize = 10_000;

/// One of a million values that the mask is for, and their type.
fn value(contract: &Contract, number: u32) -> (u32, String) {
    let (high, low) = (number / 1000, number % 1000);
    match contract.name {
        "phone" => (oid::TEXT, format!("+1 ({high:03}) {low:03}")),
        "card" => (oid::TEXT, format!("411111{number:010}")),
        "iban" => (oid::TEXT, format!("DE{:02}3704004405320{number:07}", number % 98)),
        "national_id" => (oid::TEXT, format!("{high:03}-{:02}-{low:04}", low % 100)),
        "uuid" => (oid::UUID, format!("00000000-0000-4000-8000-{number:012}")),
        "url" | "url_shape" => (oid::TEXT, format!("https://a.com/{number}?q=1")),
        _ => match contract.example.type_oid {
            oid::INT4 => (oid::INT4, (i64::from(number) - 500_000).to_string()),
            oid::INET => (
                oid::INET,
                format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255),
            ),
            oid::MACADDR => {
                let bytes = number.to_be_bytes().map(|byte| format!("{byte:02x}"));
                (oid::MACADDR, format!("08:00:{}", bytes.join(":")))
            }
            _ => (oid::TEXT, format!("Mr {number:06}")),
        },
    }
}

fn assert_unique(name: &str) {
    let contract = MaskSpec::kinds().find(|contract| contract.name == name).expect(name);
    let (type_oid, _) = value(contract, 0);
    let mask = ColumnMask::compile(&spec(name), &shape(type_oid, -1), &keys(), "d").expect("accepted");
    assert_eq!(mask.contract().uniqueness, contract.uniqueness);
    // Fingerprints of 128 bits collide in a million with a probability of 10^-27.
    let fingerprint = prf::Prf::new(&[1; 16]);
    let fingerprint = |number| {
        let value = value(contract, number).1;
        let masked = apply(&mask, type_oid, Format::Text, value.as_bytes()).expect("no NULL");
        fingerprint.tag(&masked)
    };
    let mut seen: Vec<u128> = (0..VALUES).map(fingerprint).collect();
    seen.sort_unstable();
    seen.dedup();
    let collisions = VALUES as usize - seen.len();
    match contract.uniqueness {
        Uniqueness::Keeps => assert_eq!(collisions, 0),
        Uniqueness::Usually => assert!(collisions <= USUAL_COLLISIONS_MAX, "{collisions}"),
        Uniqueness::Loses => panic!("{name} promises nothing"),
    }
}

macro_rules! a_million_of_each_stay_different {
    ($($name:ident)*) => {
        mod a_million_stay_different {
            $(#[test]
            fn $name() {
                super::assert_unique(stringify!($name));
            })*
        }

        #[test]
        fn no_promise_goes_untested() {
            let promised = MaskSpec::kinds().filter(|contract| contract.uniqueness != Uniqueness::Loses);
            let promised: Vec<_> = promised.map(|contract| contract.name).collect();
            assert_eq!(promised, [$(stringify!($name)),*]);
        }
    };
}

a_million_of_each_stay_different! {
    hash email phone shape ff1 postal_code licence_plate card iban national_id user_name url url_shape file_name free_text scrub integer ip ip_prefix mac uuid password_hash
}
