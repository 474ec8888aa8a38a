//! The right edge of a growing tree, taken out and put back: what must be kept of a log to go on hashing where it ended.

use super::{Hash, Roots, node_hash};

impl Roots {
    /// The roots of the complete subtrees, largest first.
    pub fn complete(&self) -> &[Hash] {
        &self.complete
    }

    /// A log of `size` leaves that falls into these complete subtrees, largest first; `None` when their number does not
    /// fit the size. Whether they are the right ones is told by [`Roots::root`].
    pub fn of_subtrees(size: u64, complete: Vec<Hash>) -> Option<Self> {
        let fits = usize::try_from(size.count_ones()) == Ok(complete.len());
        fits.then_some(Roots { size, complete })
    }

    /// Appends one leaf and tells every root over 256^level leaves that it completes (levels from 1 on): level, number
    /// within the level, root. What tiles above level 0 are made of.
    pub fn push_telling(&mut self, leaf: Hash, mut completed: impl FnMut(u8, u64, Hash)) {
        let mut carried = leaf;
        let merges = self.size.trailing_ones();
        for height in 1..=merges {
            if let Some(left) = self.complete.pop() {
                carried = node_hash(&left, &carried);
            }
            if height.is_multiple_of(8) {
                completed((height / 8) as u8, self.size >> height, carried);
            }
        }
        self.complete.push(carried);
        self.size += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{leaf_hash, root};

    #[test]
    fn a_log_goes_on_from_its_subtrees_as_if_it_had_never_stopped() {
        let leaves: Vec<Hash> = (0_u32..40).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        for stop in 0..leaves.len() {
            let mut before = Roots::default();
            leaves[..stop].iter().for_each(|leaf| before.push(*leaf));
            let mut after = Roots::of_subtrees(before.size(), before.complete().to_vec()).expect("they fit");
            leaves[stop..].iter().for_each(|leaf| after.push(*leaf));
            assert_eq!(after.root(), root(leaves.iter().copied()), "stopped at {stop}");
        }
    }

    #[test]
    fn every_256_leaves_a_subtree_is_told_and_every_65_536_one_of_the_next_level() {
        let leaves: Vec<Hash> = (0_u32..66_000).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let (mut roots, mut plain, mut told) = (Roots::default(), Roots::default(), Vec::new());
        for leaf in &leaves {
            roots.push_telling(*leaf, |level, number, hash| told.push((level, number, hash)));
            plain.push(*leaf);
        }
        assert_eq!(roots, plain);
        let of = |level: u8, number: u64| told.iter().find(|(l, n, _)| (*l, *n) == (level, number)).map(|(_, _, hash)| *hash);
        for (number, run) in leaves.chunks_exact(256).enumerate() {
            assert_eq!(of(1, number as u64), Some(root(run.iter().copied())), "subtree {number}");
        }
        assert_eq!(of(2, 0), Some(root(leaves[..65_536].iter().copied())));
        assert_eq!(told.len(), 66_000 / 256 + 1);
    }

    #[test]
    fn subtrees_of_another_size_are_refused() {
        assert_eq!(Roots::of_subtrees(3, vec![leaf_hash(b"one")]), None);
    }
}
