//! The certificate files that an address names, looked at before any node is dialled: what is wrong with them no node can tell.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::address::Address;

/// What every certificate and every key begins with, decoded: the tag of a DER sequence.
const SEQUENCE: u8 = 0x30;

/// A file that the address names and that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} ({parameter}): {what}")]
pub struct UnusableFile {
    /// As it is written in an address.
    pub parameter: &'static str,
    pub path: PathBuf,
    pub what: Unusable,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is not there, or not for this user; in the operating system's words.
    #[error("{0}")]
    Unreadable(String),
    #[error("it holds no certificate in PEM")]
    NoCertificate,
    #[error("it holds no private key in PEM")]
    NoKey,
}

impl Address {
    /// Reads the files once. Connections read them again, so that renewed ones are taken; then they may be missing anew.
    pub fn verify_files(&self) -> Result<(), UnusableFile> {
        if let Some(file) = self.ca_file() {
            verify("tlsCAFile", file, |label| label == "CERTIFICATE", Unusable::NoCertificate)?;
        }
        if let Some(ours) = self.client_certificate() {
            verify("userCertFile", &ours.certificate, |label| label == "CERTIFICATE", Unusable::NoCertificate)?;
            verify("userKeyFile", &ours.key, |label| label.ends_with("PRIVATE KEY"), Unusable::NoKey)?;
        }
        Ok(())
    }
}

fn verify(parameter: &'static str, path: &Path, wanted: impl Fn(&str) -> bool, lacking: Unusable) -> Result<(), UnusableFile> {
    let unusable = |what| UnusableFile { parameter, path: path.to_owned(), what };
    let bytes = std::fs::read(path).map_err(|error| unusable(Unusable::Unreadable(error.to_string())))?;
    if holds(&String::from_utf8_lossy(&bytes), wanted) { Ok(()) } else { Err(unusable(lacking)) }
}

/// Whether one block at least has a label that is wanted, ends, and decodes to what DER begins with.
fn holds(text: &str, wanted: impl Fn(&str) -> bool) -> bool {
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) else { continue };
        let end = format!("-----END {label}-----");
        let body: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("-----")).collect();
        let ended = text.lines().any(|line| line.trim() == end);
        let decoded = STANDARD.decode(body.concat());
        if wanted(label) && ended && decoded.is_ok_and(|der| der.first() == Some(&SEQUENCE)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const CERTIFICATE: &str = "text before it\n-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";

    fn verified(parameters: &str) -> Result<(), UnusableFile> {
        format!("kurrentdb://h1?{parameters}").parse::<Address>().expect("an address").verify_files()
    }

    #[test]
    fn a_file_that_is_missing_or_holds_no_certificate_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).expect("written");
            path.display().to_string()
        };
        let authority = file("ca.crt", CERTIFICATE);
        assert_eq!(verified(&format!("tlsCAFile={authority}")), Ok(()));
        assert_eq!(verified("tls=true"), Ok(()));
        let missing = verified(&format!("tlsCAFile={authority}.gone")).expect_err("it is not there");
        assert!(missing.to_string().contains("ca.crt.gone (tlsCAFile): No such file"), "{missing}");
        let key = CERTIFICATE.replace("CERTIFICATE", "PRIVATE KEY");
        for (name, text) in [
            ("empty", ""),
            ("key", key.as_str()),
            ("cut", "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n"),
            ("damaged", "-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n"),
        ] {
            let said = verified(&format!("tlsCAFile={}", file(name, text))).expect_err(name);
            assert_eq!(said.what, Unusable::NoCertificate, "{name}");
        }
        let key = file("own.key", &key);
        assert_eq!(verified(&format!("userCertFile={authority}&userKeyFile={key}")), Ok(()));
        let said = verified(&format!("userCertFile={authority}&userKeyFile={authority}")).expect_err("no key");
        assert_eq!((said.parameter, said.what), ("userKeyFile", Unusable::NoKey));
    }
}
