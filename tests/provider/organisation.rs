//! The organisation's provider as a process of its own, the people who sign in there, and the key of its tokens.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::KeyPair;
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tahavol_tests::binary;
use tahavol_tests::browser::Browser;

/// Our client at the provider. The secret and the audience are those of `tests/oidc-provider/provider.mjs`.
pub(crate) const CLIENT: &str = "tahavol";
pub(crate) const CLIENT_SECRET: &str = "the-secret-of-our-client-at-the-provider";
/// Whom tokens for the API are meant for.
pub(crate) const AUDIENCE: &str = "https://tahavol.example/graphql";
/// Where another program of this machine is sent back to: nobody listens there.
const OWN_CALLBACK: &str = "http://127.0.0.1:9/sign-in/provider/callback";

/// The key that access tokens are signed by; the tests have it, so that they can sign what the provider never would.
pub(crate) struct Key {
    pub(crate) id: String,
    pair: KeyPair,
}

impl Key {
    pub(crate) fn new(id: &str) -> Key {
        Key { id: id.to_owned(), pair: KeyPair::generate().unwrap() }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&Header { kid: Some(self.id.clone()), typ: Some("at+jwt".to_owned()), ..Header::new(Algorithm::ES256) }, claims)
    }

    pub(crate) fn sign_as(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &EncodingKey::from_ec_der(&self.pair.serialize_der())).unwrap()
    }

    /// As everybody may have it.
    pub(crate) fn public_pem(&self) -> String {
        self.pair.public_key_pem()
    }

    fn told(&self) -> String {
        json!({ "kid": self.id, "pem": self.pair.serialize_pem() }).to_string()
    }
}

/// Killed when it is dropped.
pub(crate) struct Organisation {
    child: Child,
    /// Kept open, so that it can go on telling.
    _told: BufReader<ChildStdout>,
    /// Its address.
    pub(crate) issuer: String,
    pub(crate) key: Key,
}

impl Organisation {
    /// Nothing where node or the package is not here.
    pub(crate) fn start() -> Option<Organisation> {
        let folder = binary::root().join("tests/oidc-provider");
        if Command::new("node").arg("--version").output().is_err() || !folder.join("node_modules/oidc-provider").exists() {
            #[expect(clippy::print_stdout, reason = "a test that does not run has to say so")]
            {
                println!("SKIPPED: signing in at a provider needs node, and `npm ci --prefix tests/oidc-provider`");
            }
            return None;
        }
        Some(Organisation::at("0", Key::new("first")))
    }

    fn at(port: &str, key: Key) -> Organisation {
        let script = binary::root().join("tests/oidc-provider/provider.mjs");
        let mut command = Command::new("node");
        command.arg(script).args([port, &key.told()]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (mut told, mut issuer) = (BufReader::new(child.stdout.take().unwrap()), String::new());
        while !issuer.starts_with("http://") {
            issuer.clear();
            assert_ne!(told.read_line(&mut issuer).unwrap(), 0, "the provider does not start");
        }
        Organisation { child, _told: told, issuer: issuer.trim().to_owned(), key }
    }

    pub(crate) fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// At the same address and with the same key for tokens; it has forgotten who was there.
    pub(crate) fn start_again(&mut self) {
        let key = std::mem::replace(&mut self.key, Key::new("none"));
        let port = self.issuer.rsplit(':').next().unwrap().to_owned();
        *self = Organisation::at(&port, key);
    }

    /// Another key in the place of the one that signs; which one that was.
    pub(crate) async fn rotate(&mut self, key: Key) -> Key {
        let answer = reqwest::Client::new().post(format!("{}/control/keys", self.issuer)).body(key.told()).send().await.unwrap();
        assert!(answer.status().is_success());
        std::mem::replace(&mut self.key, key)
    }

    /// How often its keys were asked for.
    pub(crate) async fn asked_for_keys(&self) -> u32 {
        reqwest::get(format!("{}/control/asked", self.issuer)).await.unwrap().text().await.unwrap().parse().unwrap()
    }

    /// Goes along the redirects as somebody, `as=…`, up to the address that is not the provider's any more.
    pub(crate) async fn enter(&self, url: &str, how: &str) -> String {
        let (mut browser, mut at) = (Browser::at(&self.issuer), url.to_owned());
        while let Some(path) = at.strip_prefix(&self.issuer) {
            let path = if path.starts_with("/interaction/") { format!("{path}?{how}") } else { path.to_owned() };
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, 303, "{path}: {}", answer.text);
            at = Url::parse(&self.issuer).unwrap().join(answer.location()).unwrap().into();
        }
        at
    }

    /// The tokens that a program of somebody gets which asks for the API, by a flow of its own.
    pub(crate) async fn tokens(&self, actor: &str) -> Value {
        self.tokens_of(actor, "public", "openid profile api", &[("resource", AUDIENCE)], None).await
    }

    /// The tokens that our own client gets.
    pub(crate) async fn our_tokens(&self, actor: &str) -> Value {
        self.tokens_of(actor, CLIENT, "openid profile", &[], Some(CLIENT_SECRET)).await
    }

    async fn tokens_of(&self, actor: &str, client: &str, scope: &str, more: &[(&str, &str)], secret: Option<&str>) -> Value {
        let verifier = URL_SAFE_NO_PAD.encode(uuid::Uuid::new_v4().to_string().repeat(2));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut url = Url::parse(&format!("{}/auth", self.issuer)).unwrap();
        url.query_pairs_mut()
            .extend_pairs([("response_type", "code"), ("client_id", client), ("scope", scope), ("redirect_uri", OWN_CALLBACK)])
            .extend_pairs([("state", "own"), ("nonce", "own"), ("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")])
            .extend_pairs(more);
        let back = Url::parse(&self.enter(url.as_str(), &format!("as={actor}")).await).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap_or_else(|| panic!("{back}")).1.into_owned();
        let fields = [("grant_type", "authorization_code"), ("client_id", client), ("redirect_uri", OWN_CALLBACK), ("code", code.as_str())];
        let secret = secret.map(|secret| ("client_secret", secret));
        let fields: Vec<_> =
            fields.into_iter().chain([("code_verifier", verifier.as_str())]).chain(secret).chain(more.iter().copied()).collect();
        let answer = Browser::at(&self.issuer).post_from("/token", &fields, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

impl Drop for Organisation {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
