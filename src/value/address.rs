//! Network addresses: `inet` and `cidr`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Format, oid};

/// An address with the length of its network prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// 32 or 128 bits, right-aligned.
    pub bits: u128,
    /// IPv6 rather than IPv4.
    pub v6: bool,
    /// Prefix length: 0 to 32 or 0 to 128.
    pub prefix: u8,
}

/// Address families of the binary form (`PGSQL_AF_INET`, `PGSQL_AF_INET6`).
const FAMILY_V4: u8 = 2;
const FAMILY_V6: u8 = 3;

impl Address {
    /// Width of the address in bits.
    pub fn width(&self) -> u8 {
        if self.v6 { 128 } else { 32 }
    }

    /// Reads the text or binary form.
    pub fn decode(format: Format, value: &[u8]) -> Option<Address> {
        match format {
            Format::Text => Address::parse(std::str::from_utf8(value).ok()?),
            Format::Binary => Address::from_binary(value),
        }
    }

    /// Reads `address` or `address/prefix`.
    pub fn parse(text: &str) -> Option<Address> {
        let (host, prefix) = match text.split_once('/') {
            Some((host, prefix)) => (host, Some(prefix)),
            None => (text, None),
        };
        let (bits, v6) = if let Ok(address) = host.parse::<Ipv4Addr>() {
            (u128::from(u32::from(address)), false)
        } else {
            (u128::from(host.parse::<Ipv6Addr>().ok()?), true)
        };
        let mut address = Address { bits, v6, prefix: 0 };
        address.prefix = match prefix {
            None => address.width(),
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok()?
            }
            Some(_) => return None,
        };
        (address.prefix <= address.width()).then_some(address)
    }

    fn from_binary(value: &[u8]) -> Option<Address> {
        let (&[family, prefix, _is_cidr, length], host) = value.split_first_chunk::<4>()?;
        let (bits, v6) = match (family, length) {
            (FAMILY_V4, 4) => (u128::from(u32::from_be_bytes(host.try_into().ok()?)), false),
            (FAMILY_V6, 16) => (u128::from_be_bytes(host.try_into().ok()?), true),
            _ => return None,
        };
        let address = Address { bits, v6, prefix };
        (prefix <= address.width()).then_some(address)
    }

    /// Appends the form of `type_oid`: `cidr` always shows the prefix, all others only where it is not the whole width.
    pub fn encode(&self, type_oid: u32, format: Format, out: &mut Vec<u8>) {
        let is_cidr = type_oid == oid::CIDR;
        match format {
            Format::Text => {
                let host = if self.v6 {
                    Ipv6Addr::from(self.bits).to_string()
                } else {
                    Ipv4Addr::from(self.bits as u32).to_string()
                };
                out.extend_from_slice(host.as_bytes());
                if is_cidr || self.prefix != self.width() {
                    out.push(b'/');
                    super::number::push_decimal(self.prefix.into(), out);
                }
            }
            Format::Binary => {
                let family = if self.v6 { FAMILY_V6 } else { FAMILY_V4 };
                out.extend_from_slice(&[family, self.prefix, u8::from(is_cidr), self.width() / 8]);
                if self.v6 {
                    out.extend_from_slice(&self.bits.to_be_bytes());
                } else {
                    out.extend_from_slice(&(self.bits as u32).to_be_bytes());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_round_trip() {
        for (type_oid, text) in [
            (oid::INET, "192.168.0.1"),
            (oid::INET, "192.168.0.1/24"),
            (oid::CIDR, "10.0.0.0/8"),
            (oid::INET, "2001:db8::1"),
            (oid::CIDR, "2001:db8::/32"),
            (oid::CIDR, "::/0"),
        ] {
            let address = Address::parse(text).expect("an address");
            for format in [Format::Text, Format::Binary] {
                let mut out = Vec::new();
                address.encode(type_oid, format, &mut out);
                assert_eq!(Address::decode(format, &out), Some(address));
                if format == Format::Text {
                    assert_eq!(out, text.as_bytes());
                }
            }
        }
    }

    #[test]
    fn broken_forms_are_refused() {
        for text in [
            "",
            "/",
            "1.2.3",
            "1.2.3.4/33",
            "1.2.3.4/",
            "1.2.3.4/+8",
            "::1/129",
            "fe80::1%eth0",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
        for bytes in [
            &[][..],
            &[2, 32, 0, 4, 1, 2, 3],
            &[9, 32, 0, 4, 1, 2, 3, 4],
            &[2, 33, 0, 4, 1, 2, 3, 4],
        ] {
            assert_eq!(Address::decode(Format::Binary, bytes), None);
        }
    }
}
