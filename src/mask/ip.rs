//! Network addresses.
//!
//! Why different inputs do not collide: the address, or of a `cidr` the network prefix, goes through a permutation of its width;
//! family and prefix length stay.

use super::permutation::{permute_bits, restore_bits};
use super::prf::Prf;
use crate::value::address::Address;
use crate::value::{Format, oid};

pub(super) struct IpMask {
    prf: Prf,
}

impl IpMask {
    pub(super) fn new(prf: Prf) -> IpMask {
        IpMask { prf }
    }

    /// Masks an `inet` or `cidr`.
    pub(super) fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let address = Address::decode(format, value)?;
        permuted(address, type_oid == oid::CIDR, |width, network| {
            permute_bits(&self.prf, width, network)
        })?
        .encode(type_oid, format, out);
        Some(())
    }

    /// The address that is shown as this one. One that is no network, of a column of networks, stays as it is: it
    /// equals none of them.
    pub(super) fn restore(&self, address: Address, column_oid: u32) -> Address {
        permuted(address, column_oid == oid::CIDR, |width, network| {
            restore_bits(&self.prf, width, network)
        })
        .unwrap_or(address)
    }

    /// Masks an address that stands in text; `None` if it is none, or its mask is longer than the column allows.
    pub(super) fn apply_text(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        self.apply(oid::INET, Format::Text, value, out)?;
        (out.len() - start <= limit).then_some(())
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
        IpMask::new(Prf::new(&[1; 16])).apply(type_oid, Format::Text, value.as_bytes(), &mut out)?;
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
