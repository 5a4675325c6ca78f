//! The Merkle tree over the records (RFC 6962, section 2.1): leaf hashes, node hashes, roots.
//!
//! No tree is kept, only the roots of the largest whole subtrees of a range of leaves: as many hashes as the number of
//! leaves has bits, twice as many where the range does not begin at 0. That is enough to add leaves, to give the root,
//! and to put ranges together that follow each other.

use std::fmt;

use sha2::{Digest, Sha256};

use super::record::hexadecimal;

/// SHA-256.
pub type Hash = [u8; 32];

/// The hash of a leaf: of these bytes behind a zero byte.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// What is known of the leaves from `begin` up to `end`, as the roots of their largest whole subtrees, left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    begin: u64,
    end: u64,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    /// The subtree has `1 << level` leaves.
    level: u32,
    hash: Hash,
}

impl Range {
    /// No leaf, before the leaf with this index.
    pub fn new(begin: u64) -> Self {
        Range {
            begin,
            end: begin,
            nodes: Vec::new(),
        }
    }

    /// The index behind the last leaf; the size of the tree where the range begins at 0.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_node(Node { level: 0, hash: leaf });
    }

    fn push_node(&mut self, mut node: Node) {
        self.end += 1 << node.level;
        while let Some(left) = self.nodes.last()
            && left.level == node.level
            && self.end.trailing_zeros() > node.level
        {
            node = Node {
                level: node.level + 1,
                hash: node_hash(&left.hash, &node.hash),
            };
            self.nodes.pop();
        }
        self.nodes.push(node);
    }

    /// Adds the leaves of a range that begins where this one ends; false, and nothing, if it begins elsewhere.
    pub fn extend(&mut self, next: &Range) -> bool {
        if next.begin == self.end {
            next.nodes.iter().for_each(|node| self.push_node(*node));
        }
        next.end == self.end
    }

    /// Reads what was written by `to_string`: each subtree's level and hash on a line. None if it is something else.
    pub fn parse(begin: u64, text: &str) -> Option<Self> {
        let mut range = Range::new(begin);
        for line in text.lines() {
            let (level, digits) = line.split_once(' ')?;
            let level: u32 = level.parse().ok()?;
            let leaves = 1u64.checked_shl(level)?;
            range.end.checked_add(leaves)?;
            if !range.end.is_multiple_of(leaves) || digits.len() != 2 * size_of::<Hash>() {
                return None;
            }
            let mut hash = Hash::default();
            for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().as_chunks::<2>().0) {
                let digit = |digit: u8| char::from(digit).to_digit(16);
                *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
            }
            range.push_node(Node { level, hash });
        }
        Some(range)
    }

    /// The root of the tree of all leaves before `end`; for a range that begins at 0.
    pub fn root(&self) -> Hash {
        let mut nodes = self.nodes.iter().rev();
        let Some(last) = nodes.next() else {
            return Sha256::digest([]).into();
        };
        nodes.fold(last.hash, |right, left| node_hash(&left.hash, &right))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.nodes.iter().try_for_each(|node| {
            let digits = hexadecimal(&node.hash);
            writeln!(out, "{} {}", node.level, String::from_utf8_lossy(&digits))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962, section 2.1, word for word.
    fn tree_hash(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(&tree_hash(&leaves[..split]), &tree_hash(&leaves[split..]))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_published_vectors() {
        // The reference implementation of Certificate Transparency, merkletree/merkle_tree_test.cc.
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Range::new(0);
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hexadecimal(&tree.root()), empty.as_bytes());
        for (leaf, root) in leaves.iter().zip(roots) {
            tree.push(leaf_hash(leaf));
            assert_eq!(hexadecimal(&tree.root()), root.as_bytes());
        }
    }

    #[test]
    fn ranges_that_follow_each_other_make_one_tree() {
        let leaves: Vec<Hash> = (0u32..70).map(|number| leaf_hash(&number.to_be_bytes())).collect();
        let range = |begin: usize, end: usize| {
            let mut range = Range::new(begin as u64);
            leaves[begin..end].iter().for_each(|leaf| range.push(*leaf));
            range
        };
        for one in 0..leaves.len() {
            for two in (one..leaves.len()).step_by(3) {
                let mut tree = range(0, one);
                let middle = range(one, two);
                let written = middle.to_string();
                assert_eq!(Range::parse(one as u64, &written), Some(middle));
                assert!(tree.extend(&Range::parse(one as u64, &written).unwrap()));
                assert!(tree.extend(&range(two, leaves.len())));
                assert_eq!(tree, range(0, leaves.len()));
            }
        }
        assert!(!range(0, 5).extend(&range(6, 7)));
        let zeros = "0".repeat(64);
        for wrong in [
            "0",
            "0 12",
            &format!("64 {zeros}"),
            &format!("1 {zeros}"),
            &format!("0 g{}", &zeros[1..]),
        ] {
            assert_eq!(Range::parse(1, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn roots_are_those_of_the_definition() {
        let leaves: Vec<Hash> = (0u32..200).map(|number| leaf_hash(&number.to_be_bytes())).collect();
        let mut tree = Range::new(0);
        for size in 0..leaves.len() {
            assert_eq!(tree.root(), tree_hash(&leaves[..size]));
            assert_eq!(tree.end(), size as u64);
            assert_eq!(tree.nodes.len() as u32, (size as u64).count_ones());
            tree.push(leaves[size]);
        }
    }
}
