//! Network addresses with their prefixes preserved: Crypto-PAn (Xu, Fan, Ammar, Moon, "Prefix-Preserving IP Address
//! Anonymization", ICNP 2002).
//!
//! Two addresses that share their first n bits have masked addresses that share their first n bits, and no more. So
//! networks stay networks. Why different inputs do not collide: each bit is changed by a function of those before it.

use super::build::{Function, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::ip::AddressText;
use super::prf::Prf;
use crate::value::address::Address;
use crate::value::{Format, oid};

pub(super) static IP_PREFIX: Kind = Kind {
    contract: Contract::keyed(
        "ip_prefix",
        "Another address such that addresses of one network stay in one network, of any size (Crypto-PAn). It tells more than `ip`: which addresses are neighbours.",
        &[TypeFamily::Network, TypeFamily::Text],
        "192.0.2.7",
    )
    .permutation()
    .example_of(oid::INET),
    build: |build| {
        let pad_key = build.prf_for("ip_prefix pad").tag(b"");
        let mask = PrefixMask::new(build.prf(), pad_key, build.shape.type_oid);
        match build.shape.type_oid {
            oid::INET | oid::CIDR => Function::typed(mask),
            _ if build.text.is_some() => Function::text(AddressText(mask)),
            _ => Err(Unfit::Type),
        }
    },
};

struct PrefixMask {
    prf: Prf,
    /// What stands for the bits that are not known yet.
    pad: u128,
    column_oid: u32,
}

impl PrefixMask {
    fn new(prf: Prf, pad_key: u128, column_oid: u32) -> PrefixMask {
        PrefixMask {
            pad: prf.block(pad_key),
            prf,
            column_oid,
        }
    }

    /// The bit, 0 or 1, that changes the one behind the first `known` bits; `left` holds the address from the top on.
    fn changes(&self, left: u128, known: u32) -> u128 {
        let rest = u128::MAX.checked_shr(known).unwrap_or(0);
        self.prf.block(left & !rest | self.pad & rest) >> 127
    }

    fn masked(&self, left: u128, width: u32) -> u128 {
        (0..width).fold(left, |masked, known| {
            masked ^ (self.changes(left, known) << (127 - known))
        })
    }

    fn restored(&self, left: u128, width: u32) -> u128 {
        (0..width).fold(left, |found, known| {
            found ^ (self.changes(found, known) << (127 - known))
        })
    }

    /// In a network only the prefix changes; `None` where there is something behind it.
    fn changed(&self, address: Address, step: fn(&PrefixMask, u128, u32) -> u128) -> Option<Address> {
        let width = u32::from(address.width());
        let changing = if self.column_oid == oid::CIDR {
            u32::from(address.prefix)
        } else {
            width
        };
        let left = address.bits << (128 - width);
        if left & u128::MAX.checked_shr(changing).unwrap_or(0) != 0 {
            return None;
        }
        Some(Address {
            bits: step(self, left, changing) >> (128 - width),
            ..address
        })
    }
}

impl TypedMask for PrefixMask {
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        self.changed(Address::decode(format, value)?, PrefixMask::masked)?
            .encode(type_oid, format, out);
        Some(())
    }

    fn search_type(&self, _column_oid: u32) -> Option<u32> {
        Some(oid::INET)
    }

    /// One that is no network, of a column of networks, stays as it is: it equals none of them.
    fn restore(&self, _given: u32, format: Format, value: &[u8], to: u32, out: &mut Vec<u8>) -> Option<()> {
        let address = Address::decode(format, value)?;
        self.changed(address, PrefixMask::restored)
            .unwrap_or(address)
            .encode(to, format, out);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key and addresses of the sample that comes with the authors' Crypto-PAn 1.0.
    const KEY: [u8; 32] = [
        21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39,
        98, 87, 76, 45, 42, 132, 34, 2,
    ];
    const SAMPLE: [(&str, &str); 10] = [
        ("128.11.68.132", "135.242.180.132"),
        ("129.118.74.4", "134.136.186.123"),
        ("130.132.252.244", "133.68.164.234"),
        ("141.223.7.43", "141.167.8.160"),
        ("141.233.145.108", "141.129.237.235"),
        ("152.163.225.39", "151.140.114.167"),
        ("156.29.3.236", "147.225.12.42"),
        ("165.247.96.84", "162.9.99.234"),
        ("166.107.77.190", "160.132.178.185"),
        ("192.102.249.13", "252.138.62.131"),
    ];

    fn sample_mask(column_oid: u32) -> PrefixMask {
        let (key, pad) = KEY.split_at(16);
        let prf = Prf::new(key.try_into().expect("16 bytes"));
        PrefixMask::new(prf, u128::from_be_bytes(pad.try_into().expect("16 bytes")), column_oid)
    }

    fn shown(mask: &PrefixMask, value: &str) -> Option<String> {
        let mut out = Vec::new();
        TypedMask::apply(mask, mask.column_oid, Format::Text, value.as_bytes(), &mut out)?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn the_authors_sample() {
        for (address, expected) in SAMPLE {
            assert_eq!(shown(&sample_mask(oid::INET), address).as_deref(), Some(expected));
        }
    }

    #[test]
    fn prefixes_of_any_length_stay() {
        let mask = sample_mask(oid::INET);
        let masked = |bits: u128| mask.masked(bits, 128);
        let address = 0x2001_0db8_0000_0042_0000_0000_0000_0001_u128;
        for common in 0..128 {
            let other = address ^ (1 << (127 - common));
            assert_eq!((masked(address) ^ masked(other)).leading_zeros(), common);
        }
    }

    #[test]
    fn networks_stay_networks() {
        let mask = sample_mask(oid::CIDR);
        let network = Address::parse(&shown(&mask, "128.11.0.0/16").expect("a network")).expect("an address");
        assert_eq!(
            (network.bits, network.prefix),
            (u128::from(u32::from_be_bytes([135, 242, 0, 0])), 16)
        );
        assert_eq!(shown(&mask, "128.11.0.1/16"), None);
        assert_eq!(shown(&mask, "0.0.0.0/0").as_deref(), Some("0.0.0.0/0"));
    }
}
