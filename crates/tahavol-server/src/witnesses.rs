//! Collecting cosignatures: each configured witness is shown every newest head, and what it answers is verified and kept.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, StatusCode};
use tahavol_app::Tahavol;
use tahavol_app::proof::{WitnessReport, cosigners};
use tahavol_ledger::merkle::cosignature;
use tahavol_ledger::merkle::note::{KeyKind, Note, Signature, VerifyingKey};
use tahavol_ledger::{Ledger, SignedHead};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::config::{ProofSettings, WitnessSetting};
use crate::failure::Failure;
use crate::witness::AddCheckpoint;

/// A witness that takes longer is asked again later.
const PATIENCE: Duration = Duration::from_secs(20);
/// After a failure; doubled with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// More than signature lines need.
const MOST_BYTES: usize = 64 << 10;
/// A witness that tells another size each time would be asked for ever.
const MOST_TRIES: usize = 4;

/// The witnesses of a configuration, ready to be asked.
pub(crate) struct Collector {
    app: Tahavol,
    ledger: Arc<dyn Ledger>,
    witnesses: Vec<Configured>,
    every: Duration,
}

struct Configured {
    /// Of `add-checkpoint`.
    url: String,
    key: VerifyingKey,
}

impl Collector {
    /// # Errors
    /// When a key is none, or is not of a witness.
    pub(crate) fn try_new(app: Tahavol, ledger: Arc<dyn Ledger>, settings: &ProofSettings) -> Result<Collector, Failure> {
        let witnesses: Vec<Configured> = settings.witness.iter().map(Configured::try_from).collect::<Result<_, _>>()?;
        let reports = witnesses.iter().map(|witness| WitnessReport::new(witness.key.name()));
        app.report_witnesses(reports.collect());
        Ok(Collector { app, ledger, witnesses, every: Duration::from_secs(settings.cosign_every_seconds) })
    }

    /// Asks until it is aborted, or the ledger is closed.
    pub(crate) async fn run(self) {
        let client = match Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build() {
            Ok(client) => client,
            Err(error) => {
                tracing::error!(%error, "no witness can be asked");
                return;
            }
        };
        let mut asking = JoinSet::new();
        for (index, witness) in self.witnesses.into_iter().enumerate() {
            let (app, ledger) = (self.app.clone(), Arc::clone(&self.ledger));
            asking.spawn(Asking { app, ledger, client: client.clone(), witness, index, known: 0 }.run(self.every));
        }
        while asking.join_next().await.is_some() {}
    }
}

impl TryFrom<&WitnessSetting> for Configured {
    type Error = Failure;

    fn try_from(setting: &WitnessSetting) -> Result<Configured, Failure> {
        // An address may have a user and a password before its host.
        let (scheme, rest) = setting.url.split_once("://").unwrap_or(("", &setting.url));
        let host = rest.rsplit('@').next().unwrap_or_default();
        let bad = |what: &str| Failure::usage(format!("configuration: the witness at {scheme}://{host}: {what}"));
        let key: VerifyingKey = setting.vkey.parse().map_err(|error| bad(&format!("{error}")))?;
        match key.kind() {
            KeyKind::Cosigner => Ok(Configured { url: format!("{}/add-checkpoint", setting.url.trim_end_matches('/')), key }),
            KeyKind::Log => Err(bad("the key is one of a log, not of a witness")),
        }
    }
}

/// One witness.
struct Asking {
    app: Tahavol,
    ledger: Arc<dyn Ledger>,
    client: Client,
    witness: Configured,
    /// Its place among the reports.
    index: usize,
    /// The size that it is believed to have seen.
    known: u64,
}

/// Why there is no cosignature.
enum Missed {
    /// Tried again after a pause.
    Trouble(String),
    /// It has seen another history than the log's: a person has to look. It is tried again all the same.
    Alarm(String),
}

impl Asking {
    async fn run(mut self, every: Duration) {
        let mut heads = self.app.watch_heads();
        let mut pause = FIRST_PAUSE;
        let mut done = self.known_before();
        loop {
            let head = heads.borrow_and_update().clone();
            match head.filter(|head| done.as_ref() != Some(&head.checkpoint)) {
                None => {
                    if heads.changed().await.is_err() {
                        return;
                    }
                }
                Some(head) => match self.ask(&head).await {
                    Ok(()) => {
                        done = Some(head.checkpoint.clone());
                        pause = FIRST_PAUSE;
                        // Heads that come meanwhile are shown together, by the last of them.
                        sleep(every).await;
                    }
                    Err(missed) => {
                        self.missed(missed);
                        sleep(pause).await;
                        pause = (pause * 2).min(LONGEST_PAUSE);
                    }
                },
            }
        }
    }

    /// What it cosigned last, as far as the ledger has kept it.
    fn known_before(&mut self) -> Option<tahavol_ledger::merkle::checkpoint::Checkpoint> {
        let head = self.app.cosigned_head()?;
        let name = self.witness.key.name();
        let unix_seconds = cosigners(&head).into_iter().find(|cosigner| cosigner.name == name)?.unix_seconds;
        self.known = head.checkpoint.size;
        self.told(head.checkpoint.size, unix_seconds);
        Some(head.checkpoint.clone())
    }

    async fn ask(&mut self, head: &SignedHead) -> Result<(), Missed> {
        let size = head.checkpoint.size;
        for _ in 0..MOST_TRIES {
            if self.known > size {
                let there = self.app.signed_head().map_or(size, |newest| newest.checkpoint.size);
                return Err(if self.known > there {
                    Missed::Alarm(format!("it has seen {} events of this log, and {there} are there", self.known))
                } else {
                    Missed::Trouble("a newer head was shown to it meanwhile".to_owned())
                });
            }
            let proof = self.app.consistency(self.known, size).await.map_err(|error| Missed::Trouble(error.to_string()))?;
            let checkpoint: Note = head.note.parse().map_err(|error| Missed::Trouble(format!("{error}")))?;
            let body = AddCheckpoint { old: self.known, proof: proof.hashes, checkpoint }.to_string();
            let (status, answer) = self.send(body).await.map_err(Missed::Trouble)?;
            match status {
                StatusCode::OK => return self.keep(head, &answer).await.map_err(Missed::Trouble),
                StatusCode::CONFLICT => match answer.trim_end_matches('\n').parse::<u64>() {
                    Ok(latest) if latest == self.known => {
                        return Err(Missed::Alarm(format!("it has seen another root at {latest} events")));
                    }
                    Ok(latest) => self.known = latest,
                    Err(_) => return Err(Missed::Trouble("it answers a conflict without a size".to_owned())),
                },
                StatusCode::UNPROCESSABLE_ENTITY => {
                    return Err(Missed::Alarm(format!("what it has seen at {} events is not how this log began", self.known)));
                }
                StatusCode::NOT_FOUND => return Err(Missed::Trouble(format!("it does not know the log {}", head.checkpoint.origin))),
                StatusCode::FORBIDDEN => return Err(Missed::Trouble("it trusts none of the log's keys".to_owned())),
                other => return Err(Missed::Trouble(format!("it answers {other}"))),
            }
        }
        Err(Missed::Trouble("it tells another size each time".to_owned()))
    }

    async fn send(&self, body: String) -> Result<(StatusCode, String), String> {
        let told = |error: reqwest::Error| {
            let text: String = error.without_url().to_string().chars().take(200).collect();
            format!("it cannot be asked: {text}")
        };
        let mut answer = self.client.post(&self.witness.url).body(body).send().await.map_err(told)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(told)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MOST_BYTES {
                return Err("its answer is too long".to_owned());
            }
        }
        let text = String::from_utf8(bytes).map_err(|_| "its answer is no text".to_owned())?;
        Ok((answer.status(), text))
    }

    /// Only what verifies under the configured key is kept.
    async fn keep(&mut self, head: &SignedHead, answer: &str) -> Result<(), String> {
        let lines: Vec<Signature> = answer.lines().filter_map(|line| line.parse().ok()).collect();
        let own: Vec<Signature> = lines.into_iter().filter(|line| self.witness.key.is_named_by(line)).collect();
        let Some(line) = own.first().cloned() else { return Err("its answer has no signature of its key".to_owned()) };
        let note = Note { text: head.checkpoint.text(), signatures: vec![line.clone()] };
        let unix_seconds =
            cosignature::verify(&note, &self.witness.key).map_err(|error| format!("its answer is no cosignature: {error}"))?;
        let size = head.checkpoint.size;
        self.ledger.keep_cosignatures(size, vec![line.to_string()]).await.map_err(|error| error.to_string())?;
        self.known = size;
        self.told(size, unix_seconds);
        Ok(())
    }

    fn told(&self, size: u64, unix_seconds: u64) {
        let name = self.witness.key.name().to_owned();
        self.app.report_witness(self.index, WitnessReport { name, cosigned: Some((size, unix_seconds)), problem: None, alarm: false });
    }

    /// An alarm is told once; what has cosigned before stays told.
    fn missed(&self, missed: Missed) {
        let (what, alarm) = match missed {
            Missed::Trouble(what) => (what, false),
            Missed::Alarm(what) => (what, true),
        };
        let witness = self.witness.key.name().to_owned();
        let before = self.app.witnesses().into_iter().nth(self.index);
        let new = before.as_ref().is_none_or(|before| before.problem.as_deref() != Some(&what));
        match (alarm, new) {
            (true, true) => tracing::error!(witness, what, "ALARM: a witness has seen another history of this log"),
            (false, true) => tracing::warn!(witness, what, "a witness has not cosigned"),
            (_, false) => tracing::debug!(witness, what, "a witness has still not cosigned"),
        }
        let cosigned = before.and_then(|before| before.cosigned);
        self.app.report_witness(self.index, WitnessReport { name: witness, cosigned, problem: Some(what), alarm });
    }
}
