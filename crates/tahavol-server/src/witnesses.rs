//! Collecting cosignatures: each configured witness is shown every newest head, and what it answers is verified and kept.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, StatusCode};
use tahavol_app::Tahavol;
use tahavol_app::proof::{WitnessReport, cosigners};
use tahavol_ledger::merkle::cosignature;
use tahavol_ledger::merkle::note::{KeyKind, Note, Signature, VerifyingKey};
use tahavol_ledger::{Ledger, Link, SignedHead};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::config::{ProofSettings, WitnessSetting};
use crate::failure::Failure;
use crate::witness::AddCheckpoint;

/// A witness that takes longer is asked again later.
const PATIENCE: Duration = Duration::from_secs(20);
/// After a failure; doubled with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A node that hears all that others record has it within moments. What it still lacks after this is not there any more.
const LATE_AT_MOST: Duration = Duration::from_secs(300);
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
            let asked = Asking { app, ledger, client: client.clone(), witness, index, known: 0, late: None };
            asking.spawn(asked.run(self.every));
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
    /// Since when this node, hearing all that others record, has had less than the witness has seen.
    late: Option<Instant>,
}

/// Why there is no cosignature.
enum Missed {
    /// Another node has shown it more than this one has signed so far: nothing is wrong, and nothing is to be shown before this
    /// one has as much. Told, unless this one has it already.
    Behind(Option<String>),
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
                    Err(missed @ Missed::Behind(_)) => {
                        self.missed(missed);
                        if timeout(LONGEST_PAUSE, until_signed(&mut heads, self.known)).await == Ok(false) {
                            return;
                        }
                        pause = FIRST_PAUSE;
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
                return Err(self.it_has_seen_more(size));
            }
            self.late = None;
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

    /// It has seen more than the head that was to be shown. In a log that only this process writes, more than there is was
    /// there once; where other nodes write too, it may be on its way to this one.
    fn it_has_seen_more(&mut self, shown: u64) -> Missed {
        let (seen, there) = (self.known, self.app.signed_head().map_or(shown, |newest| newest.checkpoint.size));
        let shared = self.ledger.is_shared();
        match (seen > there, shared) {
            (false, false) => Missed::Trouble("a newer head was shown to it meanwhile".to_owned()),
            (false, true) => Missed::Behind(None),
            (true, false) => Missed::Alarm(format!("it has seen {seen} events of this log, and {there} are there")),
            (true, true) if is_late(&mut self.late, &self.ledger.condition().link, Instant::now()) => {
                let minutes = LATE_AT_MOST.as_secs() / 60;
                Missed::Alarm(format!(
                    "it has seen {seen} events of this log; {there} are here, and no more have come from the cluster for {minutes} minutes"
                ))
            }
            (true, true) => {
                Missed::Behind(Some(format!("it has seen {seen} events of this log, of which {there} are signed on this node so far")))
            }
        }
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
        let (what, alarm, waits) = match missed {
            Missed::Behind(None) => return,
            Missed::Behind(Some(what)) => (what, false, true),
            Missed::Trouble(what) => (what, false, false),
            Missed::Alarm(what) => (what, true, false),
        };
        let witness = self.witness.key.name().to_owned();
        let before = self.app.witnesses().into_iter().nth(self.index);
        let new = before.as_ref().is_none_or(|before| before.problem.as_deref() != Some(&what));
        match (alarm, new) {
            (true, true) => tracing::error!(witness, what, "ALARM: a witness has seen another history of this log"),
            (false, true) if !waits => tracing::warn!(witness, what, "a witness has not cosigned"),
            (_, _) => tracing::debug!(witness, what, "a witness has still not cosigned"),
        }
        let cosigned = before.and_then(|before| before.cosigned);
        self.app.report_witness(self.index, WitnessReport { name: witness, cosigned, problem: Some(what), alarm });
    }
}

/// Until a head of this size is signed here; `false`: none will be, the ledger is closed.
async fn until_signed(heads: &mut watch::Receiver<Option<Arc<SignedHead>>>, size: u64) -> bool {
    let signed = |head: &Option<Arc<SignedHead>>| head.as_ref().is_some_and(|head| head.checkpoint.size >= size);
    heads.wait_for(signed).await.is_ok()
}

/// Whether a node that hears all that others record has lacked something for too long. One that does not hear it may lack
/// anything: the time begins again.
fn is_late(since: &mut Option<Instant>, link: &Link, now: Instant) -> bool {
    match link {
        Link::Sound => now.duration_since(*since.get_or_insert(now)) >= LATE_AT_MOST,
        Link::CatchingUp | Link::Lost { .. } | Link::Stopped { .. } => {
            *since = None;
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_node_that_hears_all_and_still_lacks_something_is_late() {
        let (mut since, begun) = (None, Instant::now());
        assert!(!is_late(&mut since, &Link::Sound, begun));
        assert!(!is_late(&mut since, &Link::Sound, begun + LATE_AT_MOST / 2));
        assert!(is_late(&mut since, &Link::Sound, begun + LATE_AT_MOST));
        for link in [Link::CatchingUp, Link::Lost { since: std::time::SystemTime::now(), what: String::new() }] {
            assert!(!is_late(&mut since, &link, begun + LATE_AT_MOST * 2));
            assert!(!is_late(&mut since, &Link::Sound, begun + LATE_AT_MOST * 2), "it begins again");
        }
        assert!(is_late(&mut since, &Link::Sound, begun + LATE_AT_MOST * 3));
    }
}
