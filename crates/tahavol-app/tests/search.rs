//! The index of searches against a plain look at every line of the demonstration, for filters of all kinds.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};
use serde_json::Value;
use sha2::Digest;
use tahavol_app::demo::{Demo, administrator, evidence_files, play};
use tahavol_app::search::{Direction, Filter, Reach, Source, Timeline, Window};
use tahavol_app::{MemoryEvidence, Options, Tahavol};
use tahavol_domain::Stream;
use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::text::fold;
use tahavol_domain::values::{ActorId, CommissionSlug, Evidence, InitiativeId, MilestoneId, Sha256};
use tahavol_ledger::{Ledger, OpenOptions, SqliteLedger};

const CASES: usize = 400;

/// Every line, as JSON: nothing of what the index is made with.
struct Plain {
    lines: Vec<Value>,
    /// By stream.
    commission: HashMap<String, String>,
    /// Of milestones, by UUID.
    initiative: HashMap<String, String>,
    /// From, to, office.
    delegations: HashMap<String, [String; 3]>,
    /// Owners by action.
    owners: HashMap<String, String>,
}

impl Plain {
    async fn of(ledger: &dyn Ledger) -> Self {
        let recorded = ledger.read_all(None, 1_000_000).await.expect("the ledger can be read");
        let lines: Vec<Value> = recorded.iter().map(|event| serde_json::from_slice(&event.line).expect("JSON")).collect();
        let mut plain = Plain {
            lines: Vec::new(),
            commission: HashMap::new(),
            initiative: HashMap::new(),
            delegations: HashMap::new(),
            owners: HashMap::new(),
        };
        for line in &lines {
            let (stream, data) = (text(&line["subject"]), &line["data"]);
            match line["type"].as_str().expect("a type") {
                "initiative.proposed" | "indicator.defined" => {
                    plain.commission.insert(stream, text(&data["commission"]));
                }
                "milestone.planned" => {
                    let of = text(&data["initiative"]);
                    plain.commission.insert(stream.clone(), plain.commission[&format!("initiative-{of}")].clone());
                    plain.initiative.insert(stream.trim_start_matches("milestone-").to_owned(), of);
                }
                "programme.office_delegated" => {
                    let told = [text(&data["from"]), text(&data["to"]["id"]), text(&data["office"])];
                    plain.delegations.insert(text(&data["delegation"]), told);
                }
                "programme.review_held" => {
                    let actions = data["actions"].as_array().into_iter().flatten();
                    plain.owners.extend(actions.map(|action| (text(&action["action"]), text(&action["owner"]))));
                }
                other if other.starts_with("commission.") => {
                    plain.commission.insert(stream.clone(), stream.trim_start_matches("commission-").to_owned());
                }
                _ => {}
            }
        }
        plain.lines = lines;
        plain
    }

    fn scan(&self, filter: &Filter) -> Vec<u64> {
        (0..).zip(&self.lines).filter(|(position, line)| self.passes(filter, *position, line)).map(|(position, _)| position).collect()
    }

    fn passes(&self, filter: &Filter, position: u64, line: &Value) -> bool {
        let said = |member: &str, wanted: String| line[member] == wanted.as_str();
        let event_type = line["type"].as_str().expect("a type");
        let time = Instant::parse(line["time"].as_str().expect("a time")).expect("an instant");
        let effective = line["effectiveon"].as_str().map(|day| Date::parse(day).expect("a day"));
        let origin = line["origin"].as_str().expect("an origin");
        filter.until.is_none_or(|until| position <= until)
            && filter.stream.as_ref().is_none_or(|stream| said("subject", stream.to_string()))
            && (filter.types.is_empty()
                || filter.types.iter().any(|wanted| event_type == wanted || event_type.starts_with(&format!("{wanted}."))))
            && filter.actor.as_ref().is_none_or(|actor| said("actorid", actor.0.clone()))
            && filter.office.as_ref().is_none_or(|office| said("office", office.to_string()))
            && filter.commission.as_ref().is_none_or(|slug| self.commission_of(line).as_ref() == Some(&slug.0))
            && filter.recorded_from.is_none_or(|from| from <= time)
            && filter.recorded_to.is_none_or(|to| time <= to)
            && filter.effective_from.is_none_or(|from| effective.is_some_and(|day| from <= day))
            && filter.effective_to.is_none_or(|to| effective.is_some_and(|day| day <= to))
            && filter.command.is_none_or(|command| said("commandid", command.to_string()))
            && filter.correlation.is_none_or(|correlation| said("correlationid", correlation.to_string()))
            && filter.source.is_none_or(|source| match source {
                Source::Imported => origin.starts_with("import:"),
                Source::NotImported => !origin.starts_with("import:"),
                Source::File(digest) => origin.starts_with(&format!("import:{digest}#")),
            })
            && filter.text.as_ref().is_none_or(|text| words(line).iter().any(|words| fold(words).contains(&fold(text))))
            && filter.timeline.as_ref().is_none_or(|timeline| self.belongs(timeline, line))
    }

    fn commission_of(&self, line: &Value) -> Option<String> {
        let data = &line["data"];
        match line["type"].as_str()? {
            "station.delivery_recorded" | "station.delivery_revoked" => {
                self.commission.get(&format!("milestone-{}", text(&data["milestone"]))).cloned()
            }
            "programme.office_delegated" => of_office(&text(&data["office"])),
            "programme.delegation_ended" => of_office(&self.delegations[&text(&data["delegation"])][2]),
            "programme.official_appointed" | "programme.official_released" | "programme.official_release_proposed" => {
                of_office(&text(&data["office"]))
            }
            _ => self.commission.get(&text(&line["subject"])).cloned(),
        }
    }

    fn belongs(&self, timeline: &Timeline, line: &Value) -> bool {
        let (data, subject, event_type) = (&line["data"], text(&line["subject"]), line["type"].as_str().expect("a type"));
        match timeline {
            Timeline::Person(actor) => line["actorid"] == actor.0.as_str() || self.persons(event_type, data).contains(&actor.0),
            Timeline::Milestone(id) => {
                let decisions = ["approved", "returned", "rejected", "suspended", "resumed", "completed", "cancelled"];
                let of = self.initiative.get(&id.0.to_string()).map(|of| format!("initiative-{of}"));
                subject == format!("milestone-{}", id.0)
                    || data["milestone"] == id.0.to_string().as_str()
                    || (Some(&subject) == of.as_ref() && decisions.iter().any(|decision| event_type == format!("initiative.{decision}")))
            }
            Timeline::Initiative(id) => {
                let of = |milestone: &str| self.initiative.get(milestone).is_some_and(|of| *of == id.0.to_string());
                subject == format!("initiative-{}", id.0)
                    || subject.strip_prefix("milestone-").is_some_and(of)
                    || event_type.starts_with("station.") && data["milestone"].as_str().is_some_and(of)
            }
        }
    }

    fn persons(&self, event_type: &str, data: &Value) -> Vec<String> {
        match event_type {
            "programme.chartered" => vec![text(&data["administrator"]["id"]), text(&data["first_official"]["id"])],
            "programme.official_appointed" | "commission.member_appointed" => vec![text(&data["person"]["id"])],
            "programme.official_released" | "programme.official_release_proposed" | "commission.member_released" => {
                vec![text(&data["actor"])]
            }
            "programme.office_delegated" => vec![text(&data["from"]), text(&data["to"]["id"])],
            "programme.delegation_ended" => self.delegations[&text(&data["delegation"])][..2].to_vec(),
            "programme.review_held" => data["actions"].as_array().into_iter().flatten().map(|action| text(&action["owner"])).collect(),
            "programme.review_action_closed" => vec![self.owners[&text(&data["action"])].clone()],
            _ => Vec::new(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn of_office(office: &str) -> Option<String> {
    let (role, scope) = office.split_once(':')?;
    ["chair", "secretary", "member"].contains(&role).then(|| scope.to_owned())
}

fn words(line: &Value) -> Vec<String> {
    let data = &line["data"];
    let notes = [&data["note"], &data["report"]["note"], &data["mitigation"], &data["outcome"]];
    let notes = notes.into_iter().flat_map(|note| [&note["fa"], &note["en"]]);
    [&line["reason"]].into_iter().chain(notes).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Each filter takes its values from some line, so that something is usually found.
fn filters(plain: &Plain) -> impl Strategy<Value = Filter> + use<> {
    let lines = Arc::new(plain.lines.clone());
    let initiatives = Arc::new(plain.initiative.clone());
    let commissions = Arc::new(plain.commission.clone());
    let last = lines.len() - 1;
    // Rare events are as likely as frequent ones: first a type, then one of its lines.
    let mut of_type: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        of_type.entry(text(&line["type"])).or_default().push(place);
    }
    let mut groups: Vec<Vec<usize>> = of_type.into_values().collect();
    groups.sort();
    let place = (any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(move |(group, one)| {
        let group = group.get(&groups);
        *one.get(group)
    });
    // How likely each condition is: one or two together.
    let chosen = prop::collection::vec(0_u8..15, 1..3);
    (place, 0..=last, chosen, -3_i32..40, prop::option::weighted(0.3, 0..=last as u64)).prop_map(
        move |(place, other, chosen, days, until)| {
            let line = &lines[place];
            let time = Instant::parse(line["time"].as_str().expect("a time")).expect("an instant");
            let day = line["effectiveon"]
                .as_str()
                .map_or_else(|| time.date_in(&tahavol_domain::calendar::TimeZone::tehran()), |day| Date::parse(day).expect("a day"));
            let mut filter = Filter { until, ..Filter::default() };
            for condition in chosen {
                match condition {
                    0 => filter.stream = Some(text(&line["subject"]).parse::<Stream>().expect("a stream")),
                    1 => filter.types = vec![text(&line["type"])],
                    2 => {
                        filter.types =
                            vec![text(&line["type"]).split('.').next().expect("an aggregate").to_owned(), text(&lines[other]["type"])]
                    }
                    3 => filter.actor = Some(ActorId(text(&line["actorid"]))),
                    4 => filter.office = Some(text(&line["office"]).parse().expect("an office")),
                    5 => filter.commission = commissions.values().nth(place % commissions.len()).map(|slug| CommissionSlug(slug.clone())),
                    6 => filter.recorded_from = Some(time),
                    7 => filter.recorded_to = Some(time.plus_micros(i64::from(days) * 86_400_000_000)),
                    8 => {
                        filter.effective_from = Some(day);
                        filter.effective_to = Some(day.plus_days(days));
                    }
                    9 => filter.command = text(&line["commandid"]).parse().ok(),
                    10 => filter.correlation = text(&line["correlationid"]).parse().ok(),
                    11 => {
                        let digest =
                            text(&line["origin"]).strip_prefix("import:").and_then(|rest| rest.split('#').next()?.parse::<Sha256>().ok());
                        filter.source = Some(digest.map_or(Source::NotImported, Source::File));
                    }
                    12 => filter.source = Some(Source::Imported),
                    13 => {
                        filter.text = words(line)
                            .first()
                            .map(|words| words.chars().skip(days.unsigned_abs() as usize % 5).take(6).collect::<String>())
                            .filter(|words| !words.trim().is_empty())
                    }
                    _ => {
                        let subject = text(&line["subject"]);
                        filter.timeline = Some(match subject.split_once('-') {
                            Some(("milestone", id)) if days % 2 == 0 => Timeline::Milestone(MilestoneId(id.parse().expect("a UUID"))),
                            Some(("milestone", id)) => Timeline::Initiative(InitiativeId(initiatives[id].parse().expect("a UUID"))),
                            _ => Timeline::Person(ActorId(text(&line["actorid"]))),
                        });
                    }
                }
            }
            filter
        },
    )
}

async fn demonstration() -> (Tahavol, Arc<dyn Ledger>, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open(dir.path(), OpenOptions::default()).await.expect("an empty ledger opens"));
    let store = Arc::new(MemoryEvidence::default());
    let evidence = evidence_files().into_iter().map(|(title, bytes)| {
        let digest = Sha256(sha2::Sha256::digest(&bytes).into());
        store.put(digest, "text/plain", bytes.len() as u64);
        Evidence { digest, media_type: "text/plain".to_owned(), size: bytes.len() as u64, title }
    });
    let evidence = evidence.collect();
    let snapshots_dir = Some(dir.path().join("snapshots"));
    let options = Options { named_administrator: Some(administrator().id), evidence: store, snapshots_dir, ..Options::default() };
    let app = Tahavol::open(Arc::clone(&ledger), options).await.expect("the application opens");
    let demo = Demo { seed: 1, today: Date::parse("2026-11-23").expect("a day"), history: true };
    play(&app, &demo, evidence, &|_| ()).await.unwrap_or_else(|error| panic!("{error}"));
    (app, ledger, dir)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_finds_and_counts_what_a_plain_look_at_every_line_finds() {
    let (app, ledger, _dir) = demonstration().await;
    let plain = Plain::of(&*ledger).await;
    assert!(plain.lines.len() > 4_096, "more than is read without the index");
    // The index gets as far as the ledger; from then on answers are whole.
    let everybody = Filter { text: Some("x".to_owned()), ..Filter::default() };
    while app.search_total(&everybody).await.expect("it counts").reach != Reach::Whole {}

    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = filters(&plain);
    let mut found_some = 0;
    for case in 0..CASES {
        let filter = strategy.new_tree(&mut runner).expect("a filter").current();
        let expected = plain.scan(&filter);
        found_some += usize::from(!expected.is_empty());
        let total = app.search_total(&filter).await.expect("it counts");
        assert_eq!((total.events, total.reach), (expected.len() as u64, Reach::Whole), "{filter:?}");

        let direction = if case % 2 == 0 { Direction::OldestFirst } else { Direction::NewestFirst };
        let mut ordered = expected.clone();
        if direction == Direction::NewestFirst {
            ordered.reverse();
        }
        let limit = 1 + case % 7;
        let cut = ordered.get(case % 11).copied();
        let (above, below) = match direction {
            Direction::OldestFirst => (cut, None),
            Direction::NewestFirst => (None, cut),
        };
        let behind = cut.map_or(0, |cut| ordered.iter().position(|position| *position == cut).expect("it is there") + 1);
        let page = app.search(&filter, Window { above, below, direction, limit }).await.expect("it finds");
        let positions: Vec<u64> = page.facts.iter().map(|fact| fact.position).collect();
        assert_eq!(positions, ordered.iter().skip(behind).take(limit).copied().collect::<Vec<_>>(), "{filter:?} from {cut:?}");
        assert_eq!(page.more, ordered.len() > behind + limit, "{filter:?} from {cut:?}");
    }
    assert!(found_some > CASES / 2, "{found_some} of {CASES} found something");
    app.close().await;
}
