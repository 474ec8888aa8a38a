//! `tahavol account`, beside a running server and without one.

use serde_json::Value;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{becomes, on, printed, said, status};

#[test]
fn an_account_is_made_with_a_link_and_listed_in_either_language() {
    let directory = data::founded();
    let made = on(directory.path(), &["account", "add", "sara", "--name", "سارا احمدی", "--lang", "en"]);
    let link = printed(&made);
    let secret = link.strip_prefix("http://127.0.0.1:8080/link/").expect("a link of this server");
    assert!(secret.len() == 43 && link.lines().count() == 1, "the link alone is on standard output: {link}");
    assert!(said(&made).contains("sara has an account") && !said(&made).contains(secret));
    let english = printed(&on(directory.path(), &["account", "list", "--lang", "en"]));
    let line = english.lines().find(|line| line.starts_with("sara ")).expect("she is listed");
    assert!(line.contains("سارا احمدی") && line.contains("waits for a password") && line.contains("20"), "{line}");
    let persian = printed(&on(directory.path(), &["account", "list", "--lang", "fa"]));
    let line = persian.lines().find(|line| line.starts_with("sara ")).expect("she is listed");
    assert!(line.contains("در انتظار گذرواژه") && line.contains('۱'), "{line}");
    let json: Vec<Value> = serde_json::from_str(&printed(&on(directory.path(), &["account", "list", "--json"]))).unwrap();
    let sara = json.iter().find(|account| account["actor"] == "sara").expect("she is listed");
    assert!(sara["hasPassword"] == false && sara["disabled"].is_null() && !sara.to_string().contains(secret));
}

#[test]
fn what_can_be_nobodys_account_is_refused_in_both_languages() {
    let directory = data::founded();
    let refused = |arguments: &[&str]| {
        let output = on(directory.path(), arguments);
        (output.status.code(), said(&output))
    };
    let (code, told) = refused(&["account", "add", "council", "--name", "Council"]);
    assert!(code == Some(3) && told.contains("has an account already") && told.contains("حساب"), "{told}");
    let (code, told) = refused(&["account", "reset", "nobody"]);
    assert!(code == Some(3) && told.contains("nobody"), "{told}");
    let (code, told) = refused(&["account", "add", "x", "--name", " "]);
    assert!(code == Some(3) && told.contains("name"), "{told}");
    for nobody in ["a b", "tahavol_0123456789012345678901234567890123456789012", ""] {
        let (code, told) = refused(&["account", "add", nobody, "--name", "x"]);
        assert!(code == Some(2) && (nobody.is_empty() || !told.contains(nobody)), "{told}");
    }
}

#[tokio::test]
async fn who_is_barred_is_barred_within_a_moment_and_let_in_again() {
    let server = Server::of(data::founded());
    let token = server.token("member.support");
    assert_eq!(status(&server, &token).await, 200);
    printed(&on(&server.data, &["account", "disable", "member.support"]));
    becomes(&server, &token, 401).await;
    let listed = printed(&on(&server.data, &["account", "list", "--lang", "en"]));
    assert!(listed.lines().any(|line| line.starts_with("member.support ") && line.contains("barred since 20")), "{listed}");
    printed(&on(&server.data, &["account", "enable", "member.support"]));
    becomes(&server, &data::new_token(&server.data, "member.support", &[]), 200).await;
    assert_eq!(status(&server, &token).await, 401, "what was taken away does not come back");
}

#[test]
fn a_link_leads_to_where_people_reach_the_server() {
    let directory = data::founded();
    let config = directory.path().join("tahavol.toml");
    std::fs::write(&config, "public_url = \"https://tahavol.example/\"\n").unwrap();
    let config = config.display().to_string();
    let link = printed(&on(directory.path(), &["account", "reset", "council", "--second-factor", "--config", &config]));
    assert!(link.starts_with("https://tahavol.example/link/"), "{link}");
}

#[test]
fn the_doctor_tells_of_accounts_and_of_second_factors_that_are_wanted() {
    let directory = data::founded();
    printed(&on(directory.path(), &["account", "add", "sara", "--name", "Sara"]));
    let config = directory.path().join("tahavol.toml");
    std::fs::write(&config, "[identity]\nsecond_factor_for = [\"council\", \"auditor\"]\n").unwrap();
    let config = config.display().to_string();
    let told = printed(&on(directory.path(), &["doctor", "--config", &config]));
    assert!(told.contains("1 of them waiting") && told.contains("want a second factor") && told.contains(": council"), "{told}");
    #[cfg(unix)]
    {
        std::fs::set_permissions(directory.path().join("identity.sqlite"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        let open = on(directory.path(), &["doctor"]);
        assert!(!open.status.success() && String::from_utf8_lossy(&open.stdout).contains("identity.sqlite"), "{open:?}");
    }
}
