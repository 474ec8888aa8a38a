//! What is read without being recognised: nothing, or the public view where it is open.

use super::*;

/// What nobody may ask who is not known, whatever is open.
const RECOGNISED: [&str; 14] = [
    "{ viewer { offices } }",
    "{ officials { totalCount } }",
    "{ official(actor: \"c1\") { offices } }",
    "{ delegations { totalCount } }",
    "{ reviews { totalCount } }",
    "{ risks { totalCount } }",
    "{ allocations { totalCount } }",
    "{ evidence { totalCount } }",
    "{ ledger { head } }",
    "{ timeline(person: \"c1\") { totalCount } }",
    "{ decisions { totalCount } }",
    "{ step { event { line } } }",
    "{ diff(from: { position: 0 }) { text } }",
    "{ health { position } }",
];

#[tokio::test]
async fn without_being_recognised_nothing_is_read_but_the_public_view_where_it_is_open() {
    let told = Told::of_two_commissions().await;
    let public = [
        "{ meta { position } programme { title { fa } } horizons { horizon } }",
        "{ commissions { nodes { slug members { role } initiatives { totalCount } } } }",
        "{ initiatives { totalCount nodes { code title { fa } risks { title { fa } } allocations { unit } } } }",
        "{ milestones { nodes { code standing { reported } claims { evidence { title } } reports { nodes { progress } } } } }",
        "{ progress { planned reported } progressMatrix { reported } attention { overdue { milestone { code } } } }",
        "{ progressSeries(from: \"2025-05-01\") { planned } }",
        "{ stations { totalCount } provinces { code } indicators { totalCount } }",
    ];
    for query in public {
        let closed = told.heard(&told.schema, None, query).await;
        assert!(codes(&closed).iter().all(|code| code == "UNAUTHENTICATED") && closed.is_err(), "{query}");
        let open = told.heard(&told.open(), None, query).await;
        assert!(open.errors.is_empty(), "{query}: {:?}", open.errors);
    }
    for query in RECOGNISED {
        for schema in [&told.schema, &told.open()] {
            assert_eq!(codes(&told.heard(schema, None, query).await), ["UNAUTHENTICATED"], "{query}");
        }
    }
    let below = "{ milestones(first: 5) { nodes { code history(first: 5) { totalCount } } } }";
    assert_eq!(codes(&told.heard(&told.open(), None, below).await), ["UNAUTHENTICATED"]);
    let members =
        told.heard(&told.open(), None, "{ commission(slug: \"technology\") { members { role } } council { members { offices } } }").await;
    let members = members.data.into_json().unwrap();
    assert_eq!((&members["commission"]["members"], &members["council"]["members"]), (&json!([]), &json!([])));
    let mut nobody = told.open().execute_stream(Request::new("subscription { progressChanged { planned } }"));
    assert_eq!(codes(&nobody.next().await.unwrap()), ["UNAUTHENTICATED"]);
    let mutation = "mutation { initiativeSubmit(input: { initiative: \"I-1\" }) { position } }";
    assert_eq!(codes(&told.heard(&told.open(), None, mutation).await), ["UNAUTHENTICATED"]);
}
