//! Service tokens: what programs show, made and revoked by the people in whose names they ask.

use maud::{Markup, html};
use tahavol_domain::Kind;
use tahavol_domain::calendar::Instant;
use tahavol_identity::ServiceToken;

use super::{Once, Parts, framed, posting, said};
use crate::address;
use crate::audit::gap;
use crate::question::{Question, Wrong};
use crate::sheet::Sheet;
use crate::table::{Cell, Column, Row, SORT, Table};
use crate::words::isolated;

/// What the page shows.
#[derive(Clone, Copy)]
pub struct Tokens<'a> {
    pub table: &'a Table,
    /// Whether everybody's are shown, and whether they could be.
    pub all: bool,
    pub may_all: bool,
    pub done: Option<&'a str>,
    /// What a program shows that was just made.
    pub made: Option<Once<'a>>,
    /// The fields of the form as they were sent.
    pub typed: &'a [(String, String)],
    pub wrong: &'a Wrong,
}

#[must_use]
pub fn page(sheet: &Sheet<'_>, parts: Parts, shown: &Tokens<'_>) -> Markup {
    let content = html! {
        (said(sheet, shown.done))
        @if let Some(once) = &shown.made { (made(sheet, once)) }
        @if shown.may_all {
            p {
                @if shown.all { a href=(address::TOKENS) { (sheet.word("page-tokens-own")) } }
                @else { a href={ (address::TOKENS) "?all=yes" } { (sheet.word("page-tokens-all")) } }
            }
        }
        (sheet.still(shown.table))
        section aria-labelledby="make" {
            h2 #make { (sheet.word("page-token-make")) }
            p.hint { (sheet.word("page-token-make-what")) }
            (sheet.misasked("token", shown.wrong))
            (form(sheet, shown))
        }
    };
    framed(sheet, parts, address::TOKENS, "page-tokens", &content)
}

fn made(sheet: &Sheet<'_>, once: &Once<'_>) -> Markup {
    html! {
        div.once role="status" {
            p { strong { (sheet.telling("page-token-made", isolated(once.of))) } }
            p { code dir="ltr" { (once.secret) } }
            p.hint { (sheet.word("page-token-made-once")) }
        }
    }
}

/// Tokens, whether they are good or not.
#[must_use]
pub fn listed(sheet: &Sheet<'_>, tokens: &[ServiceToken], now: Instant) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let table = Table {
        id: "tokens",
        caption: sheet.word("page-tokens"),
        columns: vec![
            column("label", "page-token-label"),
            column("person", "page-token-person"),
            column("within", "page-token-within"),
            column("made", "page-token-made-on"),
            column("expires", "page-token-expires"),
            column("last_used", "page-token-used"),
            column("state", "page-token-state"),
            column("", "page-account-acts"),
        ],
        rows: tokens.iter().map(|token| Row { cells: cells(sheet, token, now) }).collect(),
        empty: sheet.word("page-tokens-none"),
    };
    table.sorted(sheet.asked(SORT))
}

fn cells(sheet: &Sheet<'_>, token: &ServiceToken, now: Instant) -> Vec<Cell> {
    let day = |at: Instant| at.date_in(sheet.hand.zone);
    let (commands, commissions) = within(sheet, token);
    let shown = html! { (commands) @if let Some(commissions) = &commissions { br; (commissions) } };
    let state = match &token.revoked {
        Some((at, by)) => {
            let word = sheet.word("page-token-revoked");
            let shown = html! { (word) " · " (sheet.hand.day_short(day(*at))) " · " bdi.code { (by.0) } };
            Cell::shown(shown, format!("{word} {} {}", day(*at), by.0))
        }
        None if token.expires.is_some_and(|end| end <= now) => Cell::Text(sheet.word("page-token-expired")),
        None => Cell::Text(sheet.word("page-token-good")),
    };
    let revoke = html! {
        @if token.revoked.is_none() {
            (posting(sheet, address::TOKENS, "revoke", &html! {
                input type="hidden" name="id" value=(token.id);
                button.plain type="submit" { (sheet.word("page-token-revoke")) }
            }))
        }
    };
    vec![
        Cell::Text(token.label.clone()),
        Cell::Link { text: token.person.name.clone(), href: sheet.at(&address::person(&token.person.id.0)) },
        Cell::shown(shown, [Some(commands), commissions].into_iter().flatten().collect::<Vec<_>>().join(gap(sheet.lang()))),
        Cell::Date(day(token.made)),
        Cell::day(token.expires.map(day)),
        token.last_used.map_or_else(|| Cell::shown(html! { span.unknown { (sheet.word("page-account-never")) } }, ""), Cell::Moment),
        state,
        Cell::shown(revoke, ""),
    ]
}

/// What it is for: which commands, and for which commissions where not for all of them.
fn within(sheet: &Sheet<'_>, token: &ServiceToken) -> (String, Option<String>) {
    let commands = match &token.within.commands {
        None => sheet.word("page-token-every-command"),
        Some(none) if none.is_empty() => sheet.word("page-token-read-only"),
        Some(some) => some.iter().map(|kind| sheet.act(*kind)).collect::<Vec<_>>().join(gap(sheet.lang())),
    };
    let commissions = token.within.commissions.as_ref();
    let commissions = commissions.map(|some| some.iter().map(|slug| sheet.commission(slug)).collect::<Vec<_>>().join(gap(sheet.lang())));
    (commands, commissions.map(|commissions| sheet.telling("page-token-only", commissions)))
}

fn form(sheet: &Sheet<'_>, shown: &Tokens<'_>) -> Markup {
    let typed = |name: &str| shown.typed.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let ticked = |name: &str, value: &str| shown.typed.iter().any(|(known, given)| known == name && given == value);
    let ask = |name: &'static str, label: &'static str, hint: &'static str, code: bool| {
        sheet.asking("token", &Question { name, label, hint: Some(hint), typed: typed(name), code }, shown.wrong)
    };
    posting(
        sheet,
        address::TOKENS,
        "make",
        &html! {
            (ask("label", "page-token-label", "page-token-label-hint", false))
            (ask("expires", "page-token-expires", "page-token-expires-hint", true))
            p { label.tick { input type="checkbox" name="read-only" value="yes" checked[ticked("read-only", "yes")]; " " (sheet.word("page-token-read-only-ask")) } }
            details.types open[shown.typed.iter().any(|(name, _)| name == "command")] {
                summary { (sheet.word("page-token-commands")) }
                fieldset {
                    legend { (sheet.word("page-token-commands-legend")) }
                    @for kind in Kind::ALL {
                        label.tick { input type="checkbox" name="command" value=(kind.name()) checked[ticked("command", kind.name())]; " " (sheet.act(kind)) }
                    }
                }
            }
            details.types open[shown.typed.iter().any(|(name, _)| name == "commission")] {
                summary { (sheet.word("page-token-commissions")) }
                fieldset {
                    legend { (sheet.word("page-token-commissions-legend")) }
                    @for slug in sheet.snapshot.commissions.keys() {
                        label.tick { input type="checkbox" name="commission" value=(slug.0) checked[ticked("commission", &slug.0)]; " " (sheet.commission(slug)) }
                    }
                }
            }
            button type="submit" { (sheet.word("page-token-make")) }
        },
    )
}
