//! `tahavol token`: shown once, bounded, revoked; and the tokens of the configuration, which are no more.

use serde_json::Value;
use tahavol_tests::server::{DIRECTIVE, Server, directive};
use tahavol_tests::{binary, data};

use crate::{ask, becomes, on, printed, said, status};

#[tokio::test]
async fn a_token_asks_in_somebodys_name_until_it_is_revoked() {
    let server = Server::of(data::founded());
    let made = on(&server.data, &["token", "add", "--as", "council", "--label", "سامانهٔ دبیرخانه", "--lang", "en"]);
    let token = printed(&made);
    assert!(token.starts_with("tahavol_") && token.len() == 51 && !said(&made).contains(&token), "{token}");
    becomes(&server, &token, 200).await;
    let listed = printed(&on(&server.data, &["token", "list", "--as", "council", "--json"]));
    assert!(!listed.contains(&token[8..]), "what was shown is kept nowhere");
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let ours = listed.iter().find(|one| one["label"] == "سامانهٔ دبیرخانه").expect("it is listed");
    let id = ours["id"].as_str().unwrap();
    printed(&on(&server.data, &["token", "revoke", id]));
    becomes(&server, &token, 401).await;
    let told = printed(&on(&server.data, &["token", "list", "--as", "council", "--lang", "fa"]));
    assert!(told.lines().any(|line| line.starts_with(id) && line.contains("باطل در") && line.contains('۱')), "{told}");
    let again = on(&server.data, &["token", "revoke", "00000000-0000-0000-0000-000000000001"]);
    assert_eq!(again.status.code(), Some(3));
}

#[tokio::test]
async fn a_token_does_no_more_than_its_bounds_and_its_person_may() {
    let directory = data::founded();
    let reads = data::new_token(directory.path(), "council", &["--read-only"]);
    let other = data::new_token(directory.path(), "council", &["--command", "milestoneReportProgress"]);
    let elsewhere = data::new_token(directory.path(), "council", &["--commission", "technology"]);
    let issues = data::new_token(directory.path(), "council", &["--command", "directiveIssue"]);
    let stranger = data::new_token(directory.path(), "stranger", &["--name", "Stranger"]);
    let server = Server::of(directory);
    let code = async |token: &str, code: &str| {
        let answer = ask(&server, token, DIRECTIVE, directive(code)).await;
        answer["data"]["directiveIssue"]["errors"][0]["code"].as_str().map(str::to_owned)
    };
    for token in [&reads, &other, &elsewhere] {
        assert_eq!(code(token, "B-1").await.as_deref(), Some("OUTSIDE_THE_TOKEN"));
        assert_eq!(status(&server, token).await, 200);
    }
    assert_eq!(code(&stranger, "B-1").await.as_deref(), Some("NOT_PERMITTED"));
    assert_eq!(code(&issues, "B-1").await, None);
}

#[tokio::test]
async fn the_same_question_is_answered_to_each_token_within_its_own_bounds() {
    let directory = data::with_history();
    let bounded = data::new_token(directory.path(), "council", &["--commission", "technology"]);
    let server = Server::of(directory);
    let of = async |token: &str| ask(&server, token, "{ initiatives(first: 0) { totalCount } }", Value::Null).await;
    // The second time from the answers that are kept.
    let (all, few) = (of(&server.token("council")).await, of(&bounded).await);
    let (all_again, few_again) = (of(&server.token("council")).await, of(&bounded).await);
    assert!(all == all_again && few == few_again && all != few, "{all} {few}");
}

#[test]
fn what_makes_no_token_is_said() {
    let directory = data::founded();
    let refused = |more: &[&str]| {
        let output = on(directory.path(), &[&["token", "add", "--label", "x"], more].concat());
        (output.status.code(), said(&output))
    };
    let (code, told) = refused(&["--as", "nobody"]);
    assert!(code == Some(3) && told.contains("nobody"), "{told}");
    let (code, told) = refused(&["--as", "council", "--command", "doEverything"]);
    assert!(code == Some(2) && told.contains("doEverything") && told.contains("فرمان"), "{told}");
    let (code, told) = refused(&["--as", "council", "--commission", "astronomy"]);
    assert!(code == Some(3) && told.contains("astronomy") && told.contains("کمیسیون"), "{told}");
    let (code, _) = refused(&["--as", "council", "--expires", "1404/01/01"]);
    assert_eq!(code, Some(3));
    let (code, _) = refused(&["--as", "council", "--read-only", "--command", "directiveIssue"]);
    assert_eq!(code, Some(2));
    let secret = format!("tahavol_{}", "x".repeat(43));
    let (code, told) = refused(&["--as", &secret]);
    assert!(code == Some(2) && !told.contains(&secret), "{told}");
    let import = on(directory.path(), &["import", "nothing.csv", "--as", &secret]);
    assert!(import.status.code() == Some(2) && !said(&import).contains(&secret));
}

#[test]
fn a_token_ends_with_the_day_that_was_given() {
    let directory = data::founded();
    data::new_token(directory.path(), "auditor", &["--expires", "1450/01/01", "--read-only", "--commission", "technology"]);
    let told = printed(&on(directory.path(), &["token", "list", "--as", "auditor", "--lang", "fa"]));
    let line = told.lines().find(|line| line.contains("۱۴۵۰/۰۱/۰۱")).expect("the last day on which it is good");
    assert!(line.contains("فقط خواندن") && line.contains("technology") && line.ends_with("معتبر"), "{line}");
}

#[test]
fn tokens_in_a_configuration_are_refused_with_what_to_do_instead() {
    let directory = data::founded();
    let config = directory.path().join("tahavol.toml");
    std::fs::write(&config, "[[tokens]]\ntoken = \"a-secret-of-some-length\"\nactor = \"a\"\nname = \"A\"\n").unwrap();
    let config = config.display().to_string();
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["doctor"], &["progress"]] {
        let refused = on(directory.path(), &[command, &["--config", &config]].concat());
        let told = said(&refused);
        assert!(refused.status.code() == Some(2) && told.contains("tahavol token add") && !told.contains("a-secret"), "{told}");
    }
}

#[test]
fn people_of_an_earlier_version_are_told_and_made_anew_by_the_demonstration() {
    let directory = data::founded();
    let path = directory.path().join("people.toml");
    let old = "[administrator]\nid = \"administrator\"\nname = \"A\"\n\n[[tokens]]\ntoken = \"an-old-token-of-length\"\nactor = \"council\"\nname = \"C\"\n";
    let (before, text) = (data::token(directory.path(), "council"), old);
    std::fs::write(&path, text).unwrap();
    let refused = on(directory.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.status.code() == Some(2) && said(&refused).contains("tahavol demo"), "{}", said(&refused));
    printed(&binary::run(&["demo", "--no-serve", "--data", &directory.path().display().to_string()]));
    assert_ne!(data::token(directory.path(), "council"), before);
    let listed = printed(&on(directory.path(), &["token", "list", "--as", "council", "--lang", "en"]));
    assert_eq!(listed.lines().filter(|line| line.ends_with("good")).count(), 1, "{listed}");
}
