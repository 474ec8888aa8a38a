//! What a stream's metadata hides from those who read the stream: retention and deletion.

use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value;

use super::store::Record;

/// The `$tb` of a stream that was deleted.
pub(super) const DELETED: i64 = i64::MAX;

#[derive(Debug, Default)]
pub(super) struct Metadata(Value);

impl Metadata {
    /// What is no JSON says nothing.
    pub(super) fn read(data: &[u8]) -> Self {
        Metadata(serde_json::from_slice(data).unwrap_or_default())
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.number("$tb") == Some(DELETED as u64)
    }

    /// The first revision that readers see; none when they see nothing.
    pub(super) fn first_shown(&self, events: &[Arc<Record>]) -> Option<u64> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let oldest = self.number("$maxAge").map_or(0, |seconds| now.saturating_sub(seconds));
        let last = events.last()?.revision;
        let from_count = self.number("$maxCount").map_or(0, |count| (last + 1).saturating_sub(count));
        let from = from_count.max(self.number("$tb").unwrap_or(0));
        events.iter().find(|record| record.revision >= from && record.created / 10_000_000 >= oldest).map(|record| record.revision)
    }

    /// The same metadata with everything before a revision cut off, for a stream that begins anew.
    pub(super) fn kept_from(&self, revision: u64) -> String {
        let mut fields = self.0.as_object().cloned().unwrap_or_default();
        fields.insert("$tb".to_owned(), revision.into());
        Value::Object(fields).to_string()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(Value::as_u64)
    }
}
