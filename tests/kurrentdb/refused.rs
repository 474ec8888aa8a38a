//! What a configuration or a cluster may be that cannot be used: each is refused in its own words, in both languages.

use std::path::Path;
use std::process::{Command, Output};

use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_ledger::{Expected, Ledger, OpenOptions};
use tahavol_ledger_kurrentdb::{KurrentLedger, KurrentOptions};
use tahavol_tests::kurrent::Shape;
use tahavol_tests::{binary, data};
use tokio::task::block_in_place;
use uuid::Uuid;

use crate::support::{NEVER, Site, begin, is_persian, whole};

/// Exit codes as `tahavol --help` lists them.
const USAGE: i32 = 2;
const REFUSED: i32 = 3;
const BUSY: i32 = 4;
const CORRUPT: i32 = 5;

/// `serve` on a data directory, with this ledger of a programme that nobody has founded.
fn serve(directory: &Path, ledger: &str) -> Command {
    let data = directory.join("data").display().to_string();
    let mut command = binary::command(&["serve", "--data", &data, "--listen", "127.0.0.1:0"]);
    command.env("TAHAVOL_LEDGER", ledger).env("TAHAVOL_PROGRAMME", Uuid::from_u128(7).to_string());
    command
}

fn ended(mut command: Command) -> Output {
    block_in_place(|| command.output().expect("it starts and ends"))
}

/// It says so in English words of its own, and in Persian as the catalogue has it; and never a password.
#[track_caller]
fn refused(output: &Output, code: i32, english: &str, key: &str, args: &[(&str, String)]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(english), "not in English: {said}");
    let persian = message(key, args, Lang::Fa);
    assert!(said.contains(&persian), "not in Persian as {persian}: {said}");
    assert!(["changeit", "s3cret", ":secret"].iter().all(|password| !said.contains(password)), "a password is told: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_does_not_answer() {
    let directory = tempfile::tempdir().unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hosts = [format!("{closed}"), "nowhere.invalid:2113".to_owned(), format!("{closed},nowhere.invalid:2113")];
    for host in hosts {
        let output = ended(serve(directory.path(), &format!("kurrentdb://admin:s3cret@{host}?tls=false")));
        refused(&output, BUSY, "no node of it answers", "NOT_CONNECTED_UNREACHABLE", &[]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_without_rights_or_with_a_wrong_password() {
    let site = Site::shaped(Shape::secure(1)).await;
    let directory = tempfile::tempdir().unwrap();
    let right = site.cluster.address();
    assert!(right.contains("admin:changeit@"), "the bench tells its administrator");
    // Wrong, unknown, without any right, without one of the two that are needed, and not named at all.
    for user in ["admin:s3cret@", "stranger:s3cret@", "nobody:secret@", "reader:secret@", "writer:secret@", "ordinary:secret@", ""] {
        let output = ended(serve(directory.path(), &right.replace("admin:changeit@", user)));
        refused(&output, REFUSED, "it does not let this user do that", "NOT_CONNECTED_UNAUTHORISED", &[]);
    }
}

/// The file with the certificate of a cluster's own authority.
fn authority(site: &Site) -> String {
    site.cluster.ca_file().expect("it has TLS").display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_common_ground_on_encryption() {
    let secure = Site::shaped(Shape::secure(1)).await;
    let stranger = Site::shaped(Shape::secure(1)).await;
    let plain = Site::of(1).await;
    let directory = tempfile::tempdir().unwrap();
    let right = secure.cluster.address();
    let (ours, theirs) = (authority(&secure), authority(&stranger));
    assert!(right.contains(&ours), "the bench tells the file of its authority");
    let plain_host = plain.cluster.socket(0);
    let misnamed = Site::shaped(Shape { names: vec!["elsewhere.example".to_owned()], ..Shape::secure(1) }).await;
    let wrong = [
        // Another authority, another name, plaintext at a server with TLS, TLS at a server without.
        right.replace(&ours, &theirs),
        misnamed.cluster.address(),
        format!("kurrentdb://admin:changeit@{}?tls=false", secure.cluster.socket(0)),
        format!("kurrentdb://admin:changeit@{plain_host}?tls=true&tlsCAFile={ours}"),
    ];
    for address in wrong {
        let output = ended(serve(directory.path(), &address));
        refused(&output, REFUSED, "no encrypted connection comes about", "NOT_CONNECTED_TLS", &[]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_too_old() {
    let site = Site::shaped(Shape { version: "20.10.5".to_owned(), ..Shape::default() }).await;
    let directory = tempfile::tempdir().unwrap();
    let output = ended(serve(directory.path(), &site.cluster.address()));
    refused(&output, REFUSED, "its version is not one that can be used", "NOT_CONNECTED_WRONG_VERSION", &[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("20.10.5"), "it tells which version");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_nobody_leads() {
    let site = Site::of(3).await;
    // Two of three are away: the third one answers, and leads nobody.
    let leader = site.cluster.leader();
    site.cluster.kill(leader).await;
    site.cluster.kill((leader + 1) % 3).await;
    let directory = tempfile::tempdir().unwrap();
    let output = ended(serve(directory.path(), &site.cluster.address()));
    refused(&output, BUSY, "it has no leader at the moment", "NOT_CONNECTED_NO_LEADER", &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_was_put_back() {
    let before = Site::of(1).await;
    let ledger = before.open_unsigned("data").await;
    begin(&ledger, "seen").await;
    ledger.close().await.unwrap();
    let now = Site::of(1).await;
    let mut command = serve(before.directory.path(), &now.cluster.address());
    command.env("TAHAVOL_PROGRAMME", before.programme.to_string());
    let output = ended(command);
    refused(&output, CORRUPT, "it was put back to an older state", "UNPROVEN_ROLLED_BACK", &[]);
}

/// What tells the two apart: nothing was lost, and no rollback is to be accepted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_was_built_anew_of_the_same_events() {
    let before = Site::of(1).await;
    let ledger = before.open_unsigned("data").await;
    let (event, _) = begin(&ledger, "seen").await;
    ledger.close().await.unwrap();
    // Something else lies before it now, so that it has another place.
    let now = Site { programme: before.programme, ..Site::of(1).await };
    now.foreign("orders-1", "somebody.elses", "not ours").await;
    let ledger = now.open_unsigned("mover").await;
    ledger.append("seen", Expected::NoStream, vec![event]).await.unwrap();
    ledger.close().await.unwrap();
    let again = || {
        let mut command = serve(before.directory.path(), &now.cluster.address());
        command.env("TAHAVOL_PROGRAMME", before.programme.to_string());
        ended(command)
    };
    let output = again();
    refused(&output, CORRUPT, "the engine behind this copy of it was built anew", "UNPROVEN_BUILT_ANEW", &[]);
    let (path, head) = (before.replica("data"), before.directory.path().join("data-log.head"));
    let args = [("path", path.display().to_string()), ("head", head.display().to_string())];
    refused(&output, CORRUPT, "Only this node's copy has to go", "SERVE_CLUSTER_BUILT_ANEW", &args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains(&message("SERVE_CLUSTER_PUT_BACK", &args, Lang::Fa)), "{said}");

    // Another history is told as one that was put back, also when its newest event lies at the very same place.
    let other = Site { programme: before.programme, ..Site::of(1).await };
    let ledger = other.open_unsigned("stranger").await;
    begin(&ledger, "seen").await;
    ledger.close().await.unwrap();
    let mut command = serve(before.directory.path(), &other.cluster.address());
    command.env("TAHAVOL_PROGRAMME", before.programme.to_string());
    let output = ended(command);
    refused(&output, CORRUPT, "its history is another one than was signed", "SERVE_CLUSTER_PUT_BACK", &args);

    // What was said is done, and it is not refused any more: this programme is one that nobody has founded.
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    let ledger = before.options("data");
    let reopened = KurrentLedger::open(&now.address(), KurrentOptions { open: OpenOptions::default(), ..ledger }).await.unwrap();
    reopened.catch_up(NEVER).await.unwrap();
    assert_eq!(whole(&reopened).await.len(), 1);
}

/// Foreign streams are no reason to refuse: a programme is founded beside them, and does not see them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_holds_streams_of_others_is_used() {
    let site = Site::of(1).await;
    for number in 0..50 {
        site.foreign(&format!("orders-{number}"), "somebody.elses", "not ours").await;
    }
    // The same demonstration with its history, under an id that somebody chose, on either engine.
    let directory = tempfile::tempdir().unwrap();
    let (address, programme) = (site.cluster.address(), Uuid::new_v4().to_string());
    let exported = |data: &str, ledger: Option<&str>| {
        let data = directory.path().join(data).display().to_string();
        let run = |arguments: &[&str]| {
            let mut command = binary::command(&[arguments, &["--data", &data]].concat());
            command.env("TAHAVOL_PROGRAMME", &programme).envs(ledger.map(|address| ("TAHAVOL_LEDGER", address)));
            let output = ended(command);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        run(&["demo", "--today", data::TODAY, "--no-serve"]);
        run(&["export", "events"])
    };
    let (there, here) = (exported("cluster", Some(&address)), exported("embedded", None));
    assert!(there == here, "two engines, two logs");
    assert!(there.iter().filter(|byte| **byte == b'\n').count() > 4_000, "a history");
    let theirs = site.cluster.all().iter().filter(|event| event.stream.starts_with("orders-")).count();
    assert_eq!(theirs, 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_names_both_engines() {
    let directory = tempfile::tempdir().unwrap();
    let cluster = "kurrentdb://admin:s3cret@127.0.0.1:1?tls=false";
    let several =
        |ledger: &str| refused(&ended(serve(directory.path(), ledger)), USAGE, "ledger names more than one", "CONFIG_LEDGER_SEVERAL", &[]);
    several(&format!("sqlite:/x/y.sqlite,{cluster}"));
    several(&format!("{cluster} sqlite:/x/y.sqlite"));
    several(&format!("{cluster},kurrentdb://other:2113"));

    // A list in the file, and a file that names another one than the environment.
    let config = directory.path().join("tahavol.toml");
    let with_file = |text: &str, variable: Option<&str>| {
        std::fs::write(&config, text).unwrap();
        let mut command = serve(directory.path(), variable.unwrap_or_default());
        if variable.is_none() {
            command.env_remove("TAHAVOL_LEDGER");
        }
        command.args(["--config", config.to_str().unwrap()]);
        ended(command)
    };
    let list = with_file(&format!("ledger = [\"sqlite:/x/y.sqlite\", \"{cluster}\"]\n"), None);
    refused(&list, USAGE, "ledger names more than one", "CONFIG_LEDGER_SEVERAL", &[]);
    for (file, variable) in [("sqlite:/x/y.sqlite", cluster), (cluster, "sqlite:/x/y.sqlite")] {
        let output = with_file(&format!("ledger = \"{file}\"\n"), Some(variable));
        let args = [("variable", "TAHAVOL_LEDGER".to_owned())];
        refused(&output, USAGE, "names one engine and TAHAVOL_LEDGER", "CONFIG_LEDGER_FILE_AND_ENVIRONMENT", &args);
    }

    // A cluster without saying whose events in it are meant, and one over a directory that has a ledger of its own.
    let mut command = serve(directory.path(), cluster);
    command.env_remove("TAHAVOL_PROGRAMME");
    refused(&ended(command), USAGE, "the programme must be named", "CONFIG_PROGRAMME_NEEDED", &[]);
    let embedded = data::founded();
    let data = embedded.path().display().to_string();
    let mut command = binary::command(&["serve", "--data", &data, "--listen", "127.0.0.1:0"]);
    command.env("TAHAVOL_LEDGER", cluster).env("TAHAVOL_PROGRAMME", Uuid::from_u128(7).to_string());
    let args = [("path", embedded.path().join("ledger.sqlite").display().to_string())];
    refused(&ended(command), USAGE, "these are two ledgers", "CONFIG_LEDGER_AND_CLUSTER", &args);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_address() {
    let directory = tempfile::tempdir().unwrap();
    for address in ["postgres://x", "kurrentdb:", "s3cret"] {
        let output = ended(serve(directory.path(), address));
        refused(&output, USAGE, "ledger has the form", "CONFIG_LEDGER_FORM", &[]);
    }
    // The scheme is right and the rest is not: what is wrong is said.
    let wrong = [
        ("", "ADDRESS_NO_HOST", vec![]),
        ("h1:99999", "ADDRESS_PORT", vec![("host", "h1".to_owned())]),
        ("h1:2113?tls=perhaps", "ADDRESS_TRUTH", vec![("name", "tls".to_owned())]),
        ("h1:2113?tlsVerifyCert=false", "ADDRESS_UNVERIFIED", vec![]),
        ("u:s3cret?s3cret@h1", "ADDRESS_PORT", vec![("host", "u".to_owned())]),
        ("u:7?s3cret@h1", "ADDRESS_QUESTION_MARK", vec![]),
    ];
    for (rest, key, args) in wrong {
        let output = ended(serve(directory.path(), &format!("kurrentdb://{rest}")));
        // Each language has the reason in its own words.
        let what = [("what", message(key, &args, Lang::Fa))];
        refused(&output, USAGE, &message(key, &args, Lang::En), "CONFIG_CLUSTER_ADDRESS", &what);
        let persian = String::from_utf8_lossy(&output.stderr);
        let persian = persian.lines().find(|line| line.chars().any(is_persian)).unwrap_or_default();
        assert!(!persian.contains(&message(key, &args, Lang::En)), "English within Persian: {persian}");
    }
}
