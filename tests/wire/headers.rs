//! Headers that keep browsers careful, on whatever is answered.

use reqwest::header::HeaderMap;
use tahavol_tests::data;
use tahavol_tests::server::Server;

#[track_caller]
fn careful(path: &str, headers: &HeaderMap) {
    let header = |name: &str| headers.get(name).unwrap_or_else(|| panic!("{path} has no {name}")).to_str().unwrap().to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(header("x-frame-options"), "DENY", "{path}");
    assert!(["no-referrer", "same-origin"].contains(&header("referrer-policy").as_str()), "{path}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
    assert!(header("permissions-policy").contains("camera=()"), "{path}");
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe-eval"), "{path}: {policy}");
    assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
}

#[tokio::test]
async fn every_answer_keeps_browsers_careful() {
    let server = Server::of(data::founded());
    for path in [
        "/graphql",
        "/graphiql",
        "/graphiql/page.js",
        "/sign-in",
        "/account",
        "/",
        "/evidence/x",
        "/log/checkpoint",
        "/healthz",
        "/readyz",
        "/metrics",
        "/nowhere",
    ] {
        let answer = server.get(path).send().await.unwrap();
        careful(path, answer.headers());
        assert!(!answer.headers().contains_key("strict-transport-security"), "{path}: nobody comes by TLS");
    }
    for (path, host) in [("/graphiql", "evil.example"), ("/sign-in", "evil.example")] {
        careful("a foreign name", server.get(path).header("host", host).send().await.unwrap().headers());
    }
    careful("a wrong token", server.get("/graphql").bearer_auth("wrong").send().await.unwrap().headers());
}

#[tokio::test]
async fn no_page_has_anything_inline_and_every_nonce_is_good_once() {
    let server = Server::of(data::founded());
    let mut policies = Vec::new();
    for _ in 0..2 {
        let answer = server.get("/graphiql").send().await.unwrap();
        policies.push(answer.headers()["content-security-policy"].to_str().unwrap().to_owned());
        let page = answer.text().await.unwrap();
        assert!(!page.contains("style=") && !page.contains("<style") && !page.contains("onclick"), "{page}");
        assert!(page.matches("<script").count() == page.matches("src=\"/graphiql/").count(), "{page}");
        let nonce = page.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(policies.last().unwrap().contains(&format!("'nonce-{nonce}'")), "{policies:?}");
    }
    assert_ne!(policies[0], policies[1]);
}

#[tokio::test]
async fn whoever_came_by_a_proxys_tls_comes_by_nothing_else() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_PUBLIC_URL", "https://tahavol.example")]);
    for path in ["/graphiql", "/nowhere", "/sign-in"] {
        let answer = server.get(path).header("host", "tahavol.example").send().await.unwrap();
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000", "{path}");
    }
}
