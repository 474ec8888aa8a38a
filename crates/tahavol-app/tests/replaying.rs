//! The demonstration gone through again: every kind of event can be stepped to and told, every decision shown on its basis.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::Digest;
use tahavol_app::demo::{Demo, administrator, evidence_files, play};
use tahavol_app::{
    AsOf, DecisionFilter, MemoryEvidence, Options, Proposed, StepDirection, StepFilter, Tahavol, decided_in, deciding_types, proposed_for,
};
use tahavol_domain::calendar::Date;
use tahavol_domain::text::Lang;
use tahavol_domain::values::{Evidence, Sha256};
use tahavol_ledger::{OpenOptions, SqliteLedger};
use tahavol_projections::progress::{BaselineKind, matrix};
use tahavol_projections::sight::Sight;

/// Of each type, so many of the first and of the last events are looked at.
const OF_EACH: usize = 3;

async fn played(dir: &std::path::Path) -> Tahavol {
    let ledger = Arc::new(SqliteLedger::open(dir, OpenOptions::default()).await.expect("an empty ledger opens"));
    let store = Arc::new(MemoryEvidence::default());
    let evidence = evidence_files().into_iter().map(|(title, bytes)| {
        let digest = Sha256(sha2::Sha256::digest(&bytes).into());
        store.put(digest, "text/plain", bytes.len() as u64);
        Evidence { digest, media_type: "text/plain".to_owned(), size: bytes.len() as u64, title }
    });
    let evidence = evidence.collect();
    let options = Options { named_administrator: Some(administrator().id), evidence: store, ..Options::default() };
    let app = Tahavol::open(ledger, options).await.expect("the application opens");
    let demo = Demo { seed: 1, today: Date::parse("2026-11-23").expect("a day"), history: true };
    play(&app, &demo, evidence, &|_| ()).await.unwrap_or_else(|error| panic!("{error}"));
    app
}

#[tokio::test]
async fn the_demonstration_can_be_gone_through_again() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let app = played(dir.path()).await;
    let of_types = by_type(&app).await;
    every_kind_of_event_is_told_in_both_languages(&app, &of_types).await;
    every_decision_is_shown_on_its_basis(&app, &of_types).await;
    every_proposal_shows_its_effect(&app).await;
}

/// The first and last positions of every type.
async fn by_type(app: &Tahavol) -> BTreeMap<String, Vec<u64>> {
    let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut after = None;
    loop {
        let facts = app.facts(after, 4_096, &tahavol_app::FactFilter::default()).await.expect("the ledger is whole");
        let Some(last) = facts.last() else { break };
        after = Some(last.position);
        for fact in facts {
            let name = fact.fact.event.event_type();
            assert_eq!(decided_in(&fact.fact).is_some(), deciding_types().contains(&name), "{name}");
            all.entry(name.to_owned()).or_default().push(fact.position);
        }
    }
    for positions in all.values_mut().filter(|positions| positions.len() > 2 * OF_EACH) {
        let last = positions.split_off(positions.len() - OF_EACH);
        positions.truncate(OF_EACH);
        positions.extend(last);
    }
    all
}

async fn every_kind_of_event_is_told_in_both_languages(app: &Tahavol, of_types: &BTreeMap<String, Vec<u64>>) {
    let until = app.snapshot();
    assert!(of_types.len() > 40, "the demonstration shows most of what can happen");
    for (name, positions) in of_types {
        let mut changes = 0;
        for position in positions {
            let step =
                app.step(Some(*position), &StepFilter::All, StepDirection::Forward, &until, &Sight::whole()).await.expect("it can be read");
            let step = step.expect("it is there");
            assert_eq!(step.event.position, *position);
            assert!(!step.fields.is_empty(), "{name} at {position}");
            for field in &step.fields {
                for lang in [Lang::Fa, Lang::En] {
                    let told = [&field.before, &field.after].into_iter().flatten().map(|value| value.told(lang));
                    let texts: Vec<String> = told.chain([field.label(lang)]).collect();
                    assert!(texts.iter().all(|text| !text.contains("step-")), "{name}: {texts:?}");
                }
            }
            changes += step.fields.iter().filter(|field| field.changed()).count();
        }
        assert!(changes > 0, "{name} changes nothing that is shown");
    }
}

async fn every_decision_is_shown_on_its_basis(app: &Tahavol, of_types: &BTreeMap<String, Vec<u64>>) {
    let seen = app.snapshot();
    for (name, positions) in of_types.iter().filter(|(name, _)| deciding_types().contains(&name.as_str())) {
        for position in positions {
            let found = app.decision(*position, &seen, &Sight::whole()).await.expect("it can be read").expect("it decides");
            let basis = found.fact.fact.envelope.basis.expect("nothing is decided on an empty ledger");
            assert_eq!(found.basis.position, Some(basis));
            let again = app.as_of(AsOf::Position(basis)).await.expect("it was reached");
            assert_eq!(found.basis.digest(), again.digest());
            assert!(found.answers.iter().all(|answered| answered.position < *position), "{name}");
            assert!(
                found
                    .since
                    .iter()
                    .all(|since| since.position > basis && since.position != *position && Some(since.position) <= seen.position)
            );
            assert!(found.since.windows(2).all(|pair| pair[0].position < pair[1].position));
            for lang in [Lang::Fa, Lang::En] {
                assert!(!found.subject.told(&seen, lang).contains('…'), "{name}");
            }
        }
    }
    let all = app.decisions(&seen, &DecisionFilter::default(), None, usize::MAX, &Sight::whole()).await.expect("the ledger is whole");
    assert!(all.len() > 50 && all.windows(2).all(|pair| pair[0].0.position > pair[1].0.position));
}

async fn every_proposal_shows_its_effect(app: &Tahavol) {
    let snapshot = app.snapshot();
    let today = Date::parse("2026-11-23").expect("a day");
    let of_milestones = snapshot.milestones.keys().flat_map(|id| proposed_for(&snapshot, *id));
    let waiting: Vec<Proposed> = of_milestones.collect();
    for proposed in waiting {
        let effect = app.effect(&snapshot, proposed, today).await.expect("it waits");
        assert_eq!(effect.cells, matrix(&snapshot, today, BaselineKind::Current).len());
        if let Proposed::Rebaseline(id) = proposed {
            let (before, after) = effect.promises.as_ref().expect("it is about a milestone");
            let same_measure = after.as_ref().is_some_and(|after| after.measure == before.measure);
            assert!(!same_measure || effect.original.is_empty(), "{id:?}");
        }
    }
}
