//! The eyes of the programme, and its last administrator, are released by two people in two offices.

use serde_json::json;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{done, lend, person, read, refused};

#[tokio::test]
async fn an_auditor_and_the_last_administrator_are_released_by_two() {
    let server = Server::of(data::with_history());
    for (actor, office) in [("auditor", "auditor"), ("administrator", "administrator")] {
        let release = || json!({ "actor": actor, "office": office, "reason": "پایان دوره" });
        assert_eq!(refused(&server, "council", "officialRelease", release()).await, "RELEASE_NEEDS_PROPOSAL");
        assert_eq!(refused(&server, "chair.support", "officialProposeRelease", release()).await, "NOT_PERMITTED");
        let silent = json!({ "actor": actor, "office": office });
        assert_eq!(refused(&server, "council", "officialProposeRelease", silent).await, "REASON_REQUIRED");
        done(&server, "council", "officialProposeRelease", release()).await;
        assert_eq!(refused(&server, "council", "officialRelease", release()).await, "RELEASE_BY_SAME_PERSON");
        lend(&server, "council", "chair.training", "council").await;
        assert_eq!(
            refused(&server, "chair.training", "officialRelease", release()).await,
            "RELEASE_BY_SAME_PERSON",
            "two people, one office"
        );
        let tenure = format!(
            "{{ official(actor: \"{actor}\") {{ tenures {{ office releaseProposed {{ by {{ actor }} }} released {{ by {{ actor }} }} }} }} }}"
        );
        let told = read(&server, "council", &tenure).await;
        assert_eq!(told["official"]["tenures"][0]["releaseProposed"]["by"]["actor"], "council");
        done(&server, "council.deputy", "officialRelease", release()).await;
        let told = read(&server, "council", &tenure).await;
        assert_eq!(told["official"]["tenures"][0]["released"]["by"]["actor"], "council.deputy");
        // A new term does not begin with an old proposal.
        let again = json!({ "person": person(actor), "office": office, "reason": "دوره تازه" });
        done(&server, "council.deputy", "officialAppoint", again).await;
        assert_eq!(refused(&server, "council.deputy", "officialRelease", release()).await, "RELEASE_NEEDS_PROPOSAL");
    }
}

#[tokio::test]
async fn one_of_two_administrators_is_released_by_one_and_the_council_never_runs_empty() {
    let server = Server::of(data::with_history());
    let second = json!({ "person": person("second.administrator"), "office": "administrator", "reason": "حکم" });
    done(&server, "council", "officialAppoint", second).await;
    let release = |actor: &str, office: &str| json!({ "actor": actor, "office": office, "reason": "پایان دوره" });
    done(&server, "council", "officialRelease", release("second.administrator", "administrator")).await;
    assert_eq!(refused(&server, "council", "officialRelease", release("second.administrator", "administrator")).await, "OFFICE_NOT_HELD");
    done(&server, "council", "officialRelease", release("council.deputy", "council")).await;
    assert_eq!(refused(&server, "council", "officialRelease", release("council", "council")).await, "LAST_OF_COUNCIL");
    assert_eq!(
        refused(&server, "council.deputy", "officialAppoint", json!({ "person": person("x"), "office": "council", "reason": "x" })).await,
        "NOT_PERMITTED"
    );
}
