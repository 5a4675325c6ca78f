//! Files in the database: pictures.

use super::build::{Build, Function, Unfit};
use super::constant::Constant;
use super::contract::{Contract, Kind, TypeFamily};
use crate::value::oid;

pub(super) static IMAGE: Kind = Kind {
    contract: Contract {
        constant: true,
        ..Contract::keyless(
            "image",
            "Every picture becomes a PNG of one transparent pixel.",
            &[TypeFamily::Bytes],
            "\\xffd8ffe000104a464946",
        )
    }
    .example_of(oid::BYTEA),
    build: |build: &Build<'_>| match build.shape.type_oid {
        oid::BYTEA => Ok(Function::Constant(Constant::bytes(PIXEL))),
        _ => Err(Unfit::Type),
    },
};

/// A PNG (ISO/IEC 15948) of one pixel: header, one pixel of red, green, blue and alpha 0, end.
#[rustfmt::skip]
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
    0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1F, 0x15, 0xC4, 0x89,
    0x00, 0x00, 0x00, 0x0B, 0x49, 0x44, 0x41, 0x54, 0x78, 0xDA, 0x63, 0x60, 0x00, 0x02, 0x00, 0x00, 0x05, 0x00, 0x01, 0xE9, 0xFA, 0xDC, 0xD8,
    0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// CRC-32 as PNG has it (ISO 3309).
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
            })
        })
    }

    #[test]
    fn the_pixel_is_a_png() {
        let mut rest = &PIXEL[8..];
        let mut names = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().expect("4 bytes")) as usize;
            let stored = u32::from_be_bytes(rest[8 + length..12 + length].try_into().expect("4 bytes"));
            assert_eq!(crc(&rest[4..8 + length]), stored);
            names.push(rest[4..8].to_vec());
            rest = &rest[12 + length..];
        }
        assert_eq!(names, [b"IHDR", b"IDAT", b"IEND"]);
    }
}
