//! Network addresses.
//!
//! Why different inputs do not collide: the address, or of a `cidr` the network prefix, goes through a permutation of its width;
//! family and prefix length stay.

use super::build::{Function, TextMask, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily, Uniqueness};
use super::permutation::{permute_bits, restore_bits};
use super::prf::Prf;
use crate::value::address::Address;
use crate::value::{Format, oid};

pub(super) static IP: Kind = Kind {
    contract: Contract::keyed(
        "ip",
        "Another address of the same family and prefix length: a keyed permutation.",
        &[TypeFamily::Network, TypeFamily::Text],
        "192.0.2.7",
    )
    .permutation()
    .example_of(oid::INET),
    build: |build| {
        let mask = IpMask {
            prf: build.prf(),
            column_oid: build.shape.type_oid,
        };
        match build.shape.type_oid {
            oid::INET | oid::CIDR => Function::typed(mask),
            _ if build.text.is_some() => Function::text(AddressText(mask)),
            _ => Err(Unfit::Type),
        }
    },
};

struct IpMask {
    prf: Prf,
    column_oid: u32,
}

impl TypedMask for IpMask {
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let address = Address::decode(format, value)?;
        permuted(address, type_oid == oid::CIDR, |width, network| {
            permute_bits(&self.prf, width, network)
        })?
        .encode(type_oid, format, out);
        Some(())
    }

    fn search_type(&self, _column_oid: u32) -> Option<u32> {
        // Networks too are compared as inet.
        Some(oid::INET)
    }

    /// One that is no network, of a column of networks, stays as it is: it equals none of them.
    fn restore(&self, _given: u32, format: Format, value: &[u8], to: u32, out: &mut Vec<u8>) -> Option<()> {
        let address = Address::decode(format, value)?;
        permuted(address, self.column_oid == oid::CIDR, |width, network| {
            restore_bits(&self.prf, width, network)
        })
        .unwrap_or(address)
        .encode(to, format, out);
        Some(())
    }
}

/// A mask of addresses, in a column of texts that hold them.
pub(super) struct AddressText<M>(pub(super) M);

impl<M: TypedMask> TextMask for AddressText<M> {
    /// `None` if it is no address, or its mask is longer than the column allows.
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        self.0.apply(oid::INET, Format::Text, value, out)?;
        (out.len() - start <= limit).then_some(())
    }

    /// One address can be written in more than one way.
    fn uniqueness(&self, _limit: usize, _at_best: Uniqueness) -> Uniqueness {
        Uniqueness::Usually
    }
}

fn permuted(address: Address, network_only: bool, step: impl Fn(u32, u128) -> u128) -> Option<Address> {
    let width = u32::from(address.width());
    let kept = if network_only {
        width - u32::from(address.prefix)
    } else {
        0
    };
    if kept == width {
        return Some(address);
    }
    let network = address.bits >> kept;
    // Bits right of a network's prefix are zero, or it is no network.
    if network << kept != address.bits {
        return None;
    }
    Some(Address {
        bits: step(width - kept, network) << kept,
        ..address
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(type_oid: u32, value: &str) -> Option<String> {
        let mut out = Vec::new();
        let mask = IpMask {
            prf: Prf::new(&[1; 16]),
            column_oid: type_oid,
        };
        TypedMask::apply(&mask, type_oid, Format::Text, value.as_bytes(), &mut out)?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn family_and_prefix_stay() {
        let network = Address::parse(&mask(oid::CIDR, "10.20.0.0/16").expect("a network")).expect("an address");
        assert_eq!((network.prefix, network.v6, network.bits & 0xFFFF), (16, false, 0));
        assert!(mask(oid::INET, "2001:db8::1/64").expect("an address").ends_with("/64"));
        assert_ne!(mask(oid::INET, "192.0.2.7"), Some("192.0.2.7".into()));
        assert_eq!(mask(oid::CIDR, "0.0.0.0/0"), Some("0.0.0.0/0".into()));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        assert_eq!(mask(oid::CIDR, "10.20.0.1/16"), None);
    }
}
