//! Sessions: that they last over a restart, and what ends them.

use std::collections::HashMap;

use serde_json::Value;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::{SessionStore, session_store};
use uuid::Uuid;

use super::*;
use crate::{SESSION_ACTOR, SESSION_HANDLE};

pub(super) fn in_minutes(minutes: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() + time::Duration::minutes(minutes)
}

fn record(actor: Option<&str>, expiry_date: OffsetDateTime) -> Record {
    let actor = actor.map(|actor| (SESSION_ACTOR.to_owned(), Value::from(actor)));
    let data = HashMap::from_iter(actor.into_iter().chain([("csrf".to_owned(), Value::from("only for this browser"))]));
    Record { id: Id::default(), data, expiry_date }
}

impl Trial {
    async fn begin(&self, actor: Option<&str>, expiry_date: OffsetDateTime) -> Record {
        let mut record = record(actor, expiry_date);
        self.store.sessions().create(&mut record).await.expect("a new session");
        record
    }

    async fn load(&self, record: &Record) -> Option<Record> {
        self.store.sessions().load(&record.id).await.expect("the store answers")
    }
}

fn handle(record: &Record) -> Uuid {
    record.data[SESSION_HANDLE].as_str().expect("the store puts it there").parse().expect("a UUID")
}

#[tokio::test]
async fn a_session_survives_a_restart() {
    let mut trial = Trial::new();
    let session = trial.begin(Some("sara"), in_minutes(30)).await;
    trial.restart();
    let loaded = trial.load(&session).await.expect("still there");
    assert_eq!((loaded.id, &loaded.data), (session.id, &session.data));
    assert!(trial.store.session_lives(handle(&session)).await.unwrap());
    assert!(!trial.store.session_lives(Uuid::new_v4()).await.unwrap());
}

#[tokio::test]
async fn an_id_that_is_taken_is_not_given_again() {
    let trial = Trial::new();
    let sara = trial.begin(Some("sara"), in_minutes(30)).await;
    let mut chosen = record(Some("mallory"), in_minutes(30));
    chosen.id = sara.id;
    trial.store.sessions().create(&mut chosen).await.unwrap();
    assert_ne!(chosen.id, sara.id);
    assert_eq!(trial.load(&sara).await.unwrap().data[SESSION_ACTOR], "sara");
    assert_eq!(trial.load(&chosen).await.unwrap().data[SESSION_ACTOR], "mallory");
}

#[tokio::test]
async fn a_session_gets_no_person_without_a_new_id_and_never_another_one() {
    let trial = Trial::new();
    for before in [None, Some("sara")] {
        let mut session = trial.begin(before, in_minutes(30)).await;
        session.data.insert(SESSION_ACTOR.to_owned(), "reza".into());
        let refused = trial.store.sessions().save(&session).await;
        assert!(matches!(refused, Err(session_store::Error::Backend(_))), "{refused:?}");
        assert_eq!(trial.load(&session).await.unwrap().data.get(SESSION_ACTOR), before.map(Value::from).as_ref());
    }
    let mut session = record(None, in_minutes(30));
    session.data.insert(SESSION_ACTOR.to_owned(), serde_json::json!({ "id": "sara" }));
    assert!(matches!(trial.store.sessions().create(&mut session).await, Err(session_store::Error::Encode(_))));
}

#[tokio::test]
async fn saving_does_not_bring_an_ended_session_back() {
    let trial = Trial::new();
    let mut session = trial.begin(Some("sara"), in_minutes(30)).await;
    trial.store.sessions().delete(&session.id).await.unwrap();
    session.data.insert("late".to_owned(), true.into());
    trial.store.sessions().save(&session).await.unwrap();
    assert_eq!(trial.load(&session).await, None);
}

#[tokio::test]
async fn what_is_saved_is_loaded() {
    let trial = Trial::new();
    let mut session = trial.begin(Some("sara"), in_minutes(30)).await;
    session.data.insert("seen".to_owned(), 7.into());
    session.expiry_date = in_minutes(40);
    trial.store.sessions().save(&session).await.unwrap();
    let loaded = trial.load(&session).await.unwrap();
    assert_eq!(loaded.data, session.data);
    assert!((loaded.expiry_date - session.expiry_date).abs() < time::Duration::milliseconds(1));
}

#[tokio::test]
async fn being_used_is_written_down_at_most_once_a_minute_and_always_before_it_is_too_late() {
    let trial = Trial::new();
    let mut session = trial.begin(Some("sara"), in_minutes(30)).await;
    let first = trial.load(&session).await.unwrap().expiry_date;
    session.expiry_date = first + time::Duration::seconds(59);
    trial.store.sessions().save(&session).await.unwrap();
    assert_eq!(trial.load(&session).await.unwrap().expiry_date, first);
    session.expiry_date = first + time::Duration::seconds(61);
    trial.store.sessions().save(&session).await.unwrap();
    assert_eq!(trial.load(&session).await.unwrap().expiry_date, first + time::Duration::seconds(61));

    // With an idle time of less than a minute.
    let mut short = trial.begin(Some("sara"), in_minutes(0) + time::Duration::seconds(20)).await;
    let first = trial.load(&short).await.unwrap().expiry_date;
    short.expiry_date = first + time::Duration::seconds(15);
    trial.store.sessions().save(&short).await.unwrap();
    assert_eq!(trial.load(&short).await.unwrap().expiry_date, first + time::Duration::seconds(15));
}

#[tokio::test]
async fn a_session_ends_when_it_was_idle_and_when_it_is_old_however_busy_it_is() {
    let trial = Trial::with(Options { session_lifetime: Duration::from_mins(20), ..Options::default() });
    let mut busy = trial.begin(Some("sara"), in_minutes(30)).await;
    let end = trial.load(&busy).await.unwrap().expiry_date;
    assert!(end <= in_minutes(20), "{end}");
    busy.expiry_date = in_minutes(600);
    trial.store.sessions().save(&busy).await.unwrap();
    assert_eq!(trial.load(&busy).await.unwrap().expiry_date, end);

    let idle = trial.begin(Some("sara"), in_minutes(-1)).await;
    assert_eq!(trial.load(&idle).await, None);
    assert!(!trial.store.session_lives(handle(&idle)).await.unwrap());

    let brief = Trial::with(Options { session_lifetime: Duration::ZERO, ..Options::default() });
    let old = brief.begin(Some("sara"), in_minutes(30)).await;
    assert_eq!(brief.load(&old).await, None);
}

#[tokio::test]
async fn sessions_that_have_ended_leave_the_file() {
    let trial = Trial::new();
    for _ in 0..3 {
        trial.begin(Some("sara"), in_minutes(-1)).await;
    }
    trial.begin(Some("sara"), in_minutes(30)).await;
    let rows: i64 = trial.file().query_row("SELECT count(*) FROM session", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_sessions_of_one_person() {
    let trial = Trial::new();
    // Only an identity provider knows them; they have no account here.
    let hers = [trial.begin(Some("guest"), in_minutes(30)).await, trial.begin(Some("guest"), in_minutes(30)).await];
    let his = trial.begin(Some("reza"), in_minutes(30)).await;
    let nobodys = trial.begin(None, in_minutes(30)).await;
    assert_eq!(trial.store.end_sessions(&actor("guest")).await.unwrap(), 2);
    for session in &hers {
        assert_eq!(trial.load(session).await, None);
    }
    assert!(trial.load(&his).await.is_some() && trial.load(&nobodys).await.is_some());
}

#[tokio::test]
async fn a_new_password_a_reset_and_being_barred_end_her_sessions() {
    let trial = Trial::new();
    trial.account("sara").await;
    let sara = actor("sara");
    let new = Secret::new("another good one");
    let session = async || trial.begin(Some("sara"), in_minutes(30)).await;

    let changed = session().await;
    trial.store.change_password(&sara, &Secret::new(GOOD), &new, at(1)).await.unwrap();
    assert_eq!(trial.load(&changed).await, None);

    let reset = session().await;
    let link = trial.store.reset_account(&sara, false, at(2)).await.unwrap();
    assert_eq!(trial.load(&reset).await, None);

    let linked = session().await;
    trial.store.set_password_by_link(&link, &new, at(3)).await.unwrap();
    assert_eq!(trial.load(&linked).await, None);

    let barred = session().await;
    trial.store.disable_account(&sara, at(4)).await.unwrap();
    assert_eq!(trial.load(&barred).await, None);
    // One that begins while she is barred, because she was signing in at that moment, is good for nothing.
    let late = session().await;
    assert_eq!(trial.load(&late).await, None);
    assert!(!trial.store.session_lives(handle(&late)).await.unwrap());
}

#[tokio::test]
async fn nobody_has_more_than_fifty_sessions() {
    let trial = Trial::new();
    let oldest = trial.begin(Some("sara"), in_minutes(29)).await;
    let others = trial.begin(Some("reza"), in_minutes(1)).await;
    for _ in 0..50 {
        trial.begin(Some("sara"), in_minutes(30)).await;
    }
    assert_eq!(trial.load(&oldest).await, None);
    assert!(trial.load(&others).await.is_some());
    assert_eq!(trial.store.end_sessions(&actor("sara")).await.unwrap(), 50);
}
