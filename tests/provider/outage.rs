//! The provider is down, comes back, and changes its keys.

use std::time::Duration;

use tahavol_tests::browser::Browser;
use tahavol_tests::server::Server;
use tokio::time::{Instant, sleep};

use crate::bearer::{access, status};
use crate::organisation::{Key, Organisation};
use crate::{callback, journal, served, sign_in};

/// New keys are noticed within half a minute; machines that build at the same time are slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until a token is answered so.
async fn becomes(server: &Server, token: &str, wanted: u16) {
    let began = Instant::now();
    while status(server, token).await != wanted {
        assert!(began.elapsed() < PATIENCE, "it never became {wanted}");
        sleep(Duration::from_millis(250)).await;
    }
}

#[tokio::test]
async fn nobody_signs_in_while_the_provider_is_down_and_everybody_afterwards() {
    let Some(mut organisation) = Organisation::start() else { return };
    organisation.stop();
    let mut server = served(&organisation);
    let mut browser = Browser::of(&server);
    let page = browser.get("/sign-in/provider?next=/graphiql").await;
    assert_eq!((page.status, page.header("retry-after")), (503, "5"), "{}", page.text);
    assert!(page.text.contains("اکنون در دسترس نیست") && page.text.contains("href=\"/sign-in?next=/graphiql\""), "{}", page.text);
    assert_eq!(browser.get("/sign-in").await.status, 200, "passwords are asked for as ever");
    let password = tahavol_tests::data::password(&server.data, "auditor");
    assert_eq!(Browser::of(&server).sign_in("auditor", &password).await.status, 303);
    organisation.start_again();
    let began = Instant::now();
    while browser.get("/sign-in/provider").await.status != 303 {
        assert!(began.elapsed() < PATIENCE, "it is never asked again");
        sleep(Duration::from_millis(250)).await;
    }
    assert_eq!(sign_in(&mut browser, &organisation, "as=council").await.status, 303);
    assert!(journal(&mut server).contains("PROVIDER_UNREACHABLE"));
}

#[tokio::test]
async fn a_provider_that_goes_down_on_the_way_signs_nobody_in_and_ends_nothing() {
    let Some(mut organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let (mut inside, mut browser) = (Browser::of(&server), Browser::of(&server));
    assert_eq!(sign_in(&mut inside, &organisation, "as=auditor").await.status, 303);
    let (token, back) = (access(&organisation, "council").await, callback(&mut browser, &organisation, "as=council").await);
    organisation.stop();
    let page = browser.get(&back).await;
    assert_eq!((page.status, page.header("retry-after")), (503, "5"), "{}", page.text);
    assert_eq!(browser.get("/session").await.status, 401);
    assert_eq!(inside.get("/session").await.status, 200, "sessions go on");
    assert_eq!(status(&server, &token).await, 200, "and tokens, by the keys that are known");
}

#[tokio::test]
async fn a_token_of_a_key_that_the_provider_has_given_up_is_not_taken_once_that_is_known() {
    let Some(mut organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let old = access(&organisation, "council").await;
    assert_eq!(status(&server, &old).await, 200);
    organisation.rotate(Key::new("second")).await;
    let new = access(&organisation, "council").await;
    becomes(&server, &new, 200).await;
    assert_eq!(status(&server, &old).await, 401, "its key is gone");
    let mut browser = Browser::of(&server);
    assert_eq!(sign_in(&mut browser, &organisation, "as=council").await.status, 303, "signing in goes by the new ones as well");
}
