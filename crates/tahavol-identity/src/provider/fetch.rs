//! How the provider is asked: over HTTPS, to where it was said and nowhere else, not for long, and not for much.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};

use super::settings::{Checked, Misconfigured, is_safe};

const PATIENCE: Duration = Duration::from_secs(10);
/// More than any answer of a provider needs.
const MOST_BYTES: usize = 1 << 20;

/// Asks and answers as the library of OpenID Connect wants it.
#[derive(Clone)]
pub(super) struct Fetcher {
    client: reqwest::Client,
}

/// The provider gave no answer that could be read. Tried again later.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no answer")]
    Transport(#[source] reqwest::Error),
    /// An address that the provider told, not one of the configuration.
    #[error("`{0}` is neither https nor on this machine")]
    NotSecure(String),
    #[error("an answer of more than {MOST_BYTES} bytes")]
    TooMuch,
    #[error("an answer that is none")]
    Http(#[source] http::Error),
}

impl Fetcher {
    pub(super) fn try_new(settings: &Checked) -> Result<Fetcher, Misconfigured> {
        let mut builder = reqwest::Client::builder()
            .timeout(PATIENCE)
            // What is asked may carry the client's secret; where it goes is not the answerer's to say.
            .redirect(reqwest::redirect::Policy::none());
        if settings.issuer.url().scheme() == "http" {
            builder = builder.no_proxy();
        }
        if let Some(file) = &settings.ca_file {
            let unreadable = |reason: String| Misconfigured::Certificates { file: file.display().to_string(), reason };
            let pem = std::fs::read(file).map_err(|error| unreadable(error.to_string()))?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| unreadable(with_sources(&error)))?;
            if certificates.is_empty() {
                return Err(unreadable("there is none in it".to_owned()));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder.build().map_err(|error| Misconfigured::Client { reason: with_sources(&error) })?;
        Ok(Fetcher { client })
    }

    pub(super) async fn call(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let request = reqwest::Request::try_from(request).map_err(FetchError::Transport)?;
        if !is_safe(request.url()) {
            return Err(FetchError::NotSecure(request.url().to_string()));
        }
        let mut answer = self.client.execute(request).await.map_err(FetchError::Transport)?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(FetchError::Transport)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(FetchError::TooMuch);
            }
            body.extend_from_slice(&chunk);
        }
        response.body(body).map_err(FetchError::Http)
    }
}

/// A type and not a closure: only of this does the compiler see that the flow's futures go from thread to thread.
impl<'c> AsyncHttpClient<'c> for Fetcher {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(Fetcher::call(self, request))
    }
}

/// An error and what lies behind it, as one line.
pub(super) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
