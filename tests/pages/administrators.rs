//! What administrators do: accounts with one-time links, files that are imported, tokens for programs.

use std::fs;

use serde_json::json;
use tahavol_tests::chromium::Chromium;

use crate::{LANGUAGES, WORKING, event, in_language, recorded, signed_in};

#[tokio::test]
async fn somebody_is_given_an_account_by_a_link_that_works_once() {
    let server = WORKING.server();
    for lang in LANGUAGES {
        let Some(administrator) = signed_in(&server, "administrator", lang).await else { return };
        administrator.go(&in_language("/administration/accounts", lang)).await;
        let actor = format!("newcomer.{lang}");
        administrator.fill("actor", &actor).await;
        administrator.fill("name", "نورا تازه‌وارد").await;
        administrator.click("section[aria-labelledby=add] button[type=submit]").await;
        administrator.until_there(".once code").await;
        let link = administrator.text(".once code").await;
        let link = &link[link.find("/link/").unwrap_or_else(|| panic!("{link}"))..];
        assert!(administrator.text("main table").await.contains(&actor));
        // It is told once.
        administrator.go(&in_language("/administration/accounts", lang)).await;
        assert!(!administrator.text("body").await.contains(link));
        administrator.leave().await;

        let Some(mut newcomer) = Chromium::open(&server.address).await else { return };
        newcomer.provoke(404);
        newcomer.go(&in_language(link, lang)).await;
        newcomer.fill("password", "چهار واژهٔ بی‌ربط به هم").await;
        newcomer.fill("again", "چهار واژهٔ بی‌ربط به هم").await;
        newcomer.click("main button[type=submit]").await;
        newcomer.until("return location.pathname.startsWith('/sign-in')").await;
        newcomer.sign_in(&actor, "چهار واژهٔ بی‌ربط به هم", lang).await;
        assert!(newcomer.text("header").await.contains("نورا تازه‌وارد"));
        newcomer.go(link).await;
        assert_eq!(newcomer.count("main form[action^='/link/']").await, 0, "the link works once");
        newcomer.leave().await;
    }
}

#[tokio::test]
async fn a_file_is_refused_row_by_row_then_rehearsed_and_recorded() {
    let server = WORKING.server();
    let folder = tempfile::tempdir().unwrap();
    for (lang, milestone) in [("fa", "HRM-2.1"), ("en", "RES-2.2")] {
        let Some(mut administrator) = signed_in(&server, "administrator", lang).await else { return };
        administrator.provoke(400);
        let reports = async || {
            let query = "query ($code: String!) { milestone(code: $code) { reports { totalCount } } }";
            let told = server.ask("auditor", query, json!({ "code": milestone })).await;
            told["data"]["milestone"]["reports"]["totalCount"].as_u64().unwrap_or_else(|| panic!("{told}"))
        };
        let before = reports().await;
        let send = async |name: &str, row: &str| {
            let path = folder.path().join(name);
            fs::write(&path, format!("milestone,effective_on,note_fa\n{row}\n")).unwrap();
            administrator.go(&in_language("/administration/imports", lang)).await;
            administrator.attach("file", path.to_str().unwrap()).await;
            administrator.click("main button[value=rehearse]").await;
        };
        send("wrong.csv", "NO-SUCH,1405/08/01,یادداشت").await;
        administrator.until_there("main .summary[role=alert]").await;
        assert!(administrator.text("main table").await.contains("wrong.csv"));
        send("reports.csv", &format!("{milestone},1405/08/01,از پرونده")).await;
        administrator.until_there("main button[value=import]").await;
        assert_eq!(reports().await, before, "a rehearsal records nothing");
        administrator.click("main button[value=import]").await;
        let reported = event(&server, recorded(&administrator).await).await;
        assert_eq!(reported["type"], "milestone.progress_reported");
        assert!(reported["origin"].as_str().is_some_and(|origin| origin.starts_with("import:")), "{reported}");
        assert_eq!(reported["data"]["note"]["fa"], "از پرونده");
        administrator.leave().await;
    }
}

#[tokio::test]
async fn a_service_token_is_shown_once_works_and_ends_when_it_is_revoked() {
    let server = WORKING.server();
    let client = reqwest::Client::new();
    for lang in LANGUAGES {
        let Some(administrator) = signed_in(&server, "administrator", lang).await else { return };
        administrator.go(&in_language("/administration/tokens", lang)).await;
        administrator.fill("label", &format!("reader {lang}")).await;
        administrator.run("document.querySelector('main [name=\"read-only\"]').checked = true").await;
        administrator.click("section[aria-labelledby=make] button[type=submit]").await;
        administrator.until_there(".once code").await;
        let secret = administrator.text(".once code").await;
        let asked = async || {
            let asked =
                client.post(format!("{}/graphql", server.address)).bearer_auth(&secret).json(&json!({ "query": "{ ledger { head } }" }));
            asked.send().await.unwrap().status().as_u16()
        };
        assert_eq!(asked().await, 200);
        administrator.go(&in_language("/administration/tokens", lang)).await;
        assert!(!administrator.text("body").await.contains(&secret), "it is told once");
        let row = format!("[...document.querySelectorAll('main tr')].find(row => row.innerText.includes('reader {lang}'))");
        administrator.run(&format!("{row}.querySelector('button').click()")).await;
        administrator.until(&format!("return {row}?.querySelector('button') === null")).await;
        assert_eq!(asked().await, 401);
        administrator.leave().await;
        // That it was made and that it was revoked stands in the journal.
        let Some(auditor) = signed_in(&server, "auditor", lang).await else { return };
        auditor.go(&in_language("/administration/journal", lang)).await;
        let told = "return [...document.querySelectorAll('main table tbody tr')].filter(row => row.innerText.includes('token=')).length";
        assert!(auditor.run(told).await.as_u64() >= Some(2), "{}", auditor.text("main").await);
        auditor.leave().await;
    }
}
