//! A log over HTTP as something to be checked: its checkpoint, tiles, entries and figures as a server tells them.

use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::future::try_join_all;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tahavol_app::Clock;
use tahavol_app::verify::{Fault, Held, Kind, Source, ToldFigures, signed_by};
use tahavol_domain::calendar::TimeZone;
use tahavol_domain::fact::MAX_LINE;
use tahavol_domain::values::ProgrammeId;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::VerifyingKey;
use tahavol_ledger::merkle::tile::{bundles_of, entries_path, tile_path, unbundle};
use tokio::runtime::Runtime;
use tokio::time::sleep;

use crate::failure::Failure;

/// Who asks: entries and figures are for those whom the server knows.
pub(super) const TOKEN: &str = "TAHAVOL_TOKEN";

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a server may say that it was asked too much, for one answer.
const MOST_WAITS: u32 = 20;

/// No checkpoint is longer, however many have cosigned it.
const MOST_OF_NOTE: usize = 1 << 16;

/// A tile holds at most 256 hashes.
const MOST_OF_TILE: usize = 256 * 32;

/// Nor do 256 of the longest lines with their lengths take more.
const MOST_OF_ENTRIES: usize = 256 * (2 + MAX_LINE);

/// Bundles that are asked for at the same time.
const AT_ONCE: usize = 16;

const FIGURES: &str = "query ($asOf: AsOfInput!, $on: Date!, $baseline: BaselineKind!) {
  progressMatrix(asOf: $asOf, statusDate: $on, baseline: $baseline) {
    horizon commission position statusDate baseline planned reported verified coverage bac pv ev vv spi es spiT svT at pd
    starts due forecastFinish forecastReason completedOn slippageDays confidence cancelledWeight milestones
  }
}";

/// What a server says that its log is, at the head that it showed first.
pub(super) struct Remote {
    runtime: Runtime,
    client: Client,
    /// Without a slash at the end.
    log: String,
    token: Option<String>,
    note: String,
    size: u64,
    told: Option<ToldFigures>,
}

impl Remote {
    /// Asks for the head, and for the figures at it. What it says is believed only when one of the keys has signed it.
    pub(super) fn open(url: &str, keys: &[VerifyingKey]) -> Result<Result<Remote, Fault>, Failure> {
        let runtime = Runtime::new().map_err(|error| Failure::io("start the runtime", &error))?;
        let client = Client::builder().timeout(PATIENCE).build().map_err(|error| Failure::usage(error.to_string()))?;
        let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
        let log = url.trim_end_matches('/').to_owned();
        let mut remote = Remote { runtime, client, log, token, note: String::new(), size: 0, told: None };
        Ok(remote.begin(keys).map(|()| remote))
    }

    fn begin(&mut self, keys: &[VerifyingKey]) -> Result<(), Fault> {
        let note = self.runtime.block_on(self.get("checkpoint", MOST_OF_NOTE)).map_err(|fault| self.not_the_log().unwrap_or(fault))?;
        self.note = String::from_utf8(note).map_err(|_| Fault::missing("checkpoint"))?;
        let form = |fault: Fault| if fault.said.key == "verify-checkpoint-form" { self.not_the_log().unwrap_or(fault) } else { fault };
        self.size = signed_by(&self.note, keys).map_err(form)?.size;
        if self.token.is_some() && self.size > 0 {
            self.told = Some(self.runtime.block_on(self.figures())?);
        }
        Ok(())
    }

    /// That the address of the server was given, where it looks so.
    fn not_the_log(&self) -> Option<Fault> {
        let hint = || format!("{}/log", self.log);
        let args = || [("part", format!("{}/checkpoint", self.log)), ("hint", hint())];
        (!self.log.ends_with("/log")).then(|| Fault::new(Kind::Missing, "verify-not-the-log", args()))
    }

    async fn get(&self, part: &str, most: usize) -> Result<Vec<u8>, Fault> {
        let missing = |why: String| Fault::missing(format!("{}/{part} ({why})", self.log));
        let mut request = self.client.get(format!("{}/{part}", self.log));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let mut response = sent(request).await.map_err(|error| missing(error.to_string()))?;
        let status = response.status();
        if !status.is_success() {
            let hint = if status.as_u16() == 401 { format!("{status}; {TOKEN}") } else { status.to_string() };
            return Err(missing(hint));
        }
        let mut bytes = Vec::new();
        while let Some(more) = response.chunk().await.map_err(|error| missing(error.to_string()))? {
            if bytes.len() + more.len() > most {
                return Err(Fault::new(Kind::Missing, "verify-part-large", [("part", format!("{}/{part}", self.log))]));
            }
            bytes.extend_from_slice(&more);
        }
        Ok(bytes)
    }

    /// Today's, of the picture at the head.
    async fn figures(&self) -> Result<ToldFigures, Fault> {
        let status_date = Clock::System.now().date_in(&TimeZone::tehran());
        let mut figures = Vec::new();
        for baseline in ["CURRENT", "ORIGINAL"] {
            let variables = json!({ "asOf": { "position": self.size - 1 }, "on": status_date, "baseline": baseline });
            let answer = self.ask(&json!({ "query": FIGURES, "variables": variables })).await?;
            let rows = answer["data"]["progressMatrix"].as_array().cloned();
            figures.extend(rows.ok_or_else(|| Fault::missing(format!("progressMatrix ({})", answer["errors"][0]["message"])))?);
        }
        let progress = json!({ "position": self.size - 1, "statusDate": status_date, "figures": figures });
        Ok(ToldFigures { status_date, progress, whole: false })
    }

    async fn ask(&self, question: &Value) -> Result<Value, Fault> {
        let server = self.log.strip_suffix("/log").unwrap_or(&self.log);
        let missing = |error: reqwest::Error| Fault::missing(format!("{server}/graphql ({error})"));
        let request = self.client.post(format!("{server}/graphql")).bearer_auth(self.token.as_deref().unwrap_or_default()).json(question);
        sent(request).await.map_err(missing)?.json().await.map_err(missing)
    }
}

/// The answer, after as much waiting as the server asks for: a long log is more than it lets one caller ask at once.
async fn sent(request: RequestBuilder) -> Result<Response, reqwest::Error> {
    let mut waits = MOST_WAITS;
    loop {
        // Every request here has its body in memory, or none.
        let Some(again) = request.try_clone().filter(|_| waits > 0) else { return request.send().await };
        let answer = again.send().await?;
        if answer.status() != StatusCode::TOO_MANY_REQUESTS {
            return Ok(answer);
        }
        let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        sleep(Duration::from_secs(asked.unwrap_or(1)).min(PATIENCE)).await;
        waits -= 1;
    }
}

impl Source for Remote {
    fn lines(&self) -> u64 {
        self.size
    }

    fn note(&self) -> Result<Option<String>, Fault> {
        Ok(Some(self.note.clone()))
    }

    fn scan(&self, _columns: bool, visit: &mut dyn FnMut(Held<'_>) -> ControlFlow<()>) -> Result<(), Fault> {
        let mut bundles = bundles_of(self.size);
        loop {
            let some: Vec<(u64, u16)> = bundles.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return Ok(());
            }
            let paths: Vec<String> = some.iter().map(|(number, width)| entries_path(*number, *width)).collect();
            let held = self.runtime.block_on(try_join_all(paths.iter().map(|path| self.get(path, MOST_OF_ENTRIES))))?;
            for ((path, bytes), (_, width)) in paths.iter().zip(&held).zip(&some) {
                let entries = unbundle(bytes).ok().filter(|entries| entries.len() == usize::from(*width));
                for line in entries.ok_or_else(|| Fault::missing(path.as_str()))? {
                    if visit(Held { line, position: None, leaf: None, columns: None }).is_break() {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn first_level(&self) -> u8 {
        0
    }

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<u8>, Fault> {
        self.runtime.block_on(self.get(&tile_path(level, number, width), MOST_OF_TILE))
    }

    /// The lines come out of the bundles.
    fn entries(&self, _number: u64, _width: u16) -> Result<Option<Vec<u8>>, Fault> {
        Ok(None)
    }

    fn agrees(&self, _head: &Checkpoint) -> Result<(), Fault> {
        Ok(())
    }

    fn origin(&self) -> Option<&str> {
        None
    }

    fn programme(&self) -> Option<ProgrammeId> {
        None
    }

    /// A key that came over the same wire would say nothing.
    fn keys(&self) -> Result<Vec<VerifyingKey>, Fault> {
        Ok(Vec::new())
    }

    fn witnesses(&self) -> Result<Vec<VerifyingKey>, Fault> {
        Ok(Vec::new())
    }

    fn told(&self) -> Option<&ToldFigures> {
        self.told.as_ref()
    }
}
