//! A certificate authority and a server's certificate, made for one bench.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tonic::transport::{Identity, ServerTlsConfig};

/// The authority's file, and what the server shows.
pub(super) struct Certificates {
    pub(super) ca_file: PathBuf,
    pub(super) server: ServerTlsConfig,
}

impl Certificates {
    /// For these host names and addresses.
    pub(super) fn make(folder: &Path, names: &[String]) -> Self {
        let ca_key = KeyPair::generate().expect("a key can be made");
        let mut ca = CertificateParams::default();
        ca.distinguished_name.push(DnType::CommonName, "test bench authority");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca_text = ca.self_signed(&ca_key).expect("a certificate can be made").pem();
        let issuer = Issuer::from_params(&ca, &ca_key);

        let key = KeyPair::generate().expect("a key can be made");
        let mut node = CertificateParams::new(names.to_vec()).expect("names of hosts");
        node.distinguished_name.push(DnType::CommonName, "test bench node");
        node.use_authority_key_identifier_extension = true;
        let node_text = node.signed_by(&key, &issuer).expect("a certificate can be made").pem();

        let ca_file = folder.join("ca.crt");
        fs::write(&ca_file, ca_text).expect("a folder of our own");
        let server = ServerTlsConfig::new().identity(Identity::from_pem(node_text, key.serialize_pem()));
        Certificates { ca_file, server }
    }
}
