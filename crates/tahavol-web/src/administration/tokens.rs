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

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Tokens<'a> {
    pub tokens: &'a [ServiceToken],
    /// Whether everybody's are shown, and whether they could be.
    pub all: bool,
    pub may_all: bool,
    pub now: Instant,
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
        (list(sheet, shown))
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
            p { strong { (sheet.telling("page-token-made", once.of)) } }
            p { code dir="ltr" { (once.secret) } }
            p.hint { (sheet.word("page-token-made-once")) }
        }
    }
}

fn list(sheet: &Sheet<'_>, shown: &Tokens<'_>) -> Markup {
    html! {
        @if shown.tokens.is_empty() { p.empty { (sheet.word("page-tokens-none")) } } @else {
            div.table-scroll tabindex="0" role="group" aria-label=(sheet.word("page-tokens")) {
                table {
                    thead { tr {
                        @for key in ["page-token-label", "page-token-person", "page-token-within", "page-token-made-on", "page-token-expires", "page-token-used", "page-token-state"] {
                            th scope="col" { (sheet.word(key)) }
                        }
                    } }
                    tbody { @for token in shown.tokens { (row(sheet, token, shown.now)) } }
                }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, token: &ServiceToken, now: Instant) -> Markup {
    let day = |at: Option<Instant>| {
        html! { @match at { Some(at) => (sheet.hand.day_short(at.date_in(sheet.hand.zone))), None => span.unknown { "—" } } }
    };
    html! {
        tr {
            th scope="row" dir="auto" { (token.label) }
            td { a href=(sheet.at(&address::person(&token.person.id.0))) { bdi { (token.person.name) } } }
            td { (within(sheet, token)) }
            td { (day(Some(token.made))) }
            td { (day(token.expires)) }
            td { @match token.last_used { Some(at) => (sheet.hand.moment(at)), None => span.unknown { (sheet.word("page-account-never")) } } }
            td {
                @match &token.revoked {
                    Some((at, by)) => { (sheet.word("page-token-revoked")) " · " (sheet.hand.day_short(at.date_in(sheet.hand.zone))) " · " bdi.code { (by.0) } }
                    None => {
                        @if token.expires.is_some_and(|end| end <= now) { (sheet.word("page-token-expired")) " " }
                        (posting(sheet, address::TOKENS, "revoke", &html! {
                            input type="hidden" name="id" value=(token.id);
                            button.plain type="submit" { (sheet.word("page-token-revoke")) }
                        }))
                    }
                }
            }
        }
    }
}

/// What it is for.
fn within(sheet: &Sheet<'_>, token: &ServiceToken) -> Markup {
    let commands = match &token.within.commands {
        None => sheet.word("page-token-every-command"),
        Some(none) if none.is_empty() => sheet.word("page-token-read-only"),
        Some(some) => some.iter().map(|kind| sheet.act(*kind)).collect::<Vec<_>>().join(gap(sheet.lang())),
    };
    let commissions = token.within.commissions.as_ref();
    let commissions = commissions.map(|some| some.iter().map(|slug| sheet.commission(slug)).collect::<Vec<_>>().join(gap(sheet.lang())));
    html! { (commands) @if let Some(commissions) = commissions { br; (sheet.telling("page-token-only", commissions)) } }
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
