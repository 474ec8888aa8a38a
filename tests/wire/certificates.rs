//! An authority of a test, and certificates that it gives to the server.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

/// Signs what servers show.
pub(crate) struct Authority {
    params: CertificateParams,
    key: KeyPair,
    /// Its own certificate, as PEM.
    pub(crate) text: String,
}

/// What a server shows, as PEM.
pub(crate) struct Shown {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Where a server's certificate and key lie.
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Authority {
    pub(crate) fn make() -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let text = params.self_signed(&key).unwrap().pem();
        Authority { params, key, text }
    }

    /// Good for this machine until a first of January.
    pub(crate) fn sign(&self, year: i32) -> Shown {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "server of a test");
        params.use_authority_key_identifier_extension = true;
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &Issuer::from_params(&self.params, &self.key)).unwrap();
        Shown { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    /// What a client trusts that speaks these versions of TLS.
    pub(crate) fn trusted(&self, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.text.as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
        builder.with_protocol_versions(versions).unwrap().with_root_certificates(roots).with_no_client_auth()
    }

    /// A client that trusts this authority.
    pub(crate) fn client(&self) -> reqwest::Client {
        let root = reqwest::Certificate::from_pem(self.text.as_bytes()).unwrap();
        reqwest::Client::builder().tls_certs_only([root]).build().unwrap()
    }
}

impl Shown {
    /// Puts it where a server reads it, each file in one step, the key readable by its owner alone.
    pub(crate) fn put(&self, files: &Files) {
        replace(&files.certificate, &self.certificate);
        replace(&files.key, &self.key);
    }
}

impl Files {
    pub(crate) fn within(folder: &Path) -> Files {
        Files { certificate: folder.join("server.crt"), key: folder.join("server.key") }
    }

    /// The variables that tell a server of them.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        [("TAHAVOL_TLS__CERTIFICATE", self.certificate.display().to_string()), ("TAHAVOL_TLS__KEY", self.key.display().to_string())]
    }
}

/// Another file in the place of the one that is there.
pub(crate) fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    only_owner(&new);
    fs::rename(&new, path).unwrap();
}

#[cfg(unix)]
fn only_owner(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn only_owner(_: &Path) {}
