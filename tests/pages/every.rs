//! What holds for every page of the table: accessible in both languages and both themes, nothing beside the page, nothing from elsewhere.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use tahavol_tests::chromium::Chromium;

use crate::axe::{Rules, violations};
use crate::table::{ADMINISTRATION, AUDIT, DESK, LEADERSHIP, MEMBERS, OPEN, Page, THINGS};
use crate::{LANGUAGES, STILL, in_language, signed_in};

/// A window on a desk, and a telephone.
const WIDE: (u32, u32) = (1280, 900);
const NARROW: (u32, u32) = (360, 740);

#[tokio::test]
async fn whoever_has_not_signed_in_reads_sound_pages() {
    let server = STILL.server();
    let Some(browser) = Chromium::open(&server.address).await else { return };
    are_sound(browser, OPEN).await;
}

#[tokio::test]
async fn everybody_reads_sound_pages_of_the_programme() {
    sound_for("member.training", THINGS).await;
}

#[tokio::test]
async fn leadership_reads_sound_pages() {
    sound_for("council", LEADERSHIP).await;
}

#[tokio::test]
async fn members_read_sound_pages() {
    sound_for("chair.technology", MEMBERS).await;
}

#[tokio::test]
async fn auditors_read_sound_pages() {
    sound_for("auditor", AUDIT).await;
}

#[tokio::test]
async fn administrators_read_sound_pages() {
    sound_for("administrator", ADMINISTRATION).await;
}

#[tokio::test]
async fn inspectors_and_reporters_are_offered_sound_forms() {
    sound_for("inspector", DESK).await;
    sound_for("reporter.IR-07", DESK).await;
}

async fn sound_for(actor: &str, pages: &[Page]) {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, actor, "fa").await else { return };
    are_sound(browser, pages).await;
}

/// What the tests of this run have looked at or are going to, by [`shape`]: of a kind of page or form that is in no table, one is looked
/// at.
static SEEN: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(|| {
    let tables = [OPEN, THINGS, LEADERSHIP, MEMBERS, AUDIT, ADMINISTRATION, DESK];
    Mutex::new(tables.into_iter().flatten().filter_map(|page| shape(page.path)).collect())
});

/// Each page in each language, theme and width, with pictures; then what they lead to and nobody has looked at, and so on.
async fn are_sound(mut browser: Chromium, pages: &[Page]) {
    // The table has pages that say why there is none.
    for status in [400, 403, 404] {
        browser.provoke(status);
    }
    let mut ways: Vec<(String, String)> = pages.iter().map(|page| (page.name.to_owned(), page.path.to_owned())).collect();
    let named = ways.len();
    let mut wrong = Vec::new();
    let mut next = 0;
    while let Some((name, path)) = ways.get(next).cloned() {
        for lang in LANGUAGES {
            browser.go(&in_language(&path, lang)).await;
            let mut note = |what: &str, found: Vec<String>| {
                wrong.extend(found.into_iter().map(|found| format!("{name} {path} {lang} {what}: {found}")))
            };
            // Where a page leads, there is something to be read.
            let answered = browser.status().await;
            note("answer", if next >= named && answered >= 400 { vec![answered.to_string()] } else { Vec::new() });
            note("frame", frame(&browser, lang).await);
            note("light", violations(&browser, Rules::All).await);
            browser.picture(&format!("target/pages/{name}.{lang}.png"), None).await;
            browser.theme("dark").await;
            note("dark", violations(&browser, Rules::Colours).await);
            browser.picture(&format!("target/pages/{name}.{lang}.dark.png"), None).await;
            browser.theme("light").await;
            browser.view(NARROW.0, NARROW.1).await;
            note("narrow", beside(&browser).await);
            browser.picture(&format!("target/pages/{name}.{lang}.narrow.png"), None).await;
            browser.view(WIDE.0, WIDE.1).await;
            note("wide", beside(&browser).await);
        }
        ways.extend(unseen(&browser).await);
        next += 1;
    }
    browser.leave().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Pages to which the one that is open leads, of kinds that nobody has looked at: names for their pictures, and paths.
async fn unseen(browser: &Chromium) -> Vec<(String, String)> {
    let script = "return [...document.querySelectorAll('a[href^=\"/\"]:not([download])')].map(a => a.getAttribute('href'))";
    let links = browser.run(script).await;
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    texts(&links)
        .into_iter()
        .filter_map(|path| shape(&path).filter(|shape| seen.insert(shape.clone())).map(|shape| (shape, path)))
        .collect()
}

/// What pages of one kind have in common; nothing of what is no page, or the same in the other language.
fn shape(path: &str) -> Option<String> {
    let plain = path.split(['?', '#']).next().unwrap_or_default();
    let mut parts = plain.trim_start_matches('/').split('/');
    if path.contains("lang=") {
        return None;
    }
    match (parts.next()?, parts.next()) {
        ("evidence" | "log" | "graphiql" | "sign-in" | "link" | "", _) => None,
        (first @ ("act" | "administration" | "proof"), Some(second)) => Some(format!("{first}-{second}")),
        (first, Some(_)) => Some(format!("{first}-one")),
        (first, None) => Some(first.to_owned()),
    }
}

/// Language, direction, one heading of the first level, a title, no part that says its key instead of its words, and nothing that moves
/// while the page loads.
async fn frame(browser: &Chromium, lang: &str) -> Vec<String> {
    let script = "return (async ([lang, dir]) => { const root = document.documentElement; const wrong = [];
        if (root.lang !== lang || root.dir !== dir) wrong.push(`language ${root.lang} ${root.dir}`);
        const headings = [...document.querySelectorAll('h1')].filter(e => e.innerText.trim());
        if (headings.length !== 1) wrong.push(`${headings.length} headings of the first level`);
        if (!document.title.includes(' · ')) wrong.push(`title ${document.title}`);
        // Folded parts are read too.
        const keys = document.body.textContent.match(/\\bpage-[A-Za-z]+(-[A-Za-z]+)*\\b/g); if (keys) wrong.push(`keys ${keys}`);
        const status = performance.getEntriesByType('navigation')[0].responseStatus; if (status >= 500) wrong.push(`status ${status}`);
        const moves = await new Promise(told => {
          const seen = []; const observer = new PerformanceObserver(list => seen.push(...list.getEntries()));
          observer.observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => told([...seen, ...observer.takeRecords()].reduce((sum, entry) => sum + entry.value, 0)), 20);
        });
        if (moves > 0.01) wrong.push(`moves while it loads: ${moves}`);
        return wrong; })(arguments)";
    let direction = if lang == "fa" { "rtl" } else { "ltr" };
    texts(&browser.run_with(script, vec![lang.into(), direction.into()]).await)
}

/// What is wider than the window, so that the page would have to be moved sideways.
pub(crate) async fn beside(browser: &Chromium) -> Vec<String> {
    let script = "const root = document.documentElement; if (root.scrollWidth <= root.clientWidth) return [];
        const scrolls = e => e && e !== root && (getComputedStyle(e).overflowX !== 'visible' || scrolls(e.parentElement));
        const beyond = e => { const r = e.getBoundingClientRect(); return r.right > root.clientWidth + 1 || r.left < -1 };
        const out = [...document.body.querySelectorAll('*')].filter(e => beyond(e) && !scrolls(e.parentElement));
        return [`${root.scrollWidth} wide in ${root.clientWidth}: ${out.slice(0, 3).map(e => e.outerHTML.slice(0, 120).toWellFormed()).join(' | ')}`]";
    texts(&browser.run(script).await)
}

pub(crate) fn texts(list: &serde_json::Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}
