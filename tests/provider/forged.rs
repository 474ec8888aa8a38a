//! Tokens that are not what they claim to be, or not any more: all are one answer, and the security journal tells of them.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::bearer::{access, status};
use crate::organisation::{AUDIENCE, Key, Organisation};
use crate::{journal, served};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Claims that are good, but for these.
fn claims(organisation: &Organisation, but: Value) -> Value {
    let mut claims = json!({
        "iss": organisation.issuer, "aud": AUDIENCE, "sub": "council", "preferred_username": "council",
        "iat": now(), "exp": now() + 300,
    });
    for (claim, value) in but.as_object().unwrap() {
        claims[claim] = value.clone();
    }
    claims
}

#[tokio::test]
async fn a_token_is_taken_only_as_it_was_signed_and_while_it_is_good() {
    let Some(organisation) = Organisation::start() else { return };
    let mut server = served(&organisation);
    let (key, stranger) = (&organisation.key, Key::new("first"));
    let sign = |but: Value| key.sign(&claims(&organisation, but));
    for good in [json!({}), json!({ "aud": ["another", AUDIENCE] }), json!({ "exp": now() - 20 }), json!({ "nbf": now() + 20 })] {
        assert_eq!(status(&server, &sign(good.clone())).await, 200, "clocks may differ by a minute: {good}");
    }
    let good = claims(&organisation, json!({}));
    let header = |algorithm, kid: Option<&str>| Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    let unsigned = |header: Value| format!("{}.{}.", encoded(&header), encoded(&good));
    let by_public_key =
        |secret: &[u8]| jsonwebtoken::encode(&header(Algorithm::HS256, Some("first")), &good, &EncodingKey::from_secret(secret));
    let (pem, genuine) = (key.public_pem(), sign(json!({})));
    let (head, rest) = genuine.split_once('.').unwrap();
    let other_claims = format!(
        "{head}.{}.{}",
        encoded(&claims(&organisation, json!({ "preferred_username": "auditor" }))),
        rest.split('.').nth(1).unwrap()
    );
    let bad = [
        ("meant for another", sign(json!({ "aud": "https://another.example" }))),
        ("meant for nobody", sign(json!({ "aud": null }))),
        ("of another issuer", sign(json!({ "iss": "http://127.0.0.1:9" }))),
        ("expired", sign(json!({ "exp": now() - 90 }))),
        ("never expiring", sign(json!({ "exp": null }))),
        ("not valid yet", sign(json!({ "nbf": now() + 90 }))),
        ("of a time to come", sign(json!({ "iat": now() + 90 }))),
        ("about nobody", sign(json!({ "preferred_username": null }))),
        (
            "one that says who signed in",
            key.sign_as(&header(Algorithm::ES256, Some("first")), &claims(&organisation, json!({ "nonce": "n" }))),
        ),
        ("one to get others with", sign(json!({ "typ": "Refresh" }))),
        ("not signed", unsigned(json!({ "alg": "none", "kid": "first" }))),
        ("not signed, in capitals", unsigned(json!({ "alg": "NONE", "typ": "JWT" }))),
        ("its signature taken away", format!("{}.", genuine.rsplit_once('.').unwrap().0)),
        ("signed with the public key as a secret", by_public_key(pem.as_bytes()).unwrap()),
        ("signed with the public key as a secret, without its last line end", by_public_key(pem.trim_end().as_bytes()).unwrap()),
        ("signed by a stranger under the key's name", stranger.sign(&good)),
        ("signed by a stranger under a name that nobody has", stranger.sign_as(&header(Algorithm::ES256, Some("nobody's")), &good)),
        ("signed by a key that it does not name", key.sign_as(&header(Algorithm::ES256, None), &good)),
        ("with other claims under the same signature", other_claims),
        ("no token", "eyJhbGciOiJFUzI1NiJ9".to_owned()),
        ("longer than any", format!("{genuine}{}", "A".repeat(9_000))),
    ];
    for (what, token) in &bad {
        assert_eq!(status(&server, token).await, 401, "{what}");
    }
    assert_eq!(status(&server, &genuine).await, 200);
    let told = journal(&mut server);
    assert!(told.contains("token_refused"), "{told}");
    for token in bad.iter().map(|(_, token)| token).chain([&genuine]) {
        assert!(!token.split('.').any(|part| part.len() > 10 && told.contains(part)), "{told}");
    }
}

#[tokio::test]
async fn names_that_nobody_has_do_not_make_the_provider_be_asked_again_and_again() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let good = access(&organisation, "council").await;
    assert_eq!(status(&server, &good).await, 200);
    let stranger = Key::new("nobody's");
    for number in 0..40 {
        let header = Header { kid: Some(format!("key-{number}")), ..Header::new(Algorithm::ES256) };
        assert_eq!(status(&server, &stranger.sign_as(&header, &claims(&organisation, json!({})))).await, 401);
    }
    let asked = organisation.asked_for_keys().await;
    assert!((1..=2).contains(&asked), "{asked} times");
    assert_eq!(status(&server, &good).await, 200);
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}
