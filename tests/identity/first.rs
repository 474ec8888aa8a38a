//! The first administrator: by a link on the console, at every start until it was used.

use tahavol_tests::server::Server;
use tempfile::TempDir;

const ADMINISTRATOR: [(&str, &str); 2] = [("TAHAVOL_ADMINISTRATOR__ID", "mehdi"), ("TAHAVOL_ADMINISTRATOR__NAME", "مهدی کاویانی")];

fn link(server: &Server) -> Option<String> {
    let line = server.told.iter().find(|line| line.contains("/link/"))?;
    Some(line.trim().to_owned())
}

#[tokio::test]
async fn the_first_start_shows_a_link_and_each_further_one_a_new_one_until_it_is_used() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let mut server = Server::on(&data, &ADMINISTRATOR);
    let first = link(&server).expect("a link");
    assert!(first.starts_with(&format!("{}/link/", server.address)), "it leads to this server: {first}");
    assert!(
        server.told.iter().any(|line| line.contains("mehdi has no password")) && server.told.iter().any(|line| line.contains("گذرواژه"))
    );
    assert!(server.told.last().unwrap().starts_with("http://"), "the last line stays the address");
    server.terminate();
    let mut server = Server::on(&data, &ADMINISTRATOR);
    let second = link(&server).expect("a link");
    assert_ne!(second.rsplit('/').next(), first.rsplit('/').next());
    let of = |link: &str| link.replacen("http://", "", 1).split_once('/').unwrap().1.to_owned();
    assert_eq!(server.get(&format!("/{}", of(&first))).send().await.unwrap().status().as_u16() / 100, 4, "the first one is replaced");
    assert_eq!(server.get(&format!("/{}", of(&second))).send().await.unwrap().status(), 200);
    server.terminate();
}

#[tokio::test]
async fn where_nobody_can_come_in_that_is_said_in_both_languages() {
    let folder = TempDir::new().unwrap();
    let server = Server::on(&folder.path().join("data"), &[]);
    let told = server.told.join("\n");
    assert!(link(&server).is_none() && told.contains("Nobody can sign in") && told.contains("هیچ‌کس"), "{told}");
}

#[tokio::test]
async fn where_people_sign_in_by_a_provider_no_account_is_made_and_that_is_said() {
    let folder = TempDir::new().unwrap();
    let provider = [("TAHAVOL_OIDC__ISSUER", "http://127.0.0.1:9"), ("TAHAVOL_OIDC__CLIENT_ID", "tahavol")];
    let server = Server::on(&folder.path().join("data"), &[&ADMINISTRATOR[..], &provider].concat());
    let told = server.told.join("\n");
    assert!(link(&server).is_none() && told.contains("by http://127.0.0.1:9") && told.contains("0 accounts"), "{told}");
}
