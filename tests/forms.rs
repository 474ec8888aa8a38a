//! The pages on which people act, as they are without JavaScript: the forms, what they show while somebody types, and what waits.

#[path = "forms/administered.rs"]
mod administered;
#[path = "forms/audited.rs"]
mod audited;
#[path = "forms/kept.rs"]
mod kept;
#[path = "forms/planning.rs"]
mod planning;
#[path = "forms/rows.rs"]
mod rows;
#[path = "forms/waiting.rs"]
mod waiting;

use tahavol_tests::browser::{Answer, Browser};
use tahavol_tests::data;
use tahavol_tests::server::Server;

/// Somebody before a form of hers.
struct Form {
    browser: Browser,
    path: String,
    csrf: String,
    command: String,
}

impl Form {
    /// Signed in, in English.
    async fn opened(server: &Server, actor: &str, path: &str) -> Form {
        let mut browser = signed_in(server, actor).await;
        let shown = browser.get(path).await;
        assert_eq!(shown.status, 200, "{path}: {}", shown.text);
        Form { browser, path: path.to_owned(), csrf: field(&shown, "csrf"), command: field(&shown, "command") }
    }

    /// Sent with these answers; always the same command.
    async fn sent(&mut self, answers: &[(&str, &str)]) -> Answer {
        let (csrf, command) = (self.csrf.clone(), self.command.clone());
        let known = [("csrf", csrf.as_str()), ("command", command.as_str())];
        self.browser.post(&self.path, &[&known, answers].concat()).await
    }
}

/// Somebody before her pages, in English.
async fn signed_in(server: &Server, actor: &str) -> Browser {
    let mut browser = Browser::of(server);
    assert_eq!(browser.sign_in(actor, &data::password(&server.data, actor)).await.status, 303);
    browser.get("/overview?lang=en").await;
    browser
}

/// What a field of the form on a page holds.
fn field(page: &Answer, name: &str) -> String {
    let form = page.text.split("<form class=\"act\"").nth(1).unwrap_or_else(|| panic!("{}", page.text));
    let value = form.split(&format!("name=\"{name}\"")).nth(1).and_then(|rest| rest.split("value=\"").nth(1));
    value.and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{name}: {form}")).to_owned()
}
