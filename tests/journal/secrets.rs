//! Secrets are shown everywhere where somebody could show one, and none of them is in the journal.

use std::fs;
use std::path::Path;

use serde_json::json;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use super::{act, act_with, as_token};

/// Everything that the journal has on disk.
fn bytes(directory: &Path) -> Vec<u8> {
    let files = ["journal.sqlite", "journal.sqlite-wal"].map(|name| directory.join(name));
    files.iter().filter_map(|path| fs::read(path).ok()).flatten().collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn no_secret_gets_into_the_journal_wherever_it_is_shown() {
    let server = Server::of(data::founded());
    let password = data::password(&server.data, "council");
    let (token, phrase) = (server.token("council"), "CorrectHorse-Battery7Staple");
    let shown = [password.as_str(), &token["tahavol_".len()..], phrase];
    for secret in [password.as_str(), token.as_str(), phrase] {
        for path in ["/sign-in", "/sign-in/code", "/account/password", "/sign-out"] {
            for (name, password) in [(secret, "x"), ("council", secret), ("nobody", secret)] {
                let wrong = format!("{password}x");
                let form = format!("name={name}&password={wrong}&code={secret}&old={wrong}&new={secret}&csrf={secret}");
                let request = server.post(path).header("content-type", "application/x-www-form-urlencoded").body(form);
                request.send().await.unwrap();
            }
        }
        server.get(&format!("/link/{secret}")).send().await.unwrap();
        server.get(&format!("/evidence/{secret}")).bearer_auth(secret).send().await.unwrap();
        server.get("/graphql").query_pairs(secret).await;
        as_token(&server, &format!("{secret}x"), "{ meta { position } }").await;
        let wrong = format!("{token}x");
        act_with(&server, &wrong, "accountReset", json!({ "actor": secret }), "").await;
        act(&server, "auditor", "accountReset", json!({ "actor": secret }), "").await;
        act(&server, "administrator", "accountReset", json!({ "actor": secret }), "").await;
        act(&server, "council", "serviceTokenMake", json!({ "label": secret }), "shown").await;
        let alias = format!("{{ a{}: securityJournalHealth {{ entries }} }}", secret.replace(|c: char| !c.is_ascii_alphanumeric(), ""));
        as_token(&server, &server.token("council"), &alias).await;
    }
    let link = act(&server, "administrator", "accountAdd", json!({ "actor": "maryam", "name": phrase }), "link").await;
    let made = act(&server, "council", "serviceTokenMake", json!({ "label": "x" }), "shown").await;
    super::entry(&server.data, "the last", |entry| entry["kind"] == "account_added");
    let mut server = server;
    server.terminate();
    let kept = bytes(&server.data);
    assert!(holds(&kept, "token_refused"), "the journal was written");
    let link = link["link"].as_str().unwrap().rsplit('/').next().unwrap();
    for secret in shown.into_iter().chain([link, &made["shown"].as_str().unwrap()["tahavol_".len()..]]) {
        assert!(!holds(&kept, secret), "a secret is in the journal: {secret}");
    }
}

/// A query string is a place where people put secrets, too.
trait QueryPairs {
    async fn query_pairs(self, secret: &str);
}

impl QueryPairs for reqwest::RequestBuilder {
    async fn query_pairs(self, secret: &str) {
        let (client, request) = self.build_split();
        let mut request = request.unwrap();
        request.url_mut().query_pairs_mut().append_pair("query", "{ meta { position } }").append_pair("token", secret);
        client.execute(request).await.unwrap();
    }
}
