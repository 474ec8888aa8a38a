//! The writer's memory of where streams end, bounded: two generations, the older one dropped when the younger is full.

use std::collections::HashMap;
use std::sync::Arc;

/// Streams per generation. At about 100 bytes each, both generations together stay below 15 MB.
const GENERATION: usize = 65_536;

/// Where a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The stream's key in the file.
    pub(super) stream: i64,
    pub(super) revision: u64,
}

#[derive(Default)]
pub(super) struct Heads {
    young: HashMap<Arc<str>, Head>,
    old: HashMap<Arc<str>, Head>,
}

impl Heads {
    pub(super) fn get(&mut self, stream: &Arc<str>) -> Option<Head> {
        if let Some(head) = self.young.get(stream) {
            return Some(*head);
        }
        let (name, head) = self.old.remove_entry(stream)?;
        self.put(name, head);
        Some(head)
    }

    pub(super) fn put(&mut self, stream: Arc<str>, head: Head) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(stream, head);
    }

    pub(super) fn forget(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_in_use_stays_known_while_others_are_forgotten() {
        let mut heads = Heads::default();
        let busy: Arc<str> = Arc::from("busy");
        heads.put(Arc::clone(&busy), Head { stream: 0, revision: 7 });
        for n in 0..3 * GENERATION as i64 {
            heads.put(Arc::from(format!("s{n}")), Head { stream: n, revision: 0 });
            if n % 1_000 == 0 {
                assert_eq!(heads.get(&busy), Some(Head { stream: 0, revision: 7 }));
            }
        }
        assert_eq!(heads.get(&Arc::from("s0")), None);
        assert!(heads.young.len() + heads.old.len() <= 2 * GENERATION);
    }
}
