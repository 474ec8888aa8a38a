//! Finding things by their codes, titles and names, group by group.

use maud::{Markup, html};
use tahavol_domain::text::fold;
use tahavol_projections::find::finds;

use crate::address;
use crate::sheet::Sheet;
use crate::words::isolated;

/// What is looked for stands under this name.
pub const WORDS: &str = "q";

/// Things that are shown of each group.
const SHOWN: usize = 20;

/// Something that was found.
struct Found {
    code: Option<String>,
    name: String,
    /// Where it belongs.
    beside: String,
    href: String,
}

/// Things of one kind that were found.
struct Group {
    id: &'static str,
    title: &'static str,
    found: Vec<Found>,
    /// The list of all of them.
    list: Option<String>,
}

/// Where the one thing lies that has exactly this code; nothing where there is none.
#[must_use]
pub fn coded(sheet: &Sheet<'_>) -> Option<String> {
    let words = sheet.asked(WORDS).map(fold).filter(|words| !words.is_empty())?;
    let groups = [initiatives, milestones, indicators, provinces, stations];
    let mut all = groups.into_iter().flat_map(|group| group(sheet, &words).found);
    all.find(|found| found.code.as_ref().is_some_and(|code| fold(code) == words)).map(|found| found.href)
}

/// The page.
#[must_use]
pub fn page(sheet: &Sheet<'_>) -> Markup {
    let asked = sheet.asked(WORDS).unwrap_or_default();
    let words = fold(asked);
    let groups = if words.is_empty() { Vec::new() } else { groups(sheet, &words) };
    let content = html! {
        form.inline method="get" action=(address::SEARCH) {
            @for (name, value) in sheet.moment.fields() { input type="hidden" name=(name) value=(value); }
            p.wide {
                label for="search-words" { (sheet.word("page-search")) }
                span.hint #search-words-hint { (sheet.word("page-thing-found-ask")) }
                input #search-words type="search" name=(WORDS) value=(asked) dir="auto" maxlength="200" aria-describedby="search-words-hint";
            }
            button type="submit" { (sheet.word("page-search")) }
        }
        @if !words.is_empty() {
            p { (sheet.telling("page-thing-found-for", isolated(asked))) }
            @if groups.iter().all(|group| group.found.is_empty()) { p.empty { (sheet.word("page-thing-found-none")) } }
            @for group in groups.iter().filter(|group| !group.found.is_empty()) { (shown(sheet, group)) }
            @if sheet.recognised() {
                p { a href=(sheet.at(&format!("{}?text={}", address::LEDGER, address::segment(asked)))) { (sheet.word("page-thing-found-ledger")) } }
            }
        }
    };
    sheet.page(None, &sheet.word("page-search"), &content)
}

fn shown(sheet: &Sheet<'_>, group: &Group) -> Markup {
    let more = group.found.len().saturating_sub(SHOWN);
    html! {
        section.found aria-labelledby=(group.id) {
            h2 id=(group.id) { (sheet.word(group.title)) " (" (sheet.hand.number(i64::try_from(group.found.len()).unwrap_or(i64::MAX))) ")" }
            ul {
                @for found in group.found.iter().take(SHOWN) {
                    li {
                        a href=(found.href) { @if let Some(code) = &found.code { bdi.code { (code) } " " } span dir="auto" { (found.name) } }
                        @if !found.beside.is_empty() { p.hint dir="auto" { (found.beside) } }
                    }
                }
            }
            @if more > 0 {
                p {
                    (sheet.telling("page-thing-found-more", sheet.hand.number(i64::try_from(more).unwrap_or(i64::MAX))))
                    @if let Some(list) = &group.list { " · " a href=(list) { (sheet.word("page-thing-found-all")) } }
                }
            }
        }
    }
}

fn groups(sheet: &Sheet<'_>, words: &str) -> Vec<Group> {
    vec![
        commissions(sheet, words),
        initiatives(sheet, words),
        milestones(sheet, words),
        indicators(sheet, words),
        provinces(sheet, words),
        stations(sheet, words),
        people(sheet, words),
        directives(sheet, words),
    ]
}

/// The list of a section, narrowed by the same words.
fn list(sheet: &Sheet<'_>, path: &str, words: &str) -> Option<String> {
    Some(sheet.at(&format!("{path}?q={}", address::segment(words))))
}

fn commissions(sheet: &Sheet<'_>, words: &str) -> Group {
    let rows = sheet.snapshot.commissions.iter().filter(|(slug, row)| finds(words, &slug.0, &row.establishment.title));
    let found = rows.map(|(slug, row)| Found {
        code: Some(slug.0.clone()),
        name: row.establishment.title.get(sheet.lang()).to_owned(),
        beside: String::new(),
        href: sheet.at(&address::commission(&slug.0)),
    });
    Group { id: "found-commissions", title: "page-thing-commissions", found: found.collect(), list: None }
}

fn initiatives(sheet: &Sheet<'_>, words: &str) -> Group {
    let rows = sheet.snapshot.initiatives.values().filter(|row| finds(words, &row.proposal.code, &row.proposal.title));
    let found = rows.map(|row| Found {
        code: Some(row.proposal.code.clone()),
        name: row.proposal.title.get(sheet.lang()).to_owned(),
        beside: sheet.commission(&row.proposal.commission),
        href: sheet.at(&address::initiative(&row.proposal.code)),
    });
    let list = list(sheet, address::INITIATIVES, words);
    Group { id: "found-initiatives", title: "page-section-initiatives", found: by_code(found), list }
}

fn milestones(sheet: &Sheet<'_>, words: &str) -> Group {
    let rows = sheet.snapshot.milestones.values().filter(|row| finds(words, &row.plan.code, &row.plan.title));
    let found = rows.map(|row| Found {
        code: Some(row.plan.code.clone()),
        name: row.plan.title.get(sheet.lang()).to_owned(),
        beside: sheet.commission(&row.plan.commission),
        href: sheet.at(&address::milestone(&row.plan.code)),
    });
    let list = list(sheet, address::MILESTONES, words);
    Group { id: "found-milestones", title: "page-section-milestones", found: by_code(found), list }
}

fn by_code(found: impl Iterator<Item = Found>) -> Vec<Found> {
    let mut found: Vec<Found> = found.collect();
    found.sort_by(|a, b| a.code.cmp(&b.code));
    found
}

fn indicators(sheet: &Sheet<'_>, words: &str) -> Group {
    let rows = sheet.snapshot.indicators.values();
    let rows = rows.filter(|row| finds(words, &row.definition.code.0, &row.definition.meaning.title));
    let found = rows.map(|row| Found {
        code: Some(row.definition.code.0.clone()),
        name: row.definition.meaning.title.get(sheet.lang()).to_owned(),
        beside: sheet.commission(&row.definition.commission),
        href: sheet.at(&address::indicator(&row.definition.code.0)),
    });
    let list = list(sheet, address::INDICATORS, words);
    Group { id: "found-indicators", title: "page-section-indicators", found: found.collect(), list }
}

fn provinces(sheet: &Sheet<'_>, words: &str) -> Group {
    let provinces = sheet.snapshot.programme.iter().flat_map(|programme| &programme.charter.provinces);
    let found = provinces.filter(|province| finds(words, &province.code.0, &province.name)).map(|province| Found {
        code: Some(province.code.0.clone()),
        name: province.name.get(sheet.lang()).to_owned(),
        beside: String::new(),
        href: sheet.at(&address::province(&province.code.0)),
    });
    Group { id: "found-provinces", title: "page-thing-provinces", found: found.collect(), list: None }
}

fn stations(sheet: &Sheet<'_>, words: &str) -> Group {
    let rows = sheet.snapshot.stations.values().filter(|row| finds(words, &row.code.0, &row.name));
    let found = rows.map(|row| Found {
        code: Some(row.code.0.clone()),
        name: row.name.get(sheet.lang()).to_owned(),
        beside: sheet.province(&row.province),
        href: sheet.at(&address::station(&row.code.0)),
    });
    let list = list(sheet, address::STATIONS, words);
    Group { id: "found-stations", title: "page-section-stations", found: found.collect(), list }
}

/// The public's picture has none.
fn people(sheet: &Sheet<'_>, words: &str) -> Group {
    let named = |name: &str, id: &str| fold(name).contains(words) || fold(id).contains(words);
    let rows = sheet.snapshot.officials.values().filter(|row| named(&row.person.name, &row.person.id.0));
    let found = rows.map(|row| Found {
        code: Some(row.person.id.0.clone()),
        name: row.person.name.clone(),
        beside: row.offices().map(|office| sheet.office(office)).collect::<Vec<_>>().join(" · "),
        href: sheet.at(&address::person(&row.person.id.0)),
    });
    Group { id: "found-people", title: "page-section-people", found: found.collect(), list: None }
}

/// A directive has no page of its own: what answers to it is listed.
fn directives(sheet: &Sheet<'_>, words: &str) -> Group {
    let rows = sheet.snapshot.directives.iter().filter(|(code, row)| finds(words, &code.0, &row.directive.title));
    let found = rows.map(|(code, row)| Found {
        code: Some(code.0.clone()),
        name: row.directive.title.get(sheet.lang()).to_owned(),
        beside: row.directive.issuer.get(sheet.lang()).to_owned(),
        href: sheet.at(&format!("{}?directive={}", address::INITIATIVES, address::segment(&code.0))),
    });
    Group { id: "found-directives", title: "page-thing-directive", found: found.collect(), list: None }
}
