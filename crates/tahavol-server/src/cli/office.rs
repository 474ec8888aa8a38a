//! `tahavol office`: who holds what, whether somebody was entitled on a day, what was done in an office, and who gives and ends it.

mod change;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tahavol_app::messages::{message, office_text};
use tahavol_domain::aggregate::Basis;
use tahavol_domain::calendar::{Date, format_persian};
use tahavol_domain::text::Lang;
use tahavol_domain::values::Office;
use tahavol_projections::Snapshot;
use tahavol_projections::entitlement::{Ground, Moment};
use tahavol_projections::rows::Stamp;

use super::actor::actor;
use super::columns::isolated;
use super::table::aligned;
use super::{DataArguments, LangArgument, progress, say, search};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::look::{look, whole};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List who holds which office today, own and lent, and since when
    List {
        /// Only this office: council, chair:technology, reporter:IR-13…
        #[arg(long)]
        office: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Whether somebody held an office: now, on a day, or just after a position; and the acts that say so
    Held(Held),
    /// List what was done in an office, whoever held it, or what a person did in it
    Acts {
        /// The office
        #[arg(long, required_unless_present = "actor")]
        office: Option<String>,
        /// Only by this person
        #[arg(long)]
        actor: Option<String>,
        #[command(flatten)]
        output: search::Output,
        #[command(flatten)]
        data: DataArguments,
    },
    /// Give somebody an office of the programme or a role in a commission
    Appoint(change::Appoint),
    /// End an office; an auditor's, or the last administrator's, once another person has proposed it
    Release(change::End),
    /// Propose the release of an auditor or of the last administrator, which another person then carries out
    ProposeRelease(change::End),
    /// Lend an office for a period of a year at most; it ends by itself after its last day
    Delegate(change::Delegate),
    /// Take a lent office back before its last day
    EndDelegation(change::TakeBack),
}

#[derive(Args)]
struct Held {
    /// Who
    #[arg(long)]
    actor: String,
    /// Which office; without it, any
    #[arg(long)]
    office: Option<String>,
    /// At any time of this day: 2026-03-21 or 1405/01/01
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Just after this position, or at this moment; beside --on: as far as the ledger knew then
    #[arg(long, value_name = "POSITION|INSTANT|DATE")]
    as_of: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// Language of what is told
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

impl Common {
    fn read(&self, settings: Settings) -> Result<(Settings, Lang), Failure> {
        let settings = self.data.apply(settings)?;
        let lang = self.lang.map_or(settings.language, Into::into);
        Ok((settings, lang))
    }
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    match arguments.what {
        What::List { office, json, common } => {
            let (settings, lang) = common.read(settings)?;
            list(&settings, office.as_deref(), json, lang).await
        }
        What::Held(asked) => {
            let (settings, lang) = asked.common.read(settings)?;
            held(&settings, &asked, lang).await
        }
        What::Acts { office, actor, output, data } => search::acts(settings, (office, actor), output, data).await,
        What::Appoint(asked) => change::appoint(settings, asked).await,
        What::Release(asked) => change::release(settings, asked, change::Step::CarryOut).await,
        What::ProposeRelease(asked) => change::release(settings, asked, change::Step::Propose).await,
        What::Delegate(asked) => change::delegate(settings, asked).await,
        What::EndDelegation(asked) => change::take_back(settings, asked).await,
    }
}

/// An office as it is written: `council`, `chair:technology`.
fn office(text: &str, lang: Lang) -> Result<Office, Failure> {
    text.trim().parse().map_err(|_| Failure::new(Code::Usage, message("OFFICE_INVALID", &[("value", text.to_owned())], lang)))
}

async fn list(settings: &Settings, wanted: Option<&str>, json: bool, lang: Lang) -> Result<(), Failure> {
    let wanted = wanted.map(|text| office(text, lang)).transpose()?;
    let app = look(settings).await?;
    whole(&app)?;
    let (snapshot, today) = progress::looked_at(&app, None).await?;
    let people = snapshot.officials.keys().chain(snapshot.delegations.values().map(|row| &row.delegation.to.id));
    let mut actors: Vec<_> = people.collect();
    actors.sort();
    actors.dedup();
    let of = |actor| snapshot.grounds(actor, Moment::OfThePicture(today)).into_iter().map(move |ground| (actor, ground));
    let rows = actors.into_iter().flat_map(of).filter(|(_, ground)| wanted.as_ref().is_none_or(|wanted| ground.office == *wanted));
    let rows: Vec<_> = rows.map(|(actor, ground)| (actor, name(&snapshot, &ground, actor.0.as_str()), ground)).collect();
    if json {
        let told: Vec<Value> = rows.iter().map(|(actor, name, ground)| object(ground, Some((&actor.0, name)))).collect();
        return say::line(&format!("{:#}", Value::Array(told)));
    }
    let head =
        ["account-actor", "account-name", "office-office", "office-since", "office-note"].map(|key| message(key, &[], lang)).to_vec();
    let row = |(actor, name, ground): &(&tahavol_domain::values::ActorId, String, Ground)| {
        let proposed = snapshot.officials.get(*actor).is_some_and(|row| row.release_proposed.contains_key(&ground.office));
        let note = match &ground.lent {
            Some(_) => lent(ground, lang),
            None if proposed => message("office-release-proposed", &[], lang),
            None => String::new(),
        };
        let since = day(ground.given().at.date_in(&snapshot.time_zone()), lang);
        vec![actor.0.clone(), name.clone(), ground.office.to_string(), since, note]
    };
    aligned(head, rows.iter().map(row).collect()).iter().try_for_each(|line| say::line(line))
}

/// Under which the office was given.
fn name(snapshot: &Snapshot, ground: &Ground, id: &str) -> String {
    let lent = ground.lent.as_ref().map(|row| row.delegation.to.name.clone());
    let own = || snapshot.officials.values().find(|row| row.person.id.0 == id).map(|row| row.person.name.clone());
    lent.or_else(own).unwrap_or_else(|| id.to_owned())
}

async fn held(settings: &Settings, asked: &Held, lang: Lang) -> Result<(), Failure> {
    let wanted = asked.office.as_deref().map(|text| office(text, lang)).transpose()?;
    let on = asked.on.as_deref().map(progress::day).transpose()?;
    let who = actor(asked.actor.trim())?;
    let app = look(settings).await?;
    if !app.snapshot().knows_person(&who) {
        return Err(Failure::new(Code::Refused, message("UNKNOWN_ACTOR", &[("value", who.0)], lang)));
    }
    let (snapshot, own_day) = progress::looked_at(&app, asked.as_of.as_deref()).await?;
    let moment = on.map_or(Moment::OfThePicture(own_day), Moment::AnyTimeOf);
    let all = snapshot.grounds(&who, moment);
    let grounds: Vec<&Ground> = all.iter().filter(|ground| wanted.as_ref().is_none_or(|wanted| ground.office == *wanted)).collect();
    let of_day = on.unwrap_or(own_day);
    if asked.json {
        let because: Vec<Value> = grounds.iter().map(|ground| object(ground, None)).collect();
        let office = wanted.as_ref().map(ToString::to_string);
        let told = json!({ "actor": who, "office": office, "on": of_day, "held": !because.is_empty(), "because": because });
        return say::line(&format!("{told:#}"));
    }
    let key = match (&wanted, grounds.is_empty()) {
        (Some(_), false) => "office-held",
        (Some(_), true) => "office-not-held",
        (None, false) => "office-held-some",
        (None, true) => "office-held-none",
    };
    let office = wanted.as_ref().map(|office| office_text(office, &snapshot, lang)).unwrap_or_default();
    let args = [("actor", isolated(&who.0, lang)), ("office", office), ("day", of_day.to_string())];
    say::line(&message(key, &args, lang))?;
    grounds.iter().flat_map(|ground| because(ground, &snapshot, lang)).try_for_each(|line| say::line(&format!("  {line}")))
}

/// The acts of a ground, one on a line.
fn because(ground: &Ground, snapshot: &Snapshot, lang: Lang) -> Vec<String> {
    let act = |key: &str, stamp: &Stamp| {
        let args = [
            ("office", office_text(&ground.office, snapshot, lang)),
            ("position", stamp.position.to_string()),
            ("day", stamp.at.date_in(&snapshot.time_zone()).to_string()),
            ("name", stamp.by.name.clone()),
            ("as", office_text(&stamp.office, snapshot, lang)),
        ];
        let told = message(key, &args, lang);
        let reason = stamp.reason.as_ref().map(|reason| message("search-reason", &[("reason", reason.clone())], lang));
        [Some(told), reason].into_iter().flatten().collect::<Vec<_>>().join("  ")
    };
    let given = match &ground.lent {
        None => act("office-given", ground.given()),
        Some(_) => format!("{}  {}", act("office-lent", ground.given()), lent(ground, lang)),
    };
    [Some(given), ground.ended().map(|stamp| act("office-ended", stamp))].into_iter().flatten().collect()
}

/// By whom and until when.
fn lent(ground: &Ground, lang: Lang) -> String {
    let Some(row) = &ground.lent else { return String::new() };
    let delegation = &row.delegation;
    let args = [
        ("from", isolated(&delegation.from.0, lang)),
        ("starts", delegation.starts.to_string()),
        ("ends", delegation.ends.to_string()),
        ("id", isolated(&delegation.delegation.to_string(), lang)),
    ];
    message("office-lent-by", &args, lang)
}

fn object(ground: &Ground, person: Option<(&str, &str)>) -> Value {
    let act = |stamp: &Stamp| json!({ "position": stamp.position, "at": stamp.at, "actor": stamp.by.id, "name": stamp.by.name, "office": stamp.office, "reason": stamp.reason });
    let lent = ground.lent.as_ref().map(|row| {
        let delegation = &row.delegation;
        json!({ "delegation": delegation.delegation, "from": delegation.from, "starts": delegation.starts, "ends": delegation.ends })
    });
    let mut told = json!({ "office": ground.office, "given": act(ground.given()), "ended": ground.ended().map(act), "lent": lent });
    if let (Some((actor, name)), Value::Object(fields)) = (person, &mut told) {
        fields.insert("actor".to_owned(), json!(actor));
        fields.insert("name".to_owned(), json!(name));
    }
    told
}

/// In the calendar of the language.
fn day(day: Date, lang: Lang) -> String {
    match lang {
        Lang::En => day.to_string(),
        Lang::Fa => format_persian(day),
    }
}
