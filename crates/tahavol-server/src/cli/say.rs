//! Printing: answers to standard output, everything about them to standard error.

use std::io::{ErrorKind, Write};

use crate::failure::Failure;

/// A line of the answer.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    bytes(format!("{text}\n").as_bytes())
}

/// The answer as it is. A reader who has read enough, as `head` has, is no failure.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    written(out.write_all(bytes).and_then(|()| out.flush()))
}

pub(crate) fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::io("write to standard output", &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Beside the answer.
pub(crate) fn aside(text: &str) {
    // Where nobody reads it there is nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

pub(crate) fn error(text: &str) {
    aside(&format!("tahavol: {text}"));
}
