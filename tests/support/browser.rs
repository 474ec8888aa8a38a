//! A browser as far as cookies, forms and the headers go that it sends along. It follows nothing by itself.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::server::Server;

/// The cookie of a session.
pub const SESSION: &str = "tahavol";

/// A browser of its own, with nothing in it at first.
pub struct Browser {
    client: Client,
    /// Where the server is.
    pub address: String,
    /// What a trusted proxy says of where it is.
    from: Option<String>,
    cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Browser {
    pub fn of(server: &Server) -> Browser {
        Browser::at(&server.address)
    }

    /// # Panics
    /// When no client can be made.
    pub fn at(address: &str) -> Browser {
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Browser { client, address: address.to_owned(), from: None, cookies: BTreeMap::new() }
    }

    /// The same behind a proxy that says so.
    pub fn from(server: &Server, address: &str) -> Browser {
        Browser { from: Some(address.to_owned()), ..Browser::of(server) }
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Puts a cookie there, as whoever sits before it or stands in between can.
    pub fn put_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// With its cookies and its address.
    ///
    /// # Panics
    /// When nothing comes back.
    pub async fn send(&mut self, request: RequestBuilder) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) };
        let request = self.from.iter().fold(request, |request, from| request.header("x-forwarded-for", from));
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie has a name");
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer { status, headers, text: answer.text().await.expect("text") }
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.client.request(method.parse().expect("a method"), format!("{}{path}", self.address))
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    /// A form, as a page of this server sends it, with nothing but these fields.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(path, fields, &[("origin", &self.address.clone())]).await
    }

    /// A form with these headers, whoever's page they say it is of.
    pub async fn post_from(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let request = self.request("POST", path).header("content-type", "application/x-www-form-urlencoded").body(form(fields));
        self.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    /// Opens a page, and sends a form of it with what it shows.
    pub async fn fill(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = self.get(page).await.csrf();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", shown.as_str())]).collect();
        self.post(action, &fields).await
    }

    /// Name and password; what came back.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.fill("/sign-in", "/sign-in", &[("name", name), ("password", password)]).await
    }

    /// What a script of ours shows beside the cookie.
    ///
    /// # Panics
    /// When nobody has signed in.
    pub async fn csrf(&mut self) -> String {
        let told = self.get("/session").await.json();
        told["csrf"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
    }

    /// A GraphQL request as a script of ours sends it, with this token.
    pub async fn ask(&mut self, query: &str, csrf: &str) -> Answer {
        let request = self.request("POST", "/graphql").header("origin", self.address.clone()).header("x-csrf-token", csrf);
        self.send(request.json(&json!({ "query": query }))).await
    }
}

impl Answer {
    /// What the page's form shows.
    ///
    /// # Panics
    /// When it has no form.
    pub fn csrf(&self) -> String {
        let field = self.text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        field.unwrap_or_else(|| panic!("{} {}", self.status, self.text)).to_owned()
    }

    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    /// A header's value; nothing where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.header("location")
    }
}

/// Fields as a browser writes them.
fn form(fields: &[(&str, &str)]) -> String {
    let mut url = reqwest::Url::parse("http://x").expect("an address");
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}
