//! What a log asks of a witness: the size it last showed, the proof from there, the checkpoint to be cosigned.

use std::fmt;
use std::str::FromStr;

use tahavol_ledger::merkle::note::Note;
use tahavol_ledger::merkle::{Hash, hash_of_text, hash_text};

/// No proof between two sizes of 64 bits is longer.
const MOST_HASHES: usize = 63;

/// The body of `POST /add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddCheckpoint {
    /// The size that the witness is believed to have seen last; 0: none.
    pub(crate) old: u64,
    /// From that size to the checkpoint's.
    pub(crate) proof: Vec<Hash>,
    pub(crate) checkpoint: Note,
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(out, "{}", hash_text(hash)))?;
        write!(out, "\n{}", self.checkpoint)
    }
}

impl FromStr for AddCheckpoint {
    /// What is wrong with it.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or("there is no empty line before a checkpoint")?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or("the first line is not `old <size>`")?;
        let proof: Option<Vec<Hash>> = lines.map(hash_of_text).collect();
        let proof = proof.ok_or("a line of the proof is no hash in base64")?;
        if proof.len() > MOST_HASHES {
            return Err(format!("the proof has more than {MOST_HASHES} hashes"));
        }
        let checkpoint = checkpoint.parse().map_err(|error| format!("the checkpoint: {error}"))?;
        Ok(AddCheckpoint { old, proof, checkpoint })
    }
}

/// Without sign and leading zeros.
pub(super) fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKPOINT: &str = "tahavol.example/log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n— tahavol.example/log ZklyqD4LCEWZ2JQUYOecJvbBgtsB94XIx9qFeVbHgCjFn88++xb5LmlzcX0lwAv/gGwFFj8aev9IWL36+PT/IXDoZAY=\n";

    #[test]
    fn what_is_written_is_read_again() {
        for proof in ["", "ApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+c=\n"] {
            let text = format!("old 3\n{proof}\n{CHECKPOINT}");
            assert_eq!(text.parse::<AddCheckpoint>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        let hash = "ApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+c=\n";
        let bad = [
            String::new(),
            CHECKPOINT.to_owned(),
            format!("old 03\n\n{CHECKPOINT}"),
            format!("old +3\n\n{CHECKPOINT}"),
            format!("old\n\n{CHECKPOINT}"),
            format!("old 3\n{CHECKPOINT}"),
            format!("old 3\nnot-base64\n\n{CHECKPOINT}"),
            format!("old 3\n{}\n{CHECKPOINT}", hash.repeat(64)),
            format!("old 3\n\n{}", CHECKPOINT.trim_end()),
            "old 3\n\nno checkpoint\n".to_owned(),
        ];
        for body in bad {
            assert!(body.parse::<AddCheckpoint>().is_err(), "{body}");
        }
        assert!(format!("old 3\n{}\n{CHECKPOINT}", hash.repeat(63)).parse::<AddCheckpoint>().is_ok());
    }
}
