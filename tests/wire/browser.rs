//! A browser as far as forms and cookies go. It follows nothing by itself and remembers what must be in no log.

use reqwest::header::{HeaderMap, SET_COOKIE};

/// The value of a cookie that an answer sets.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let set = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    set.filter_map(|line| line.split(';').next()?.split_once('=')).find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// What a page's form has to show.
fn csrf(page: &str) -> String {
    let field = page.split("name=\"csrf\"").nth(1).unwrap_or_else(|| panic!("{page}"));
    field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A form as a browser writes it.
fn form(fields: &[(&str, &str)]) -> String {
    let mut url = reqwest::Url::parse("http://x").unwrap();
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap().to_owned()
}

/// A browser that follows nothing by itself.
pub(crate) struct Browser {
    pub(crate) client: reqwest::Client,
    address: String,
    cookies: Vec<(String, String)>,
    /// Everything that must be in no log.
    pub(crate) secrets: Vec<String>,
}

impl Browser {
    pub(crate) fn new(address: &str) -> Browser {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Browser { client, address: address.to_owned(), cookies: Vec::new(), secrets: Vec::new() }
    }

    pub(crate) fn cookie_line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub(crate) async fn send(&mut self, request: reqwest::RequestBuilder) -> (u16, HeaderMap, String) {
        let answer = request.header("cookie", self.cookie_line()).header("origin", &self.address).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        for name in ["tahavol", "tahavol-before"] {
            if let Some(value) = cookie(&headers, name) {
                self.cookies.retain(|(known, _)| known != name);
                if !value.is_empty() {
                    self.secrets.push(value.clone());
                    self.cookies.push((name.to_owned(), value));
                }
            }
        }
        (status, headers, answer.text().await.unwrap())
    }

    pub(crate) async fn page(&mut self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.address));
        let (_, _, page) = self.send(request).await;
        if page.contains("name=\"csrf\"") {
            self.secrets.push(csrf(&page));
        }
        page
    }

    pub(crate) async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> (u16, HeaderMap, String) {
        let shown = csrf(&self.page(path).await);
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", shown.as_str())]).collect();
        let request = self.client.post(format!("{}{path}", self.address)).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(form(&fields))).await
    }

    /// What scripts of ours show beside the cookie.
    pub(crate) async fn session_csrf(&mut self) -> String {
        let told: serde_json::Value = serde_json::from_str(&self.page("/session").await).unwrap();
        told["csrf"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
    }
}
