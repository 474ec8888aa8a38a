//! `/act/{command}`: each command that people give by hand as a form, its consequence, and what came of it.

mod commission;
mod consequence;
mod describe;
mod filled;
mod form;
mod indicator;
mod initiative;
mod milestone;
mod plan;
mod present;
mod programme;
mod rows;
mod station;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use tahavol_app::{Can, HandleError, Order, Outcome, Subject, messages};
use tahavol_domain::calendar::Date;
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::values::Person;
use tahavol_domain::{Command, Fact, Kind, Refusal, Rule, Stream};
use tahavol_web::address;
use tahavol_web::forms::{Act, Consequence, FILES, Meanwhile, Measured, Question, Wrong, act, cannot, has_form};
use tahavol_web::sheet::Said;
use uuid::Uuid;

use super::super::Site;
use super::super::sign_in::Unproven;
use super::case;
use super::reading::Reading;
pub(super) use form::coded;

use filled::{Filled, Typed, Wants};
use form::{About, Form, STAND_IN};

/// A command as it is handed in, and where it goes.
type Built = (Stream, Command);

/// How many of the events of others a conflict tells.
const MEANWHILE: usize = 20;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route("/act/{command}", get(show).post(send))
}

/// What a form asks, read as far as it was answered.
struct Asked {
    kind: Kind,
    command: Uuid,
    questions: Vec<Question>,
    wrong: Vec<Wrong>,
    /// What the address names and is not there to be chosen.
    gone: Vec<Wrong>,
    measured: Vec<Measured>,
    about: About,
    built: Built,
    effective_on: Option<Date>,
    reason: Option<String>,
    then: Option<String>,
    wants: Wants,
}

/// What a page says besides the form itself.
#[derive(Default)]
struct Besides {
    revision: Option<u64>,
    meanwhile: Option<Vec<Meanwhile>>,
    consequence: Option<Consequence>,
    pending: Option<String>,
    /// What happened to the form on its way.
    notice: Option<String>,
}

async fn show(reading: Reading, Path(command): Path<String>) -> Response {
    let Some(kind) = kind_of(&command) else { return reading.not_found() };
    let on = reading.asked("on").unwrap_or_default();
    if reading.moment.is_past() {
        return reading.visit.go(&address::act(kind.name(), on));
    }
    let Some((person, within)) = signed_in(&reading) else { return sign_in(&reading, kind) };
    let Some(mut asked) = Asked::of(&reading, kind, person, &Typed::asked(&reading.query)) else { return reading.not_found() };
    // What is missing was not asked yet; what was named and is gone is said.
    let gone = std::mem::take(&mut asked.gone);
    let answered = std::mem::replace(&mut asked.wrong, gone).is_empty() && asked.wrong.is_empty();
    match reading.site().app.can(person, within, kind, &asked.about.subject).await {
        Ok(Can::Yes) => {}
        Ok(Can::AlreadySo) => return refuse(&reading, &asked, &messages::message("ALREADY_SO", &[], reading.visit.lang)),
        Ok(Can::No(refusal)) => return refuse(&reading, &asked, &messages::refusal_text(&refusal, reading.visit.lang)),
        Ok(Can::NotOfThis) => return reading.not_found(),
        Err(error) => return reading.visit.trouble(error),
    }
    let shows = |stream: &&Stream| describe::names_its_state(kind) && reading.sight.shows(stream);
    let revision = asked.about.stream.as_ref().filter(shows).and_then(|stream| reading.site().app.revision(stream));
    let mut consequence = consequence::before(&reading, kind, &asked.about.subject).await;
    if consequence.is_none() && answered && describe::moves_figures(kind) {
        consequence = asked.foreseen(&reading, person, within).await;
    }
    asked.page(&reading, StatusCode::OK, Besides { revision, consequence, ..Besides::default() })
}

async fn send(Path(command): Path<String>, Filled(reading, typed): Filled) -> Response {
    let Some(kind) = kind_of(&command) else { return reading.not_found() };
    let Some((person, within)) = signed_in(&reading) else { return sign_in(&reading, kind) };
    let Some(mut asked) = Asked::of(&reading, kind, person, &typed) else { return reading.not_found() };
    let revision = typed.revision();
    if let Some(unproven) = typed.unproven {
        // Nothing comes of it: she sees what she typed, and sends it again with the token of who she is now.
        asked.wrong.clear();
        let status = if unproven == Unproven::Continued { StatusCode::OK } else { StatusCode::FORBIDDEN };
        let key = if typed.without_files { "page-act-signed-in-again-files" } else { "page-act-signed-in-again" };
        let notice = Some(reading.sheet().word(key));
        return asked.page(&reading, status, Besides { revision, notice, ..Besides::default() });
    }
    if asked.wants == Wants::Row {
        // She is still filling it in: only what came of files is said.
        asked.wrong.retain(|wrong| wrong.field.as_deref() == Some(FILES));
        return asked.page(&reading, StatusCode::OK, Besides { revision, ..Besides::default() });
    }
    if !asked.wrong.is_empty() {
        let pending = asked.rehearses().then(|| asked.still_to_answer(&reading));
        return asked.page(&reading, StatusCode::UNPROCESSABLE_ENTITY, Besides { revision, pending, ..Besides::default() });
    }
    let order = asked.order(person, within, revision.filter(|_| reading.sight.shows(&asked.built.0)));
    if asked.rehearses() {
        return match reading.site().app.rehearsed(&order).await {
            Ok(rehearsal) => {
                let consequence = Some(consequence::of(&reading, &rehearsal, &order).await);
                asked.page(&reading, StatusCode::OK, Besides { revision, consequence, ..Besides::default() })
            }
            Err(error) => asked.failed(&reading, revision, error),
        };
    }
    match reading.site().app.handle(order).await {
        Ok(outcome) => asked.done(&reading, &outcome).await,
        Err(error) => asked.failed(&reading, revision, error),
    }
}

fn kind_of(command: &str) -> Option<Kind> {
    command.parse().ok().filter(|kind| has_form(*kind))
}

/// Somebody who has signed in with this browser: a form shows her session's token.
fn signed_in(reading: &Reading) -> Option<(&Person, &Within)> {
    reading.visit.member()?;
    reading.person()
}

fn sign_in(reading: &Reading, kind: Kind) -> Response {
    let back = address::act(kind.name(), reading.asked("on").unwrap_or_default());
    reading.visit.go(&format!("/sign-in?next={}", address::segment(&back)))
}

fn refuse(reading: &Reading, asked: &Asked, why: &str) -> Response {
    let page = cannot(&reading.sheet(), asked.kind, (&asked.about.title, &asked.about.path), why);
    reading.answer(StatusCode::FORBIDDEN, page)
}

impl Asked {
    /// None where there is no such thing to be shown to the reader.
    fn of(reading: &Reading, kind: Kind, person: &Person, typed: &Typed) -> Option<Asked> {
        let sheet = reading.sheet();
        let nothing = About { title: String::new(), path: address::OVERVIEW.to_owned(), subject: Subject::Programme, stream: None };
        let command = typed.command();
        let mut form = Form {
            sheet: &sheet,
            kind,
            live: &reading.live,
            person,
            today: reading.today,
            on: reading.asked("on").unwrap_or_default(),
            typed,
            command,
            about: nothing,
            questions: Vec::new(),
            wrong: Vec::new(),
            gone: Vec::new(),
            measured: Vec::new(),
            only: None,
            effective_on: None,
            reason: None,
            then: None,
        };
        let built = describe::describe(&mut form, kind)?;
        let Form { questions, wrong, gone, measured, about, effective_on, reason, then, .. } = form;
        Some(Asked { kind, command, questions, wrong, gone, measured, about, built, effective_on, reason, then, wants: typed.wants() })
    }

    fn order(&self, person: &Person, within: &Within, expected_revision: Option<u64>) -> Order {
        let (stream, command) = self.built.clone();
        Order {
            command_id: self.command,
            actor: person.clone(),
            stream,
            command,
            effective_on: self.effective_on,
            reason: self.reason.clone(),
            expected_revision,
            correlation_id: None,
            causation_id: None,
            origin: "web".to_owned(),
            import: Import::No,
            within: within.clone(),
        }
    }

    /// What the command would change as the form stands; why it is given moves nothing.
    async fn foreseen(&self, reading: &Reading, person: &Person, within: &Within) -> Option<Consequence> {
        let mut order = self.order(person, within, None);
        order.reason.get_or_insert_with(|| STAND_IN.to_owned());
        let rehearsal = reading.site().app.rehearsed(&order).await.ok()?;
        Some(consequence::of(reading, &rehearsal, &order).await)
    }

    async fn done(&self, reading: &Reading, outcome: &Outcome) -> Response {
        let said = Said { kind: self.kind, position: outcome.position, visible: outcome.visible };
        let path = self.then.as_deref().filter(|_| outcome.visible).unwrap_or(&self.about.path);
        reading.done(said, path).await
    }

    /// Nothing that was typed is lost, whatever went wrong.
    fn failed(mut self, reading: &Reading, revision: Option<u64>, error: HandleError) -> Response {
        let lang = reading.visit.lang;
        let besides = Besides { revision, ..Besides::default() };
        let code = error.code();
        let (status, args) = match error {
            HandleError::Refused(refusal) => return self.refused(reading, besides, &refusal),
            HandleError::Conflict { actual, events, .. } => {
                let meanwhile = Some(meanwhile(reading, &self.built.0, &events));
                return self.page(reading, StatusCode::CONFLICT, Besides { revision: actual, meanwhile, ..Besides::default() });
            }
            HandleError::Unavailable { what, .. } | HandleError::Unproven { what } | HandleError::OutcomeUnknown { what } => {
                (StatusCode::SERVICE_UNAVAILABLE, vec![("what", what)])
            }
            HandleError::Stopped { position, what } => {
                (StatusCode::SERVICE_UNAVAILABLE, vec![("position", position.to_string()), ("what", what)])
            }
        };
        self.wrong.push(Wrong { field: None, text: messages::message(code, &args, lang) });
        // With the same id the answer is then certain, and nothing is recorded twice.
        self.wrong.push(Wrong { field: None, text: messages::message("page-act-send-again", &[], lang) });
        self.page(reading, status, besides)
    }

    fn rehearses(&self) -> bool {
        matches!(self.wants, Wants::Consequence | Wants::ConsequenceSoFar)
    }

    /// Calmly, since somebody may be answering it just now.
    fn still_to_answer(&self, reading: &Reading) -> String {
        let is_wrong =
            |question: &&Question| self.wrong.iter().any(|wrong| wrong.field.as_deref().is_some_and(|field| question.has(field)));
        let labels: Vec<&str> = self.questions.iter().filter(is_wrong).map(|question| question.label.as_str()).collect();
        reading.sheet().telling("page-act-pending", labels.join(&reading.sheet().word("page-act-pending-and")))
    }

    fn refused(mut self, reading: &Reading, mut besides: Besides, refusal: &Refusal) -> Response {
        if refusal.rule == Rule::CommandIdReused {
            // The form was sent before with other answers, and that was recorded: this would be another command.
            self.command = Uuid::now_v7();
        }
        let text = messages::refusal_text(refusal, reading.visit.lang);
        if self.rehearses() {
            // Files do not come along while somebody types.
            let waits = refusal.field == Some(FILES);
            besides.pending = Some(if waits { reading.sheet().word("page-act-pending-files") } else { text.clone() });
        }
        self.wrong.push(Wrong { field: refusal.field.map(str::to_owned), text });
        self.page(reading, StatusCode::UNPROCESSABLE_ENTITY, besides)
    }

    fn page(&self, reading: &Reading, status: StatusCode, besides: Besides) -> Response {
        let status = if self.wants == Wants::ConsequenceSoFar && status.is_client_error() { StatusCode::OK } else { status };
        let Some(csrf) = reading.visit.member().map(|member| member.csrf.clone()) else { return sign_in(reading, self.kind) };
        let action = address::act(self.kind.name(), reading.asked("on").unwrap_or_default());
        let case = consequence::decided(self.kind, &self.about.subject);
        let case = case.and_then(|proposed| case::case(&reading.live, proposed, reading.visit.lang));
        let present = present::of(reading, self.kind, &self.about.subject);
        let shown = Act {
            kind: self.kind,
            action: &action,
            csrf: csrf.expose(),
            command: &self.command.to_string(),
            revision: besides.revision,
            about: (&self.about.title, &self.about.path),
            case: case.as_ref(),
            present: present.as_ref(),
            measured: &self.measured,
            questions: &self.questions,
            wrong: &self.wrong,
            notice: besides.notice.as_deref(),
            meanwhile: besides.meanwhile.as_deref(),
            consequence: besides.consequence.as_ref(),
            pending: besides.pending.as_deref(),
            renews: describe::moves_figures(self.kind),
            later: describe::later(self.kind),
        };
        reading.answer(status, act(&reading.sheet(), &shown))
    }
}

/// What others recorded since the form was opened, as far as the reader is shown it.
fn meanwhile(reading: &Reading, stream: &Stream, events: &[Fact]) -> Vec<Meanwhile> {
    let shown = events.iter().filter(|fact| reading.sight.shows_meanwhile(&reading.live, stream, fact));
    let told = shown.map(|fact| Meanwhile {
        sentence: messages::sentence_in(fact, &reading.snapshot, reading.visit.lang),
        by: fact.envelope.actor_name.clone(),
        at: fact.envelope.time,
    });
    told.take(MEANWHILE).collect()
}
