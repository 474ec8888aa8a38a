//! The right edge of a growing tree, taken out and put back: what must be kept of a log to go on hashing where it ended.

use super::{Hash, Roots};

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
    fn subtrees_of_another_size_are_refused() {
        assert_eq!(Roots::of_subtrees(3, vec![leaf_hash(b"one")]), None);
    }
}
