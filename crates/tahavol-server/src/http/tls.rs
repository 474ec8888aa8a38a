//! TLS from two files, which are read again when they change: a certificate is renewed without a restart.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use tahavol_domain::calendar::Instant;
use tokio::time::{interval, sleep};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::{TlsSettings, refuse_open_to_others};
use crate::failure::{Failure, both};
use crate::metrics::Metrics;

/// Whoever renews has so long.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What connections are taken with.
pub struct Tls {
    settings: TlsSettings,
    current: ArcSwap<Loaded>,
    /// Of the files as they were opened.
    first: Stamp,
    metrics: Arc<Metrics>,
}

/// What the files held when they were last of use.
struct Loaded {
    config: Arc<ServerConfig>,
    /// Of the certificate, or of one above it that ends sooner.
    expires: Instant,
}

/// By what a change of the files is seen: where a file is put in another's place, it may be as large and as old.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp([Option<(SystemTime, u64, u64)>; 2]);

impl Tls {
    /// # Errors
    /// When the files cannot be read, do not belong together, or others may read the key.
    pub fn open(settings: &TlsSettings, metrics: Arc<Metrics>) -> Result<Arc<Tls>, Failure> {
        let first = Stamp::of(settings);
        let loaded = load(settings)?;
        metrics.certificate_told(loaded.expires, true);
        Ok(Arc::new(Tls { settings: settings.clone(), current: ArcSwap::from_pointee(loaded), first, metrics }))
    }

    /// For a connection that begins now.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.load().config))
    }

    /// What somebody has to hear of the certificate, in both languages.
    #[must_use]
    pub fn warning(&self, now: Instant) -> Option<String> {
        warning(self.current.load().expires, now)
    }

    /// Looks at the files again and again, and at once when the process is told to (SIGHUP), which it hears from this call on.
    pub fn watch(self: Arc<Self>) -> impl Future<Output = ()> + Send + 'static {
        let told = Hangups::listen();
        self.look_again(told)
    }

    async fn look_again(self: Arc<Self>, mut told: Hangups) {
        let mut seen = self.first.clone();
        let mut refused = false;
        let mut looks = interval(Duration::from_secs(self.settings.look_seconds.max(1)));
        loop {
            let asked = tokio::select! {
                _ = looks.tick() => false,
                () = told.next() => true,
            };
            let stamp = Stamp::of(&self.settings);
            // Files that were of no use are tried again: one of them may have been late.
            if asked || refused || stamp != seen {
                let again = stamp == seen && refused && !asked;
                refused = !self.reload(again);
                seen = stamp;
            }
        }
    }

    /// Says every day how near the end is, once it is near.
    pub async fn warn_daily(self: Arc<Self>) {
        loop {
            sleep(A_DAY).await;
            if let Some(warning) = self.warning(tahavol_app::Clock::System.now()) {
                tracing::warn!("{}", warning.lines().next().unwrap_or_default());
            }
        }
    }

    /// Whether the files are of use. If not, connections go on being taken with what there was.
    fn reload(&self, quietly: bool) -> bool {
        match load(&self.settings) {
            Ok(loaded) => {
                tracing::info!(certificate = %self.settings.certificate.display(), expires = %loaded.expires, "the certificate was read again");
                self.metrics.certificate_told(loaded.expires, true);
                self.current.store(Arc::new(loaded));
                true
            }
            Err(failure) => {
                self.metrics.certificate_told(self.current.load().expires, false);
                if !quietly {
                    // One line, in the language of logs.
                    let what = failure.text.lines().next().unwrap_or_default();
                    tracing::error!("the certificate that was there before is kept: {what}");
                }
                false
            }
        }
    }
}

impl Stamp {
    fn of(settings: &TlsSettings) -> Stamp {
        Stamp([&settings.certificate, &settings.key].map(|path| stamp(path)))
    }
}

/// When the certificate of these files ends, and whether that is soon.
///
/// # Errors
/// As [`Tls::open`].
pub fn look(settings: &TlsSettings, now: Instant) -> Result<(Instant, Option<String>), Failure> {
    let expires = load(settings)?.expires;
    Ok((expires, warning(expires, now)))
}

fn warning(expires: Instant, now: Instant) -> Option<String> {
    let left = expires.micros().saturating_sub(now.micros());
    let soon = i64::try_from(SOON.as_micros()).unwrap_or(i64::MAX);
    let args = |days: i64| [("expires", expires.to_string()), ("days", days.to_string())];
    let day = 24 * 60 * 60 * 1_000_000;
    match left {
        ..=0 => Some(both("TLS_EXPIRED", &args(0))),
        left if left < soon => Some(both("TLS_EXPIRES_SOON", &args(left / day))),
        _ => None,
    }
}

fn load(settings: &TlsSettings) -> Result<Loaded, Failure> {
    let TlsSettings { certificate, key, look_seconds: _ } = settings;
    let unusable = |what: String| {
        let args = [("certificate", certificate.display().to_string()), ("key", key.display().to_string()), ("what", what)];
        Failure::usage(both("TLS_FILES", &args))
    };
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| unusable(format!("{}: {error}", certificate.display())))?;
    let expires = expires(&chain).map_err(&unusable)?;
    refuse_open_to_others(key)?;
    // What is wrong with a key is told without its text.
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(format!("{}: {}", key.display(), without_text(&error))))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private);
    let mut config = config.map_err(|error| unusable(error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Loaded { config: Arc::new(config), expires })
}

/// The first that ends of a chain.
fn expires(chain: &[CertificateDer<'_>]) -> Result<Instant, String> {
    let ends = chain.iter().map(|certificate| {
        let (_, read) =
            x509_parser::parse_x509_certificate(certificate).map_err(|error| format!("a certificate cannot be read: {error}"))?;
        Ok(Instant::from_micros(read.validity().not_after.timestamp().saturating_mul(1_000_000)))
    });
    let ends = ends.collect::<Result<Vec<_>, String>>()?;
    ends.into_iter().min().ok_or_else(|| "there is no certificate in it".to_owned())
}

fn without_text(error: &tokio_rustls::rustls::pki_types::pem::Error) -> &'static str {
    use tokio_rustls::rustls::pki_types::pem::Error;
    match error {
        Error::Io(_) => "it cannot be read",
        Error::NoItemsFound => "there is no private key in it",
        // The library may get further ones, of which nobody knows what they quote.
        _ => "it is no PEM",
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64, u64)> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len(), number(&file)))
}

#[cfg(unix)]
fn number(file: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> u64 {
    0
}

/// SIGHUP, where there is such a thing.
struct Hangups {
    #[cfg(unix)]
    signals: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    fn listen() -> Hangups {
        Hangups {
            #[cfg(unix)]
            signals: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
                .inspect_err(|error| tracing::warn!(%error, "SIGHUP is not listened for; the files are looked at all the same"))
                .ok(),
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signals) = &mut self.signals
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_told_two_weeks_before() {
        let day = |days: i64| Instant::from_micros(days * 24 * 60 * 60 * 1_000_000);
        assert_eq!(warning(day(100), day(0)), None);
        assert!(warning(day(100), day(90)).unwrap().contains("10"));
        assert!(warning(day(100), day(100)).is_some_and(|told| told.contains(&day(100).to_string())));
    }
}
