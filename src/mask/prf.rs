//! The pseudo-random function under every keyed mask: AES-CMAC (NIST SP 800-38B, RFC 4493) with AES-128.
//!
//! Written over the block cipher so that key schedule and subkeys are made once for a column, never for a value.

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes128Enc};
use zeroize::Zeroize;

/// Bytes of an AES block, and of the function's output.
pub(super) const BLOCK_BYTES: usize = 16;

/// A block as two lanes, the first one first on the wire. Lanes and not one number: the compiler then works on whole
/// vector registers, and no block is put together from parts on its way into the cipher, which would stall it.
pub(super) type Lanes = [u64; 2];

/// AES-CMAC under one key.
pub(super) struct Prf {
    cipher: Aes128Enc,
    /// For messages that fill their last block.
    whole: Lanes,
    /// For messages that do not.
    padded: Lanes,
}

impl Prf {
    pub(super) fn new(key: &[u8; BLOCK_BYTES]) -> Prf {
        let cipher = Aes128Enc::new(key.into());
        let whole = double(number(encrypt(&cipher, [0, 0])));
        Prf {
            whole: lanes(&whole.to_be_bytes()),
            padded: lanes(&double(whole).to_be_bytes()),
            cipher,
        }
    }

    /// One block through the cipher: itself a pseudo-random permutation.
    ///
    /// Only where the key serves nothing but single blocks: mixed freely with [`Prf::tag`] it would give CMAC's inner state away.
    pub(super) fn block(&self, block: u128) -> u128 {
        number(self.block_of_lanes(lanes(&block.to_be_bytes())))
    }

    /// Undoes [`Prf::block`]. The schedule for this is made anew each time: it is needed for a constant in a search,
    /// never for a row.
    pub(super) fn restored_block(&self, block: u128) -> u128 {
        let mut bytes = aes::Block::from(block.to_be_bytes());
        Aes128::from(&self.cipher).decrypt_block(&mut bytes);
        u128::from_be_bytes(bytes.into())
    }

    /// The same as [`Prf::block`], lane by lane.
    pub(super) fn block_of_lanes(&self, block: Lanes) -> Lanes {
        encrypt(&self.cipher, block)
    }

    /// The 128-bit tag of a message.
    pub(super) fn tag(&self, message: &[u8]) -> u128 {
        let last_start = match message.len() {
            0 => 0,
            length => (length - 1) / BLOCK_BYTES * BLOCK_BYTES,
        };
        let (blocks, last) = message.split_at(last_start);
        let mut state = [0, 0];
        for block in blocks.as_chunks::<BLOCK_BYTES>().0 {
            state = encrypt(&self.cipher, xor(state, lanes(block)));
        }
        let mut block = [0; BLOCK_BYTES];
        block[..last.len()].copy_from_slice(last);
        let subkey = if last.len() == BLOCK_BYTES {
            self.whole
        } else {
            block[last.len()] = 0x80;
            self.padded
        };
        number(encrypt(&self.cipher, xor(xor(state, lanes(&block)), subkey)))
    }

    /// A tag to draw choices from.
    pub(super) fn draw(&self, message: &[u8]) -> Draw {
        Draw(self.tag(message))
    }
}

impl Drop for Prf {
    fn drop(&mut self) {
        // The cipher wipes its own schedule.
        self.whole.zeroize();
        self.padded.zeroize();
    }
}

fn encrypt(cipher: &Aes128Enc, block: Lanes) -> Lanes {
    let mut bytes = aes::Block::default();
    let (first, second) = bytes.split_at_mut(BLOCK_BYTES / 2);
    first.copy_from_slice(&block[0].to_ne_bytes());
    second.copy_from_slice(&block[1].to_ne_bytes());
    cipher.encrypt_block(&mut bytes);
    lanes(bytes.as_ref())
}

fn lanes(block: &[u8; BLOCK_BYTES]) -> Lanes {
    let halves = block.as_chunks::<8>().0;
    [u64::from_ne_bytes(halves[0]), u64::from_ne_bytes(halves[1])]
}

/// The block as a big-endian number.
fn number(block: Lanes) -> u128 {
    u128::from(u64::from_be(block[0])) << 64 | u128::from(u64::from_be(block[1]))
}

fn xor(left: Lanes, right: Lanes) -> Lanes {
    [left[0] ^ right[0], left[1] ^ right[1]]
}

/// Multiplication by x in GF(2^128), SP 800-38B section 6.1.
fn double(block: u128) -> u128 {
    (block << 1) ^ ((block >> 127) * 0x87)
}

/// 128 pseudo-random bits, spent from the low end.
#[derive(Clone, Copy)]
pub(super) struct Draw(u128);

impl Draw {
    /// The next `count` bits, at most 64.
    pub(super) fn bits(&mut self, count: u32) -> u64 {
        let taken = self.0 & ((1 << count) - 1);
        self.0 >>= count;
        taken as u64
    }

    /// A number below `bound` from the next 24 bits; `bound` is at most 2^14, so that no number is favoured by more than 1 in 1000.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.bits(24) as usize * bound) >> 24
    }

    /// A number below `bound` from the next 64 bits.
    pub(super) fn below_wide(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits(64)) * u128::from(bound)) >> 64) as u64
    }

    /// What bits are left.
    pub(super) fn rest(self) -> u128 {
        self.0
    }
}

/// Pseudo-random bits without end: tags of a message's tag and a counter.
pub(super) struct Stream<'a> {
    prf: &'a Prf,
    seed: u128,
    counter: u64,
    draw: Draw,
    left: u32,
}

impl Stream<'_> {
    /// Bits that depend on a message.
    pub(super) fn new<'a>(prf: &'a Prf, message: &[u8]) -> Stream<'a> {
        Stream {
            prf,
            seed: prf.tag(message),
            counter: 0,
            draw: Draw(0),
            left: 0,
        }
    }

    /// A number below `bound` from the next 32 bits; `bound` is at most 2^20, so that no number is favoured by more than 1 in 4000.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        if self.left < 32 {
            self.counter += 1;
            let mut message = [0; BLOCK_BYTES * 2];
            message[..BLOCK_BYTES].copy_from_slice(&self.seed.to_be_bytes());
            message[BLOCK_BYTES..].copy_from_slice(&u128::from(self.counter).to_be_bytes());
            self.draw = self.prf.draw(&message);
            self.left = 128;
        }
        self.left -= 32;
        (self.draw.bits(32) * bound) >> 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
            .collect()
    }

    #[test]
    fn rfc_4493_vectors() {
        let key: [u8; 16] = bytes("2b7e151628aed2a6abf7158809cf4f3c").try_into().expect("16 bytes");
        let message = bytes(concat!(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
            "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
        ));
        let prf = Prf::new(&key);
        for (length, tag) in [
            (0, 0xbb1d_6929_e959_3728_7fa3_7d12_9b75_6746),
            (16, 0x070a_16b4_6b4d_4144_f79b_dd9d_d04a_287c),
            (40, 0xdfa6_6747_de9a_e630_30ca_3261_1497_c827),
            (64, 0x51f0_bebf_7e3b_9d92_fc49_7417_7936_3cfe_u128),
        ] {
            assert_eq!(prf.tag(&message[..length]), tag, "{length}");
        }
        assert_eq!(number(prf.whole), 0xfbee_d618_3571_3366_7c85_e08f_7236_a8de);
        assert_eq!(number(prf.padded), 0xf7dd_ac30_6ae2_66cc_f90b_c11e_e46d_513b);
    }

    #[test]
    fn agrees_with_the_cmac_crate() {
        use cmac::{Cmac, KeyInit, Mac};
        let key = [7; 16];
        let prf = Prf::new(&key);
        let message: Vec<u8> = (0..100).collect();
        for length in 0..message.len() {
            let mut reference = Cmac::<aes::Aes128>::new_from_slice(&key).expect("16 bytes");
            reference.update(&message[..length]);
            let tag: [u8; 16] = reference.finalize().into_bytes().into();
            assert_eq!(prf.tag(&message[..length]).to_be_bytes(), tag);
        }
    }

    #[test]
    fn draws_stay_below_their_bound() {
        let mut draw = Draw(u128::MAX);
        assert_eq!(draw.below(10), 9);
        assert_eq!(draw.bits(5), 31);
        assert_eq!(Draw(0).below(10), 0);
    }
}
