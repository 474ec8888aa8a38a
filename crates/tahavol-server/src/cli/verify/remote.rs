//! A log over HTTP as something to be checked: its checkpoint, tiles, entries and figures as a server tells them.

use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::future::try_join_all;
use reqwest::Client;
use serde_json::{Value, json};
use tahavol_app::Clock;
use tahavol_app::verify::{Fault, Held, Source, ToldFigures};
use tahavol_domain::calendar::TimeZone;
use tahavol_domain::values::ProgrammeId;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::{Note, VerifyingKey};
use tahavol_ledger::merkle::tile::{bundles_of, entries_path, tile_path, unbundle};
use tokio::runtime::Runtime;

use crate::failure::Failure;

/// Who asks: entries and figures are for those whom the server knows.
pub(super) const TOKEN: &str = "TAHAVOL_TOKEN";

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

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
    /// Asks for the head, and for the figures at it.
    pub(super) fn open(url: &str) -> Result<Result<Remote, Fault>, Failure> {
        let runtime = Runtime::new().map_err(|error| Failure::io("start the runtime", &error))?;
        let client = Client::builder().timeout(PATIENCE).build().map_err(|error| Failure::usage(error.to_string()))?;
        let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
        let log = url.trim_end_matches('/').to_owned();
        let mut remote = Remote { runtime, client, log, token, note: String::new(), size: 0, told: None };
        Ok(remote.begin().map(|()| remote))
    }

    fn begin(&mut self) -> Result<(), Fault> {
        let note = self.runtime.block_on(self.get("checkpoint"))?;
        self.note = String::from_utf8(note).map_err(|_| Fault::missing("checkpoint"))?;
        // One that cannot be read is told by the check.
        let head = self.note.parse::<Note>().ok().and_then(|note| Checkpoint::parse(&note.text).ok());
        self.size = head.map_or(0, |head| head.size);
        if self.token.is_some() && self.size > 0 {
            self.told = Some(self.runtime.block_on(self.figures())?);
        }
        Ok(())
    }

    async fn get(&self, part: &str) -> Result<Vec<u8>, Fault> {
        let missing = |why: String| Fault::missing(format!("{}/{part} ({why})", self.log));
        let mut request = self.client.get(format!("{}/{part}", self.log));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.map_err(|error| missing(error.to_string()))?;
        let status = response.status();
        if !status.is_success() {
            let hint = if status.as_u16() == 401 { format!("{status}; {TOKEN}") } else { status.to_string() };
            return Err(missing(hint));
        }
        response.bytes().await.map(|bytes| bytes.to_vec()).map_err(|error| missing(error.to_string()))
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
        request.send().await.map_err(missing)?.json().await.map_err(missing)
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
        let bundles: Vec<(u64, u16)> = bundles_of(self.size).collect();
        for some in bundles.chunks(AT_ONCE) {
            let paths: Vec<String> = some.iter().map(|(number, width)| entries_path(*number, *width)).collect();
            let held = self.runtime.block_on(try_join_all(paths.iter().map(|path| self.get(path))))?;
            for ((path, bytes), (_, width)) in paths.iter().zip(&held).zip(some) {
                let entries = unbundle(bytes).ok().filter(|entries| entries.len() == usize::from(*width));
                for line in entries.ok_or_else(|| Fault::missing(path.as_str()))? {
                    if visit(Held { line, position: None, leaf: None, columns: None }).is_break() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    fn first_level(&self) -> u8 {
        0
    }

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<u8>, Fault> {
        self.runtime.block_on(self.get(&tile_path(level, number, width)))
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
