//! A directory as one archive in the format that every system unpacks (POSIX ustar), piece by piece.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The unit of the format.
const BLOCK: usize = 512;
/// Bytes of a file that are read at once; a whole number of blocks.
const PIECE: usize = 128 * BLOCK;
/// The longest name that a header holds.
const LONGEST_NAME: usize = 100;

/// Writes an archive to whoever takes its pieces.
pub(crate) struct Archive<T> {
    taken: T,
}

impl<T: FnMut(Vec<u8>) -> io::Result<()>> Archive<T> {
    pub(crate) fn new(taken: T) -> Self {
        Archive { taken }
    }

    /// The files under a directory, in the order of their names, each under `name`; then the end of the archive.
    ///
    /// # Errors
    /// When a file cannot be read or its name is too long, or nobody takes the pieces.
    pub(crate) fn directory(mut self, directory: &Path, name: &str) -> io::Result<()> {
        self.under(directory, name)?;
        (self.taken)(vec![0; 2 * BLOCK])
    }

    fn under(&mut self, directory: &Path, name: &str) -> io::Result<()> {
        let mut entries = std::fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.under(&entry.path(), &name)?;
            } else {
                self.file(&entry.path(), &name)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: &str) -> io::Result<()> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        (self.taken)(header(name, size)?)?;
        let mut left = size;
        while left > 0 {
            let length = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let mut piece = vec![0; length];
            file.read_exact(&mut piece)?;
            left -= length as u64;
            piece.resize(length.next_multiple_of(BLOCK), 0);
            (self.taken)(piece)?;
        }
        Ok(())
    }
}

/// One block: name, mode, owner, size, time, checksum, kind, and what format it is.
fn header(name: &str, size: u64) -> io::Result<Vec<u8>> {
    if name.len() > LONGEST_NAME {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{name} is too long a name")));
    }
    let mut block = vec![0; BLOCK];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, size_field(size).as_slice());
    put(136, b"00000000000\0");
    // The checksum counts itself as blanks.
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(block)
}

/// Eleven octal digits; what is larger stands in binary, as GNU and BSD write it.
fn size_field(size: u64) -> [u8; 12] {
    let mut field = [0; 12];
    let octal = format!("{size:011o}\0");
    if octal.len() == field.len() {
        field.copy_from_slice(octal.as_bytes());
    } else {
        field[0] = 0x80;
        field[4..].copy_from_slice(&size.to_be_bytes());
    }
    field
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn packed(directory: &Path) -> Vec<u8> {
        let mut archive = Vec::new();
        Archive::new(|piece: Vec<u8>| {
            archive.extend(piece);
            Ok(())
        })
        .directory(directory, "bundle")
        .unwrap();
        archive
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "a test that cannot run says so")]
    fn what_was_packed_comes_out_of_the_systems_own_unpacker_as_it_was() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir_all(from.path().join("tile/0/x001")).unwrap();
        let files = [("empty", 0), ("one", 1), ("tile/0/block", BLOCK), ("tile/0/x001/long", PIECE + 3)];
        for (name, length) in files {
            std::fs::write(from.path().join(name), vec![b'x'; length]).unwrap();
        }
        let archive = packed(from.path());
        assert_eq!(archive.len() % BLOCK, 0);
        std::fs::write(to.path().join("a.tar"), archive).unwrap();
        let unpacked = Command::new("tar").args(["xf", "a.tar"]).current_dir(to.path()).stderr(Stdio::inherit()).status();
        let Ok(status) = unpacked else {
            println!("SKIPPED: there is no tar");
            return;
        };
        assert!(status.success());
        for (name, length) in files {
            assert_eq!(std::fs::read(to.path().join("bundle").join(name)).unwrap(), vec![b'x'; length], "{name}");
        }
    }

    #[test]
    fn a_file_that_octal_digits_cannot_tell_the_size_of_is_told_in_binary() {
        assert_eq!(&size_field(0o777), b"00000000777\0");
        assert_eq!(size_field(1 << 33)[..5], [0x80, 0, 0, 0, 0]);
    }

    #[test]
    fn a_name_that_does_not_fit_is_refused() {
        assert!(header(&"x".repeat(101), 0).is_err());
    }
}
