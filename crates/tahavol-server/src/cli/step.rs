//! `tahavol step`: one event after another, the state of what it is about on the left and the event on the right.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;

use clap::Args;
use tahavol_app::messages::{message, office_text, sentence};
use tahavol_app::{Step, StepDirection, StepFilter, Tahavol};
use tahavol_domain::Stream;
use tahavol_domain::text::{Lang, digits_to_latin};
use tahavol_domain::values::ActorId;
use tahavol_projections::Snapshot;
use tahavol_projections::sight::Sight;

use super::columns::{isolated, side_by_side, terminal_width};
use super::{DataArguments, LangArgument, number, say};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::look::look;

/// Steps that are printed where nobody can ask for the next one.
const USUAL_COUNT: usize = 10;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Only events of this stream, such as `milestone-<uuid>`, `station-00001`, `commission-technology`
    #[arg(long, value_name = "STREAM", conflicts_with = "actor")]
    stream: Option<String>,
    /// Only what this person recorded
    #[arg(long, value_name = "ACTOR")]
    actor: Option<String>,
    /// Begin at this position, or at the next event after it that passes [default: the first; with --backward the last]
    #[arg(long, value_name = "POSITION", value_parser = number::<u64>)]
    at: Option<u64>,
    /// From the newest to the oldest
    #[arg(long)]
    backward: bool,
    /// Print so many steps and end [default: ask after each at a terminal, otherwise 10]
    #[arg(long, value_name = "N", value_parser = number::<usize>)]
    count: Option<usize>,
    /// Language of the text
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let app = look(&settings).await?;
    let filter = filter(&app, &arguments, lang).await?;
    let direction = if arguments.backward { StepDirection::Backward } else { StepDirection::Forward };
    let walk = Walk { until: app.snapshot(), app, filter, direction, lang };
    let Some(first) = walk.step(arguments.at, direction).await? else { return say::line(&message("step-none", &[], lang)) };
    let at_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    match arguments.count {
        None if at_terminal => walk.ask(first).await,
        count => walk.print(first, count.unwrap_or(USUAL_COUNT)).await,
    }
}

async fn filter(app: &Tahavol, arguments: &Arguments, lang: Lang) -> Result<StepFilter, Failure> {
    match (&arguments.stream, &arguments.actor) {
        (Some(stream), _) => {
            let stream = stream.parse::<Stream>();
            stream.map(StepFilter::Stream).map_err(|error| Failure::new(Code::Usage, format!("--stream: {error}")))
        }
        (None, Some(text)) => {
            let actor = ActorId(text.trim().to_owned());
            if app.knows_actor(&actor).await? {
                return Ok(StepFilter::Actor(actor));
            }
            Err(Failure::new(Code::Refused, message("UNKNOWN_ACTOR", &[("value", text.clone())], lang)))
        }
        (None, None) => Ok(StepFilter::All),
    }
}

/// What is walked through, and how it is told.
struct Walk {
    app: Tahavol,
    until: Arc<Snapshot>,
    filter: StepFilter,
    direction: StepDirection,
    lang: Lang,
}

/// What somebody at the terminal wants next.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Next,
    Previous,
    GoTo(u64),
    Quit,
    Unknown(String),
}

impl Wish {
    /// An empty line goes on.
    fn parse(text: &str) -> Wish {
        let text = digits_to_latin(text.trim());
        match text.as_str() {
            "" | "n" => Wish::Next,
            "p" => Wish::Previous,
            "q" => Wish::Quit,
            other => {
                let number = other.strip_prefix('g').unwrap_or(other).trim();
                number.parse().map_or_else(|_| Wish::Unknown(other.to_owned()), Wish::GoTo)
            }
        }
    }
}

impl Walk {
    async fn step(&self, cursor: Option<u64>, direction: StepDirection) -> Result<Option<Step>, Failure> {
        Ok(self.app.step(cursor, &self.filter, direction, &self.until, &Sight::whole()).await?)
    }

    async fn print(&self, first: Step, count: usize) -> Result<(), Failure> {
        let mut step = first;
        for number in 1..=count {
            say::line(&self.text(&step))?;
            let further = match self.direction {
                StepDirection::Forward => step.next,
                StepDirection::Backward => step.previous,
            };
            match (further, number < count) {
                (Some(position), true) => match self.step(Some(position), self.direction).await? {
                    Some(found) => step = found,
                    None => break,
                },
                (Some(_) | None, _) => break,
            }
        }
        Ok(())
    }

    async fn ask(&self, first: Step) -> Result<(), Failure> {
        let mut step = first;
        say::line(&self.text(&step))?;
        loop {
            say::bytes(format!("{} > ", message("step-keys", &[], self.lang)).as_bytes())?;
            let mut line = String::new();
            let read = std::io::stdin().lock().read_line(&mut line).map_err(|error| Failure::io("read what is typed", &error))?;
            let wish = if read == 0 { Wish::Quit } else { Wish::parse(&line) };
            let wanted = match wish {
                Wish::Quit => return say::written(std::io::stdout().lock().flush()),
                Wish::Next => step.next.ok_or("step-last").map(|position| (position, StepDirection::Forward)),
                Wish::Previous => step.previous.ok_or("step-first").map(|position| (position, StepDirection::Backward)),
                Wish::GoTo(position) if Some(position) > self.until.position => {
                    say::line(&message("POSITION_NOT_REACHED", &[("position", position.to_string())], self.lang))?;
                    continue;
                }
                Wish::GoTo(position) => Ok((position, self.direction)),
                Wish::Unknown(text) => {
                    say::line(&message("step-key-unknown", &[("text", text)], self.lang))?;
                    continue;
                }
            };
            let found = match wanted {
                Ok((position, direction)) => self.step(Some(position), direction).await?.ok_or("step-none"),
                Err(why) => Err(why),
            };
            match found {
                Ok(found) => {
                    step = found;
                    say::line(&self.text(&step))?;
                }
                Err(why) => say::line(&message(why, &[], self.lang))?,
            }
        }
    }

    fn text(&self, step: &Step) -> String {
        let lang = self.lang;
        let title = message("step-event", &[("position", step.event.position.to_string())], lang);
        let state = message("step-state", &[], lang);
        let mut lines = side_by_side((&state, &state_lines(step, lang)), (&title, &event_lines(step, lang)), terminal_width(), lang);
        let told = |position: Option<u64>| position.map_or_else(|| "—".to_owned(), |position| position.to_string());
        let bounds = [("previous", told(step.previous)), ("next", told(step.next))];
        lines.push(message("step-bounds", &bounds, lang));
        lines.push(String::new());
        lines.join("\n")
    }
}

/// What changed is marked, and told with what it was.
fn state_lines(step: &Step, lang: Lang) -> Vec<String> {
    let told = |value: &Option<tahavol_app::Told>| value.as_ref().map_or_else(|| "—".to_owned(), |value| isolated(&value.told(lang), lang));
    let line = |field: &tahavol_app::StepField| {
        let label = isolated(&field.label(lang), lang);
        if field.changed() {
            format!("* {label}: {} → {}", told(&field.before), told(&field.after))
        } else {
            format!("  {label}: {}", told(&field.after))
        }
    };
    step.fields.iter().map(line).collect()
}

fn event_lines(step: &Step, lang: Lang) -> Vec<String> {
    let fact = &step.event.fact;
    let said = &fact.envelope;
    let zone = step.after.time_zone();
    let recorded = said.time.date_in(&zone);
    let value = |text: String| message("step-value", &[("value", text)], lang);
    let mut lines = vec![sentence(fact, lang), fact.event.event_type().to_owned()];
    let mut push = |key: &str, text: String| lines.push(format!("{}: {}", message(key, &[], lang), isolated(&text, lang)));
    push("step-stream", said.stream.clone());
    push("step-recorded", format!("{} ({})", value(recorded.to_string()), said.time));
    if let Some(day) = said.effective_on {
        push("step-effective", value(day.to_string()));
        let late = day.days_until(recorded);
        if late > 0 {
            push("step-late", value(late.to_string()));
        }
    }
    push("step-by", format!("{} ({})", said.actor_name, said.actor.0));
    push("step-office", office_text(&said.office, &step.after, lang));
    if let Some(reason) = &said.reason {
        push("step-reason", reason.clone());
    }
    if let Some(basis) = said.basis {
        push("step-basis", value(basis.to_string()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_either_script() {
        assert_eq!(Wish::parse("\n"), Wish::Next);
        assert_eq!(Wish::parse("p"), Wish::Previous);
        assert_eq!(Wish::parse("g 12"), Wish::GoTo(12));
        assert_eq!(Wish::parse("g۱۲"), Wish::GoTo(12));
        assert_eq!(Wish::parse("x"), Wish::Unknown("x".to_owned()));
    }
}
