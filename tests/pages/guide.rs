//! The guides for people: the pages and pictures that they name are there, and the pictures are made here.

use std::fs;

use tahavol_tests::browser::Browser;
use tahavol_tests::chromium::Chromium;
use tahavol_tests::{binary, data};

use crate::{LANGUAGES, STILL, in_language, signed_in};

/// Who reads which guide.
const GUIDES: [(&str, &str); 3] = [("members", "member.technology"), ("leadership", "council"), ("auditors", "auditor")];

/// With it, the pictures of the guides themselves are made anew: `GUIDE_PICTURES=1 cargo test -p tahavol-tests --test pages guide`.
const ASKED: &str = "GUIDE_PICTURES";

/// As wide as a page of a guide, and as high as is seen at a glance.
const WIDTH: u32 = 1_000;
const HEIGHT: u32 = 760;

/// The largest file of a picture, in bytes.
const LARGEST: u64 = 150_000;

#[tokio::test]
async fn every_page_that_a_guide_names_answers_its_reader() {
    let server = STILL.server();
    for (guide, actor) in GUIDES {
        let mut browser = Browser::of(&server);
        browser.sign_in(actor, &data::password(&server.data, actor)).await;
        for lang in LANGUAGES {
            let text = read(guide, lang);
            let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|word| word.starts_with('/')).collect();
            assert!(named.len() >= 3, "{guide}.{lang} names {named:?}");
            for path in named {
                let answer = browser.get(path).await;
                assert_eq!(answer.status, 200, "{guide}.{lang} names {path}");
            }
        }
    }
}

#[test]
fn what_a_guide_quotes_stands_on_a_page() {
    for (lang, opens, closes) in [("fa", '«', '»'), ("en", '“', '”')] {
        let folder = fs::read_dir(binary::root().join("crates/tahavol-app/messages/pages")).unwrap();
        let files = folder.map(|entry| entry.unwrap().path()).filter(|path| path.to_string_lossy().ends_with(&format!(".{lang}.ftl")));
        let catalogue: String = files.map(|path| fs::read_to_string(path).unwrap()).collect();
        let words: Vec<String> = catalogue.lines().filter_map(|line| Some(line.split_once(" = ")?.1.trim().to_lowercase())).collect();
        for (guide, _) in GUIDES {
            let text = read(guide, lang).split_whitespace().collect::<Vec<_>>().join(" ");
            let quoted: Vec<&str> = text.split(opens).skip(1).filter_map(|rest| Some(rest.split_once(closes)?.0)).collect();
            for quote in &quoted {
                assert!(words.contains(&quote.to_lowercase()), "{guide}.{lang} quotes what no page says: {quote}");
            }
            assert!(!quoted.is_empty() || guide == "auditors", "{guide}.{lang}");
        }
    }
}

#[test]
fn every_picture_that_a_guide_names_is_there_and_small_and_no_other() {
    let mut named: Vec<String> = Vec::new();
    for (guide, lang) in GUIDES.iter().flat_map(|(guide, _)| LANGUAGES.map(|lang| (guide, lang))) {
        let text = read(guide, lang);
        let pictures = text.split("](pictures/").skip(1).filter_map(|rest| rest.split(')').next());
        let of_guide: Vec<String> = pictures.map(str::to_owned).collect();
        assert!(of_guide.len() >= 2 && of_guide.iter().all(|name| name.ends_with(&format!(".{lang}.png"))), "{guide}.{lang}: {of_guide:?}");
        named.extend(of_guide);
    }
    let folder = binary::root().join("docs/guide/pictures");
    let there = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap());
    let mut found: Vec<String> = Vec::new();
    for entry in there {
        let name = entry.file_name().into_string().unwrap();
        let size = entry.metadata().unwrap().len();
        assert!(size < LARGEST, "{name} has {size} bytes");
        found.push(name);
    }
    named.sort();
    found.sort();
    assert_eq!(named, found);
}

#[tokio::test]
async fn the_pictures_of_the_guides_can_be_taken() {
    let server = STILL.server();
    for lang in LANGUAGES {
        let Some(member) = signed_in(&server, "member.technology", lang).await else { return };
        take(&member, "work", "/work", lang).await;
        member.go(&in_language("/act/milestoneReportProgress?on=TEC-2.2", lang)).await;
        member.fill("progress", if lang == "fa" { "۴۱٫۵" } else { "41.5" }).await;
        member.fill("note.fa", "نصب در استان همدان به پایان رسید").await;
        snap(&member, "report", lang).await;
        member.leave().await;
        let Some(council) = signed_in(&server, "council", lang).await else { return };
        take(&council, "overview", "/overview", lang).await;
        take(&council, "decision", "/decisions", lang).await;
        council.leave().await;
        let Some(auditor) = signed_in(&server, "auditor", lang).await else { return };
        take(&auditor, "ledger", "/ledger?thing=TEC-2.2", lang).await;
        take(&auditor, "diff", "/diff?from=1405/02/31&to=1405/05/31&commission=technology", lang).await;
        auditor.leave().await;
    }
}

async fn take(browser: &Chromium, name: &str, path: &str, lang: &str) {
    browser.go(&in_language(path, lang)).await;
    snap(browser, name, lang).await;
}

/// Into the guides where that is asked for, else into the build directory.
async fn snap(browser: &Chromium, name: &str, lang: &str) {
    assert_eq!(browser.status().await, 200, "{}", browser.place().await);
    let folder = if std::env::var_os(ASKED).is_some() { "docs/guide/pictures" } else { "target/pages/guide" };
    browser.view(WIDTH, HEIGHT).await;
    browser.picture(&format!("{folder}/{name}.{lang}.png"), Some(HEIGHT)).await;
}

fn read(guide: &str, lang: &str) -> String {
    fs::read_to_string(binary::root().join(format!("docs/guide/{guide}.{lang}.md"))).unwrap_or_else(|why| panic!("{guide}.{lang}: {why}"))
}
