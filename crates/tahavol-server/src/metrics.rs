//! What is counted and measured, in the text format of Prometheus.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use tahavol_app::{Link, Tahavol};
use tahavol_identity::{JournalHealth, NoteKind};
use tahavol_ledger::merkle::Hash;
use tahavol_ledger::{Appended, Condition, Expected, Ledger, LedgerError, NewEvent, Recorded, SignedHead, Token};
use tokio::sync::watch;

/// Everything that is measured.
pub struct Metrics {
    registry: Registry,
    pub requests: Family<Request, Counter>,
    pub request_time: Histogram,
    pub graphql_errors: Family<ErrorCode, Counter>,
    pub cached_answers: Counter,
    pub subscriptions: Gauge,
    pub rate_limited: Counter,
    certificate_expires: Gauge,
    certificate_refused: Gauge,
    pub append_time: Histogram,
    pub append_failures: Counter,
    pub append_unknown: Counter,
    events: Gauge,
    file_position: Gauge,
    link: Gauge,
    link_lost: Gauge,
    alarms: Gauge,
    position: Gauge,
    lag_events: Gauge,
    lag_millis: Gauge,
    following: Gauge,
    equality: Gauge,
    equality_position: Gauge,
    equality_at: Gauge,
    signed_size: Gauge,
    cosigned_size: Gauge,
    unproven: Gauge,
    witness_at: Family<Witness, Gauge>,
    witness_alarm: Family<Witness, Gauge>,
    journal_notes: Family<JournalKind, Counter>,
    journal_lost: Counter,
    journal_failures: Counter,
    journal_failing: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// The first part of the path, or `other`: paths that nobody serves must not make series.
    pub route: &'static str,
    pub status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ErrorCode {
    pub code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JournalKind {
    pub kind: NoteKind,
}

impl EncodeLabelSet for JournalKind {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), fmt::Error> {
        [("kind", self.kind.code())].encode(encoder)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Witness {
    pub witness: String,
}

impl EncodeLabelSet for Witness {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), fmt::Error> {
        [("witness", self.witness.clone())].encode(encoder)
    }
}

impl EncodeLabelSet for Request {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), fmt::Error> {
        [("route", self.route.to_owned()), ("status", self.status.to_string())].encode(encoder)
    }
}

impl EncodeLabelSet for ErrorCode {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), fmt::Error> {
        [("code", self.code.clone())].encode(encoder)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("tahavol"),
            requests: Family::default(),
            request_time: Histogram::new(exponential_buckets(0.000_1, 4.0, 9)),
            graphql_errors: Family::default(),
            cached_answers: Counter::default(),
            subscriptions: Gauge::default(),
            rate_limited: Counter::default(),
            certificate_expires: Gauge::default(),
            certificate_refused: Gauge::default(),
            append_time: Histogram::new(exponential_buckets(0.000_1, 4.0, 9)),
            append_failures: Counter::default(),
            append_unknown: Counter::default(),
            events: Gauge::default(),
            file_position: Gauge::default(),
            link: Gauge::default(),
            link_lost: Gauge::default(),
            alarms: Gauge::default(),
            position: Gauge::default(),
            lag_events: Gauge::default(),
            lag_millis: Gauge::default(),
            following: Gauge::default(),
            equality: Gauge::default(),
            equality_position: Gauge::default(),
            equality_at: Gauge::default(),
            signed_size: Gauge::default(),
            cosigned_size: Gauge::default(),
            unproven: Gauge::default(),
            witness_at: Family::default(),
            witness_alarm: Family::default(),
            journal_notes: Family::default(),
            journal_lost: Counter::default(),
            journal_failures: Counter::default(),
            journal_failing: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("http_requests", "Requests by route and status", metrics.requests.clone());
        registry.register_with_unit("http_request", "Time to the answer's head", Unit::Seconds, metrics.request_time.clone());
        registry.register("graphql_errors", "Errors by code", metrics.graphql_errors.clone());
        registry.register("cached_answers", "Answers given again", metrics.cached_answers.clone());
        registry.register("subscriptions", "Open subscriptions", metrics.subscriptions.clone());
        registry.register("rate_limited", "Requests of callers who asked too much", metrics.rate_limited.clone());
        metrics.certificate_expires.set(-1);
        registry.register_with_unit(
            "tls_certificate_expires",
            "When the certificate in use ends, since 1970; -1: no TLS",
            Unit::Seconds,
            metrics.certificate_expires.clone(),
        );
        registry.register(
            "tls_files_refused",
            "1: the certificate's files cannot be used, and an older one is",
            metrics.certificate_refused.clone(),
        );
        registry.register_with_unit("append", "Time of a durable append", Unit::Seconds, metrics.append_time.clone());
        registry.register("append_failures", "Appends that failed, conflicts aside", metrics.append_failures.clone());
        registry.register(
            "append_outcome_unknown",
            "Appends of which nobody knew whether they were recorded",
            metrics.append_unknown.clone(),
        );
        registry.register("ledger_position", "Last position in this node's file; -1: nothing yet", metrics.file_position.clone());
        registry.register("ledger_link", "To the cluster: 0 sound, 1 catching up, 2 lost, 3 stopped", metrics.link.clone());
        registry.register_with_unit(
            "ledger_link_lost",
            "For how long nothing is heard of the cluster",
            Unit::Seconds,
            metrics.link_lost.clone(),
        );
        registry.register("ledger_alarms", "Streams that the cluster may cut, or has cut", metrics.alarms.clone());
        registry.register("ledger_events", "Events in the ledger, as far as is known", metrics.events.clone());
        registry.register("snapshot_position", "Position of the live snapshot; -1: nothing yet", metrics.position.clone());
        registry.register("snapshot_lag_events", "Events recorded but not folded; -1: unknown", metrics.lag_events.clone());
        registry.register("snapshot_lag_millis", "For how long there have been such; -1: unknown", metrics.lag_millis.clone());
        registry.register("snapshot_following", "1 while the snapshot follows the ledger", metrics.following.clone());
        registry.register(
            "replay_equality",
            "1: the last fold of the whole ledger gave the live picture; 0: it did not; -1: none yet",
            metrics.equality.clone(),
        );
        registry.register("replay_equality_position", "Position that was compared; -1: none yet", metrics.equality_position.clone());
        registry.register_with_unit(
            "replay_equality_at",
            "When it was compared, since 1970; -1: never",
            Unit::Seconds,
            metrics.equality_at.clone(),
        );
        registry.register("log_signed_events", "Events that the newest signed head covers; -1: no key", metrics.signed_size.clone());
        registry.register("log_unproven", "1: the ledger is not what was last signed, and nothing is written", metrics.unproven.clone());
        registry.register("log_cosigned_events", "Events that witnesses have cosigned; -1: none yet", metrics.cosigned_size.clone());
        registry.register_with_unit(
            "witness_cosigned_at",
            "When a witness has cosigned last, since 1970; -1: never",
            Unit::Seconds,
            metrics.witness_at.clone(),
        );
        registry.register("witness_alarm", "1: a witness has seen another history of the log", metrics.witness_alarm.clone());
        registry.register("security_journal_notes", "What was noted in the security journal, by kind", metrics.journal_notes.clone());
        registry.register("security_journal_lost", "Notes that could not be kept", metrics.journal_lost.clone());
        registry.register("security_journal_failures", "Times that it could not be written", metrics.journal_failures.clone());
        registry.register("security_journal_failing", "1: it could not be written the last time", metrics.journal_failing.clone());
        metrics
    }
}

impl Metrics {
    /// Which certificate is in use, and whether the files that are there now are of use.
    pub fn certificate_told(&self, expires: tahavol_domain::calendar::Instant, usable: bool) {
        self.certificate_expires.set(expires.micros() / 1_000_000);
        self.certificate_refused.set(i64::from(!usable));
    }

    /// How the security journal is getting on. Its own counts are the ones that hold.
    pub fn journal_told(&self, health: &JournalHealth) {
        for (kind, noted) in &health.noted {
            self.journal_notes.get_or_create(&JournalKind { kind: *kind }).inner().store(*noted, Ordering::Relaxed);
        }
        self.journal_lost.inner().store(health.lost, Ordering::Relaxed);
        self.journal_failures.inner().store(health.failures, Ordering::Relaxed);
        self.journal_failing.set(i64::from(health.failing));
    }

    /// The text that a collector reads. `there`: the last position in this node's file.
    #[must_use]
    pub fn text(&self, app: &Tahavol, there: Option<u64>, unproven: bool) -> String {
        set(&self.file_position, there);
        let condition = app.condition();
        let (link, lost) = match &condition.link {
            Link::Sound => (0, Duration::ZERO),
            Link::CatchingUp => (1, Duration::ZERO),
            Link::Lost { since, .. } => (2, since.elapsed().unwrap_or_default()),
            Link::Stopped { .. } => (3, Duration::ZERO),
        };
        set(&self.link, Some(link));
        set(&self.link_lost, Some(lost.as_secs()));
        set(&self.alarms, Some(condition.alarms.len() as u64));
        self.unproven.set(i64::from(unproven));
        let (lag, health) = (app.lag(), app.health());
        set(&self.events, lag.head.map(|head| head + 1).or(Some(0)));
        set(&self.position, health.position);
        set(&self.lag_events, lag.events);
        set(&self.lag_millis, lag.millis);
        self.following.set(i64::from(health.is_ready()));
        let equality = app.equality();
        set(&self.equality, equality.as_ref().map(|found| u64::from(found.is_equal())));
        set(&self.equality_position, equality.as_ref().map(|found| found.position));
        set(&self.equality_at, equality.as_ref().and_then(|found| u64::try_from(found.ran_at.micros() / 1_000_000).ok()));
        set(&self.signed_size, app.signed_head().map(|head| head.checkpoint.size));
        set(&self.cosigned_size, app.cosigned_head().map(|head| head.checkpoint.size));
        for report in app.witnesses() {
            let witness = Witness { witness: report.name };
            set(&self.witness_at.get_or_create(&witness), report.cosigned.map(|(_, unix_seconds)| unix_seconds));
            self.witness_alarm.get_or_create(&witness).set(i64::from(report.alarm));
        }
        let mut text = String::new();
        if let Err(error) = encode(&mut text, &self.registry) {
            tracing::error!(%error, "the metrics cannot be written");
        }
        text
    }
}

fn set(gauge: &Gauge<i64, AtomicI64>, value: Option<u64>) {
    gauge.set(value.map_or(-1, |value| i64::try_from(value).unwrap_or(i64::MAX)));
}

/// A ledger whose appends are timed. Everything else passes through.
pub struct Timed {
    ledger: Arc<dyn Ledger>,
    metrics: Arc<Metrics>,
}

impl Timed {
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, metrics: Arc<Metrics>) -> Timed {
        Timed { ledger, metrics }
    }

    fn note(&self, took: Duration, result: &Result<Appended, LedgerError>) {
        self.metrics.append_time.observe(took.as_secs_f64());
        if result.as_ref().is_err_and(|error| !matches!(error, LedgerError::Conflict { .. })) {
            self.metrics.append_failures.inc();
        }
        if matches!(result, Err(LedgerError::OutcomeUnknown { .. })) {
            self.metrics.append_unknown.inc();
        }
    }
}

impl Ledger for Timed {
    fn append(&self, stream: &str, expected: Expected, events: Vec<NewEvent>) -> BoxFuture<'_, Result<Appended, LedgerError>> {
        let began = Instant::now();
        // Called here and not in the future: the order of calls is the order of the log.
        let appending = self.ledger.append(stream, expected, events);
        Box::pin(async move {
            let result = appending.await;
            self.note(began.elapsed(), &result);
            result
        })
    }

    fn await_position(&self, token: Token) -> BoxFuture<'_, Result<u64, LedgerError>> {
        self.ledger.await_position(token)
    }

    fn read_stream(&self, stream: &str, from_revision: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>> {
        self.ledger.read_stream(stream, from_revision, limit)
    }

    fn read_all(&self, after: Option<u64>, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>> {
        self.ledger.read_all(after, limit)
    }

    fn subscribe(&self, after: Option<u64>) -> BoxStream<'static, Result<Recorded, LedgerError>> {
        self.ledger.subscribe(after)
    }

    fn head(&self) -> BoxFuture<'_, Result<Option<u64>, LedgerError>> {
        self.ledger.head()
    }

    fn signed_head(&self) -> Option<Arc<SignedHead>> {
        self.ledger.signed_head()
    }

    fn watch_heads(&self) -> watch::Receiver<Option<Arc<SignedHead>>> {
        self.ledger.watch_heads()
    }

    fn tile(&self, level: u8, number: u64, width: u16) -> BoxFuture<'_, Result<Vec<Hash>, LedgerError>> {
        self.ledger.tile(level, number, width)
    }

    fn keep_cosignatures(&self, size: u64, lines: Vec<String>) -> BoxFuture<'_, Result<(), LedgerError>> {
        self.ledger.keep_cosignatures(size, lines)
    }

    fn cosigned_head(&self) -> Option<Arc<SignedHead>> {
        self.ledger.cosigned_head()
    }

    fn condition(&self) -> Condition {
        self.ledger.condition()
    }

    fn is_shared(&self) -> bool {
        self.ledger.is_shared()
    }

    fn unproven(&self) -> Option<String> {
        self.ledger.unproven()
    }

    fn signs_from(&self) -> Option<u64> {
        self.ledger.signs_from()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), LedgerError>> {
        self.ledger.close()
    }
}
