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
            let effect = article.split("<div class=\"effect\">").nth(1).unwrap_or_else(|| panic!("no effect: {article}"));
            let told = ["<caption>", "No figure of the programme moves", "None of these percentages moves"];
            assert!(told.iter().any(|words| effect.contains(words)), "no effect: {article}");
            assert!(article.contains("table-scroll terms") || !article.contains("href=\"/milestones/"), "no terms: {article}");
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

#[tokio::test]
async fn the_council_sees_the_terms_and_the_reason_that_it_decides_on() {
    let server = Server::of(data::with_history());
    let query =
        "mutation ($input: MilestoneProposeRebaselineInput!) { milestoneProposeRebaseline(input: $input) { errors { code message } } }";
    let baseline = json!({ "weight": 77, "starts": "2026-11-22", "due": "2027-11-22", "measure": { "reported": true } });
    let input = json!({ "milestone": "TEC-2.2", "baseline": baseline, "reason": "Its supplier has failed" });
    let proposed = server.ask("chair.technology", query, json!({ "input": input })).await;
    assert_eq!(proposed["data"]["milestoneProposeRebaseline"]["errors"], json!([]), "{proposed}");
    let mut council = council(&server).await;
    let page = council.get("/act/milestoneApproveRebaseline?on=TEC-2.2").await.text;
    let (case, form) = page.split_once("<form class=\"act\"").unwrap_or_else(|| panic!("{page}"));
    let case = case.split("<section class=\"case\"").nth(1).unwrap_or_else(|| panic!("{page}"));
    for told in ["Its supplier has failed", "Asked for by", "As it stands", "As proposed", "<strong>77</strong>"] {
        assert!(case.contains(told), "{told}: {case}");
    }
    let button = form.find("<div class=\"buttons\"").unwrap_or_else(|| panic!("{form}"));
    assert!(form.find("path class=\"before\"").is_some_and(|curve| curve < button), "the curve stands before the button: {form}");
    let list = council.get("/decisions").await.text;
    let article = list.split("<article").find(|article| article.contains("TEC-2.2")).unwrap_or_else(|| panic!("{list}"));
    assert!(article.contains("Its supplier has failed") && article.contains("<strong>77</strong>"), "{article}");
}

#[tokio::test]
async fn what_a_pile_does_not_show_is_a_link_away_and_all_of_it_is_reached() {
    let server = Server::of(data::with_history());
    let mut reporter = Browser::of(&server);
    assert_eq!(reporter.sign_in("reporter.IR-07", &data::password(&server.data, "reporter.IR-07")).await.status, 303);
    let (mut seen, mut next, mut announced) = (0, Some("/work?lang=en".to_owned()), 0);
    while let Some(path) = next {
        let page = reporter.get(&path).await.text;
        let pile = page.split("<section aria-labelledby=\"rollouts\"").nth(1).and_then(|rest| rest.split("</section>").next());
        let pile = pile.unwrap_or_else(|| panic!("{page}"));
        announced = number(pile, "span class=\"figure\">", "</span>").parse().unwrap_or_else(|_| panic!("{pile}"));
        assert!(pile.contains("scope=\"rowgroup\""), "they stand together by their milestone: {pile}");
        seen += pile.matches("/act/stationRecordDelivery?").count();
        let on = pile.split("<p><a href=\"").nth(1).filter(|_| pile.contains(" more</a>")).and_then(|rest| rest.split('"').next());
        next = on.map(|href| href.replace("&amp;", "&").split('#').next().unwrap_or_default().to_owned());
    }
    assert!(seen > 100 && seen == announced, "{seen} of {announced}");
}
