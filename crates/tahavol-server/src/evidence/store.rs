//! Where the files lie: a directory, or a bucket; one copy of each by its digest, with a small note of its type and size.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256 as Hasher};
use tahavol_app::{EvidenceStore, EvidenceUnavailable, StoredEvidence};
use tahavol_domain::values::Sha256;
use uuid::Uuid;

use super::kind::{Kind, Sniffer};
use crate::config::{EvidenceSettings, S3Settings};
use crate::failure::Failure;

/// Pieces of a file that are on their way to the store at once.
const PARTS: usize = 4;

/// The store of evidence files.
pub struct Files {
    store: Arc<dyn ObjectStore>,
    prefix: String,
    max_bytes: u64,
}

/// What a sender is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub digest: Sha256,
    pub file: StoredEvidence,
    /// Whether it was not there before.
    pub new: bool,
}

/// A file on its way to a reader.
pub struct Content {
    pub file: StoredEvidence,
    pub bytes: BoxStream<'static, Result<Bytes, object_store::Error>>,
}

/// Why a file was not taken; nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error("more than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the file is empty")]
    Empty,
    /// The content is nothing that is taken.
    #[error("a type of file that is not taken")]
    UnknownType,
    #[error("declared as {declared}, found to be {found}")]
    OtherType { declared: String, found: &'static str },
    #[error("the sender stopped: {what}")]
    Interrupted { what: String },
    #[error(transparent)]
    Store(#[from] object_store::Error),
}

/// Lies beside a file, and is written after it: a file without one is not there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Note {
    media_type: String,
    size: u64,
}

impl Files {
    /// A directory, unless a bucket is configured.
    ///
    /// # Errors
    /// When the directory cannot be made or the bucket's settings are wrong.
    pub fn open(settings: &EvidenceSettings, directory: &Path) -> Result<Files, Failure> {
        let (store, prefix): (Arc<dyn ObjectStore>, String) = match &settings.s3 {
            Some(s3) => (bucket(s3)?, s3.prefix.clone()),
            None => (Arc::new(local(directory)?), String::new()),
        };
        Ok(Files { store, prefix, max_bytes: settings.max_bytes })
    }

    /// The largest file that is taken.
    #[must_use]
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// Takes a file piece by piece. `declared` is what the sender calls its type, which the content must bear out.
    ///
    /// # Errors
    /// As [`EvidenceError`] says; then nothing is kept.
    pub async fn receive<E: std::fmt::Display>(
        &self,
        declared: Option<&str>,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Received, EvidenceError> {
        let incoming = self.name(&format!("incoming/{}", Uuid::now_v7()));
        let mut upload = WriteMultipart::new(self.store.put_multipart(&incoming).await?);
        let (mut hasher, mut sniffer, mut size) = (Hasher::new(), Sniffer::default(), 0_u64);
        let mut taken = Ok(());
        while let Some(piece) = body.next().await {
            taken = match piece {
                Ok(piece) if size + piece.len() as u64 > self.max_bytes => Err(EvidenceError::TooLarge { limit: self.max_bytes }),
                Ok(piece) => {
                    size += piece.len() as u64;
                    hasher.update(&piece);
                    sniffer.see(&piece);
                    let room = upload.wait_for_capacity(PARTS).await;
                    room.map(|()| upload.put(piece)).map_err(EvidenceError::Store)
                }
                Err(error) => Err(EvidenceError::Interrupted { what: error.to_string() }),
            };
            if taken.is_err() {
                break;
            }
        }
        let kind = taken.and_then(|()| known_kind(&sniffer, size, declared));
        let media_type = match kind {
            Ok(kind) => kind,
            Err(error) => {
                if let Err(left) = upload.abort().await {
                    tracing::warn!(error = %left, "a piece of a refused evidence file may be left in the store");
                }
                return Err(error);
            }
        };
        upload.finish().await?;
        let received = self.settle(&incoming, Sha256(hasher.finalize().into()), StoredEvidence { media_type, size }).await;
        if received.is_err() {
            self.remove(&incoming).await;
        }
        received
    }

    /// Gives a file that is wholly there its name, or throws it away where the store has it already.
    async fn settle(&self, incoming: &Name, digest: Sha256, file: StoredEvidence) -> Result<Received, EvidenceError> {
        if let Some(known) = self.known(digest).await? {
            self.remove(incoming).await;
            return Ok(Received { digest, file: known, new: false });
        }
        self.store.rename(incoming, &self.file(digest)).await?;
        let note = serde_json::to_vec(&Note { media_type: file.media_type.clone(), size: file.size });
        let note = note.map_err(|error| EvidenceError::Interrupted { what: error.to_string() })?;
        self.store.put(&self.note_name(digest), note.into()).await?;
        Ok(Received { digest, file, new: true })
    }

    /// The file's content.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn content(&self, digest: Sha256) -> Result<Option<Content>, object_store::Error> {
        let Some(file) = self.known(digest).await? else { return Ok(None) };
        match self.store.get(&self.file(digest)).await {
            Ok(found) => Ok(Some(Content { file, bytes: found.into_stream().boxed() })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a file that was destroyed by order: first what says that it is there.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn destroy(&self, digest: Sha256) -> Result<(), object_store::Error> {
        for name in [self.note_name(digest), self.file(digest)] {
            match self.store.delete(&name).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Removes what interrupted senders left behind, as long as nobody sends.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn clear_incoming(&self) -> Result<usize, object_store::Error> {
        let left: Vec<_> = self.store.list(Some(&self.name("incoming"))).try_collect().await?;
        for object in &left {
            self.store.delete(&object.location).await?;
        }
        Ok(left.len())
    }

    /// What is there under a digest: its note, and a file of the size that the note says.
    async fn known(&self, digest: Sha256) -> Result<Option<StoredEvidence>, object_store::Error> {
        let Some(noted) = self.note(digest).await? else { return Ok(None) };
        match self.store.head(&self.file(digest)).await {
            Ok(file) if file.size == noted.size => Ok(Some(noted)),
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn note(&self, digest: Sha256) -> Result<Option<StoredEvidence>, object_store::Error> {
        let found = match self.store.get(&self.note_name(digest)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        match serde_json::from_slice::<Note>(&found) {
            Ok(note) => Ok(Some(StoredEvidence { media_type: note.media_type, size: note.size })),
            // Half a note is none: the file is sent again.
            Err(error) => {
                tracing::warn!(%digest, %error, "the note of an evidence file cannot be read");
                Ok(None)
            }
        }
    }

    async fn remove(&self, name: &Name) {
        if let Err(error) = self.store.delete(name).await {
            tracing::warn!(%name, %error, "an evidence file is left over in the store");
        }
    }

    fn file(&self, digest: Sha256) -> Name {
        let digest = digest.to_string();
        self.name(&format!("files/{}/{digest}", &digest[..2]))
    }

    fn note_name(&self, digest: Sha256) -> Name {
        let digest = digest.to_string();
        self.name(&format!("files/{}/{digest}.json", &digest[..2]))
    }

    fn name(&self, name: &str) -> Name {
        Name::from(format!("{}{name}", self.prefix))
    }
}

impl EvidenceStore for Files {
    fn find(&self, digest: Sha256) -> BoxFuture<'_, Result<Option<StoredEvidence>, EvidenceUnavailable>> {
        Box::pin(async move { self.known(digest).await.map_err(|error| EvidenceUnavailable { what: error.to_string() }) })
    }
}

/// The media type that both the content and the sender say.
fn known_kind(sniffer: &Sniffer, size: u64, declared: Option<&str>) -> Result<String, EvidenceError> {
    if size == 0 {
        return Err(EvidenceError::Empty);
    }
    let found = sniffer.kind().ok_or(EvidenceError::UnknownType)?;
    let declared = declared.unwrap_or_default();
    let markup = sniffer.markup().filter(|_| found == Kind::Text);
    // What is declared as the markup that it is has the type that it says, and that type is not taken.
    if markup.is_some_and(|markup| declared.is_empty() || name_of(declared).eq_ignore_ascii_case(markup)) {
        return Err(EvidenceError::UnknownType);
    }
    let kind = if markup.is_none() { found.declared_as(declared) } else { None };
    let other = || EvidenceError::OtherType { declared: declared.to_owned(), found: markup.unwrap_or(found.media_type()) };
    kind.map(|kind| kind.media_type().to_owned()).ok_or_else(other)
}

fn local(directory: &Path) -> Result<LocalFileSystem, Failure> {
    let doing = format!("keep evidence in {}", directory.display());
    std::fs::create_dir_all(directory).map_err(|error| Failure::io(&doing, &error))?;
    let store = LocalFileSystem::new_with_prefix(directory);
    // Evidence that was acknowledged survives a power failure, as the event that refers to it does.
    store.map(|store| store.with_fsync(true)).map_err(|error| Failure::usage(format!("cannot {doing}: {error}")))
}

#[cfg(feature = "s3")]
fn bucket(settings: &S3Settings) -> Result<Arc<dyn ObjectStore>, Failure> {
    let mut builder = object_store::aws::AmazonS3Builder::new().with_bucket_name(&settings.bucket).with_allow_http(settings.allow_http);
    if let Some(region) = &settings.region {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(id) = &settings.access_key_id {
        builder = builder.with_access_key_id(id);
    }
    if let Some(key) = settings.secret()? {
        builder = builder.with_secret_access_key(key);
    }
    let store = builder.build().map_err(|error| Failure::usage(format!("configuration: evidence.s3: {error}")))?;
    Ok(Arc::new(store))
}

#[cfg(not(feature = "s3"))]
fn bucket(settings: &S3Settings) -> Result<Arc<dyn ObjectStore>, Failure> {
    Err(Failure::usage(format!(
        "configuration: evidence.s3: this program was built without the feature `s3`, so that the bucket {} cannot be used",
        settings.bucket
    )))
}

/// A media type without its parameters.
fn name_of(declared: &str) -> &str {
    declared.split(';').next().unwrap_or_default().trim()
}
