//! What administrators do: an account with a one-time link, by which the person signs in.

use tahavol_tests::chromium::Chromium;

use crate::{LANGUAGES, WORKING, in_language, signed_in};

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
