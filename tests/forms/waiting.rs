//! What waits for a decision: as many as the leadership is told, part by part, and each with what it would change.

use serde_json::{Value, json};
use tahavol_tests::browser::Browser;
use tahavol_tests::data;
use tahavol_tests::server::Server;

/// More than one page of them.
const PLANNED: usize = 27;

async fn council(server: &Server) -> Browser {
    let mut browser = Browser::of(server);
    assert_eq!(browser.sign_in("council", &data::password(&server.data, "council")).await.status, 303);
    browser.get("/overview?lang=en").await;
    browser
}

/// The number that stands before or after some words of a page.
fn number<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let rest = page.split(before).nth(1).unwrap_or_else(|| panic!("{before}: {page}"));
    rest.split(after).next().unwrap_or_default().trim_matches(|c: char| !c.is_ascii_digit())
}

async fn plan(server: &Server, number: usize) {
    let query = "mutation ($input: MilestonePlanInput!) { milestonePlan(input: $input) { errors { code message } } }";
    let baseline = json!({ "weight": 10, "starts": "2026-12-01", "due": "2027-06-01", "measure": { "reported": true } });
    let input = json!({ "initiative": "TEC-2", "code": format!("LATER-{number}"), "title": { "fa": "افزوده" }, "baseline": baseline });
    let planned = server.ask("chair.technology", query, json!({ "input": input })).await;
    assert_eq!(planned["data"]["milestonePlan"]["errors"], json!([]), "{planned}");
}

#[tokio::test]
async fn every_decision_that_waits_shows_its_effect_however_many_there_are() {
    let server = Server::of(data::with_history());
    for number in 0..PLANNED {
        plan(&server, number).await;
    }
    server.ask("council", "{ meta { position } }", Value::Null).await;
    let mut council = council(&server).await;
    let (mut seen, mut next) = (0, Some("/decisions?commission=technology".to_owned()));
    while let Some(path) = next {
        let page = council.get(&path).await.text;
        let waiting = page.split("<section id=\"waiting\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
        let articles: Vec<&str> = waiting.split("<article").skip(1).collect();
        for article in &articles {
            assert!(article.contains("<caption>") || article.contains("No figure of the programme moves"), "no effect: {article}");
        }
        seen += articles.len();
        let on = waiting.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).find(|href| href.contains("from="));
        next = on.filter(|_| waiting.contains("The others that wait")).map(|href| href.replace("&amp;", "&"));
    }
    assert!(seen >= PLANNED, "{seen}");
    let page = council.get("/decisions?commission=technology").await.text;
    assert_eq!(number(&page, "id=\"waiting-title\">", "</h2>"), seen.to_string());
}

#[tokio::test]
async fn a_part_of_the_programme_has_as_many_decisions_waiting_as_its_leadership_is_told() {
    let server = Server::of(data::with_history());
    plan(&server, 0).await;
    let mut council = council(&server).await;
    let mut told = Vec::new();
    for part in ["", "horizon=short", "horizon=medium", "horizon=long", "commission=technology", "horizon=medium&commission=training"] {
        let overview = council.get(&format!("/overview?{part}")).await.text;
        let link = overview.split("href=\"/decisions").nth(2).unwrap_or_else(|| panic!("{overview}"));
        let (query, words) = link.split_once("\">").unwrap();
        let list = council.get(&format!("/decisions{}", query.replace("&amp;", "&"))).await.text;
        let waits = words.split(" waiting for").next().unwrap().trim_matches(|c: char| !c.is_ascii_digit()).to_owned();
        assert_eq!(number(&list, "id=\"waiting-title\">", "</h2>"), waits, "{part}");
        told.push(waits);
    }
    assert!(told[1] < told[0], "the added milestone is of another horizon: {told:?}");
}

#[tokio::test]
async fn the_leaderships_numbers_lead_to_as_many_milestones() {
    let server = Server::of(data::with_history());
    let mut council = council(&server).await;
    let mut followed = 0;
    for part in ["", "?horizon=medium", "?commission=technology", "?baseline=original", "?baseline=original&horizon=medium"] {
        let overview = council.get(&format!("/overview{part}")).await.text;
        for which in ["overdue", "stale", "behind"] {
            let link = overview.split(&format!("href=\"/milestones?{which}=yes")).nth(1).unwrap_or_else(|| panic!("{which}: {overview}"));
            let (rest, words) = link.split_once("\">").unwrap();
            let counted = words.split("</a>").next().unwrap();
            let counted: usize =
                counted.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or_else(|_| panic!("{counted}"));
            let address = format!("/milestones?{which}=yes{}", rest.replace("&amp;", "&"));
            let listed = council.get(&format!("{address}&format=csv")).await.text.lines().count().saturating_sub(1);
            assert_eq!(listed, counted, "{address}");
            followed += counted;
        }
    }
    assert!(followed > 20, "{followed}: the demonstration has some of each");
}
