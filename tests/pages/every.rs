//! What holds for every page of the table: accessible in both languages and both themes, nothing beside the page, nothing from elsewhere.

use tahavol_tests::chromium::Chromium;

use crate::axe::{Rules, violations};
use crate::table::{ADMINISTRATION, AUDIT, LEADERSHIP, MEMBERS, OPEN, Page, THINGS};
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

async fn sound_for(actor: &str, pages: &[Page]) {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, actor, "fa").await else { return };
    are_sound(browser, pages).await;
}

/// Each page in each language, theme and width, with a picture of each.
async fn are_sound(mut browser: Chromium, pages: &[Page]) {
    // The table has pages that say why there is none.
    browser.provoke(404);
    browser.provoke(400);
    let mut wrong = Vec::new();
    for (page, lang) in pages.iter().flat_map(|page| LANGUAGES.map(|lang| (page, lang))) {
        browser.go(&in_language(page.path, lang)).await;
        let mut note =
            |what: &str, found: Vec<String>| wrong.extend(found.into_iter().map(|found| format!("{} {lang} {what}: {found}", page.name)));
        note("frame", frame(&browser, lang).await);
        note("light", violations(&browser, Rules::All).await);
        browser.picture(&format!("target/pages/{}.{lang}.png", page.name), None).await;
        browser.theme("dark").await;
        note("dark", violations(&browser, Rules::Colours).await);
        browser.picture(&format!("target/pages/{}.{lang}.dark.png", page.name), None).await;
        browser.theme("light").await;
        browser.view(NARROW.0, NARROW.1).await;
        note("narrow", beside(&browser).await);
        browser.picture(&format!("target/pages/{}.{lang}.narrow.png", page.name), None).await;
        browser.view(WIDE.0, WIDE.1).await;
        note("wide", beside(&browser).await);
    }
    browser.leave().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Language, direction, one heading of the first level, a title, and no part that says its key instead of its words.
async fn frame(browser: &Chromium, lang: &str) -> Vec<String> {
    let script = "const [lang, dir] = arguments; const root = document.documentElement; const wrong = [];
        if (root.lang !== lang || root.dir !== dir) wrong.push(`language ${root.lang} ${root.dir}`);
        const headings = [...document.querySelectorAll('h1')].filter(e => e.innerText.trim());
        if (headings.length !== 1) wrong.push(`${headings.length} headings of the first level`);
        if (!document.title.includes(' · ')) wrong.push(`title ${document.title}`);
        const keys = document.body.innerText.match(/\\bpage-[a-z]+(-[a-z]+)*\\b/g); if (keys) wrong.push(`keys ${keys}`);
        const status = performance.getEntriesByType('navigation')[0].responseStatus; if (status >= 500) wrong.push(`status ${status}`);
        return wrong";
    let direction = if lang == "fa" { "rtl" } else { "ltr" };
    texts(&browser.run_with(script, vec![lang.into(), direction.into()]).await)
}

/// What is wider than the window, so that the page would have to be moved sideways.
pub(crate) async fn beside(browser: &Chromium) -> Vec<String> {
    let script = "const root = document.documentElement; if (root.scrollWidth <= root.clientWidth) return [];
        const out = [...document.body.querySelectorAll('*')].filter(e => { const r = e.getBoundingClientRect(); return r.right > root.clientWidth + 1 || r.left < -1 });
        return [`${root.scrollWidth} wide in ${root.clientWidth}: ${out.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' | ')}`]";
    texts(&browser.run(script).await)
}

pub(crate) fn texts(list: &serde_json::Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}
