//! One request may only ask so much; what tools need still fits.

use async_graphql::parser::parse_query;
use async_graphql::{Request, Variables};
use serde_json::json;
use tahavol_domain::text::Lang;
use tahavol_graphql::{DEEPEST_BRACKETS, Parsed};

use crate::support::{World, codes, request};

/// The query that GraphiQL, schemathesis and others send, with the newest fields.
const INTROSPECTION: &str = r"
query IntrospectionQuery { __schema { description queryType { name } mutationType { name } subscriptionType { name } types { ...FullType }
  directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
fragment FullType on __Type { kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[tokio::test]
async fn introspection_works_under_the_limits() {
    let world = World::empty().await;
    let response = world.schema.execute(Request::new(INTROSPECTION)).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let types = response.data.into_json().unwrap()["__schema"]["types"].as_array().unwrap().len();
    assert!(types > 100, "{types}");
}

#[tokio::test]
async fn introspection_that_multiplies_itself_is_refused() {
    let world = World::empty().await;
    let query = format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type { ".repeat(3), "} }".repeat(3));
    assert_eq!(world.codes(&query).await, ["QUERY_TOO_COSTLY"]);
}

#[tokio::test]
async fn brackets_too_deep_for_the_parser_are_refused_before_it_sees_them() {
    let world = World::empty().await;
    let deep = "[".repeat(50_000);
    for query in [
        format!("{{ nodes(ids: {deep}"),
        format!("query($x: [ID!] = {deep}"),
        format!("{{ meta @include(if: {deep}"),
        "{a".repeat(50_000),
        format!("{{ a(x: {}", "{a:".repeat(50_000)),
    ] {
        assert_eq!(world.codes(&query).await, ["QUERY_TOO_DEEP"]);
    }
    // The parser's own refusal, not ours, up to the limit.
    let shallow = format!("{{ nodes(ids: {}", "[".repeat(DEEPEST_BRACKETS - 2));
    assert_ne!(world.codes(&shallow).await, ["QUERY_TOO_DEEP"]);
}

#[tokio::test]
async fn fields_nested_too_deep_are_refused() {
    let world = World::empty().await;
    let levels = 12;
    let query =
        format!("{{ milestone(code: \"M-1\") {{ {} code {} }} }}", "initiative { milestones { ".repeat(levels), "} }".repeat(levels));
    assert_eq!(world.codes(&query).await, ["QUERY_TOO_DEEP"]);
}

#[tokio::test]
async fn pages_within_pages_are_priced() {
    let world = World::empty().await;
    let query = "{ commissions(first: 100) { nodes { initiatives(first: 100) { nodes { code } } } } }";
    assert_eq!(world.codes(query).await, ["QUERY_TOO_COSTLY"]);
    let small = "{ commissions(first: 7) { nodes { initiatives(first: 20) { nodes { code } } } } }";
    assert_eq!(world.codes(small).await, Vec::<String>::new());
    let negative =
        "{ commissions(first: -100) { nodes { initiatives(first: 100) { nodes { history(first: 100) { nodes { uuid } } } } } } }";
    assert_eq!(world.codes(negative).await, ["QUERY_TOO_COSTLY"]);
}

#[tokio::test]
async fn pages_are_priced_by_their_variables_too() {
    let world = World::empty().await;
    let query = "query($n: Int) { commissions(first: $n) { nodes { initiatives(first: $n) { nodes { code } } } } }";
    let many = world.execute("aud", Lang::En, query, json!({ "n": 100 })).await;
    assert_eq!(codes(&many), ["QUERY_TOO_COSTLY"]);
    let few = world.execute("aud", Lang::En, query, json!({ "n": 5 })).await;
    assert!(few.errors.is_empty());
}

#[tokio::test]
async fn aliases_are_counted_through_fragments() {
    let world = World::empty().await;
    let aliases = |count: usize| (0..count).map(|number| format!("a{number}: __typename ")).collect::<String>();
    assert_eq!(world.codes(&format!("{{ {} }}", aliases(51))).await, ["QUERY_TOO_MANY_ALIASES"]);
    assert_eq!(world.codes(&format!("{{ {} }}", aliases(50))).await, Vec::<String>::new());
    let fragments = format!("{{ meta {{ ...f }} more: meta {{ ...f }} }} fragment f on Meta {{ {} }}", aliases(30));
    assert_eq!(world.codes(&fragments).await, ["QUERY_TOO_MANY_ALIASES"]);
}

#[tokio::test]
async fn a_bomb_of_fragments_is_refused_at_once() {
    let world = World::empty().await;
    let mut query = "{ ...f0 }".to_owned();
    for level in 0..25 {
        query.push_str(&format!(" fragment f{level} on Query {{ {} }}", format!("...f{} ", level + 1).repeat(10)));
    }
    query.push_str(" fragment f25 on Query { __typename }");
    assert_eq!(world.codes(&query).await, ["QUERY_TOO_COSTLY"]);
}

#[tokio::test]
async fn a_refusal_for_size_speaks_the_callers_language() {
    let world = World::empty().await;
    let response = world.execute("aud", Lang::Fa, &"[".repeat(100), json!({})).await;
    assert!(response.errors[0].message.contains("۴۰"), "{}", response.errors[0].message);
}

#[tokio::test]
async fn every_operation_is_refused_alike_in_a_batch() {
    let world = World::empty().await;
    let bad = || Request::new("{a".repeat(50_000)).variables(Variables::default());
    let batch = async_graphql::BatchRequest::Batch(vec![bad(), bad()]);
    let async_graphql::BatchResponse::Batch(responses) = world.schema.execute_batch(batch).await else { panic!("a batch answers a batch") };
    assert!(responses.iter().all(|response| codes(response) == ["QUERY_TOO_DEEP"]));
}

#[tokio::test]
async fn one_weekly_series_of_eight_years_passes_and_fifty_do_not() {
    let world = World::programme().await;
    let fields = "starts ends planned reported verified pv ev vv";
    let given = "step: ISO_WEEK, from: \"2017-06-01\", to: \"2025-06-01\"";
    let one = world.ask("aud", &format!("{{ progressSeries({given}) {{ {fields} }} }}")).await;
    assert_eq!(one["progressSeries"].as_array().unwrap().len(), 418);
    for arguments in [given, "step: ISO_WEEK", "step: ISO_WEEK, from: \"2017-06-01\""] {
        let series = |number| format!("s{number}: progressSeries({arguments}) {{ ends }} ");
        assert_eq!(world.codes(&format!("{{ {} }}", (0..50).map(series).collect::<String>())).await, ["QUERY_TOO_COSTLY"], "{arguments}");
    }
    let short = |number| format!("s{number}: progressSeries(from: \"2025-01-01\", to: \"2025-06-01\") {{ ends planned }} ");
    assert_eq!(world.codes(&format!("{{ {} }}", (0..50).map(short).collect::<String>())).await, Vec::<String>::new());
    let longest = "{ progressSeries(step: ISO_WEEK, from: \"1990-01-01\", to: \"2025-01-01\") { ends } }";
    assert_eq!(world.codes(longest).await, ["SERIES_TOO_LONG"]);
}

#[tokio::test]
async fn looking_at_the_past_costs_more() {
    let world = World::programme().await;
    let fields =
        |count: usize, argument: &str| (0..count).map(|number| format!("m{number}: meta{argument} {{ position }} ")).collect::<String>();
    assert_eq!(world.codes(&format!("{{ {} }}", fields(50, ""))).await, Vec::<String>::new());
    assert_eq!(world.codes(&format!("{{ {} }}", fields(50, "(asOf: { position: 3 })"))).await, ["QUERY_TOO_COSTLY"]);
    assert_eq!(world.codes(&format!("{{ {} }}", fields(40, "(asOf: { position: 3 })"))).await, Vec::<String>::new());
    let query = format!("query($then: AsOfInput) {{ {} }}", fields(50, "(asOf: $then)"));
    assert_eq!(codes(&world.execute("aud", Lang::En, &query, json!({ "then": { "position": 3 } })).await), ["QUERY_TOO_COSTLY"]);
    assert!(world.execute("aud", Lang::En, &query, json!({})).await.errors.is_empty());
}

#[tokio::test]
async fn what_is_no_graphql_or_not_in_the_schema_has_a_code_and_a_sentence_in_the_callers_language() {
    let world = World::programme().await;
    for (query, code) in [
        ("{ meta {", "GRAPHQL_SYNTAX"),
        ("", "GRAPHQL_SYNTAX"),
        ("{ nothing }", "GRAPHQL_INVALID"),
        ("{ meta(asOf: 3) { position } }", "GRAPHQL_INVALID"),
        ("query A { meta { position } } query B { meta { position } }", "GRAPHQL_INVALID"),
        ("query($n: Int!) { stations(first: $n) { totalCount } }", "GRAPHQL_INVALID"),
    ] {
        assert_eq!(world.codes(query).await, [code], "{query}");
    }
    let persian = world.execute("aud", Lang::Fa, "{ nothing }", json!({})).await;
    let message = &persian.errors[0].message;
    assert!(message.starts_with("این پرسش با طرح نمی‌خواند: \u{2068}Unknown field \"nothing\""), "{message}");
    let english = world.execute("aud", Lang::En, "{ meta {", json!({})).await;
    assert!(english.errors[0].message.starts_with("The query cannot be read: "), "{}", english.errors[0].message);
    assert!(!english.errors[0].locations.is_empty());
}

#[tokio::test]
async fn a_document_known_to_be_valid_is_still_held_to_what_its_variables_say() {
    let world = World::programme().await;
    let ask = async |parsed: &Parsed, query: &str, variables| {
        codes(&world.run(request("aud", Lang::En, query, variables).data(parsed.clone())).await)
    };
    let query = "query Q($day: Date!) { progressMatrix(statusDate: $day) { bac } }";
    let parsed = Parsed::new(parse_query(query).unwrap());
    for _ in 0..2 {
        assert!(ask(&parsed, query, json!({ "day": "2025-06-01" })).await.is_empty());
        assert_eq!(ask(&parsed, query, json!({ "day": "soon" })).await, ["DATE_FORM"]);
        for wrong in [json!({}), json!({ "day": null }), json!({ "day": ["2025-06-01"] })] {
            let unknown = codes(&world.execute("aud", Lang::En, query, wrong.clone()).await);
            assert_eq!(ask(&parsed, query, wrong).await, unknown);
        }
    }
    let query = "mutation($input: MilestoneReportProgressInput!) { milestoneReportProgress(input: $input) { position } }";
    let parsed = Parsed::new(parse_query(query).unwrap());
    let right = json!({ "input": { "milestone": "M-1", "progress": 100, "note": { "fa": "متن" } } });
    for _ in 0..2 {
        assert!(ask(&parsed, query, right.clone()).await.is_empty());
        for wrong in [
            json!({}),
            json!({ "progress": 100 }),
            json!({ "milestone": 1 }),
            json!({ "milestone": "M-1", "progress": "much" }),
            json!({ "milestone": "M-1", "progres": 100 }),
            json!({ "milestone": "M-1", "note": { "text": "text" } }),
        ] {
            let wrong = json!({ "input": wrong });
            let unknown = ask(&Parsed::new(parse_query(query).unwrap()), query, wrong.clone()).await;
            assert!(!unknown.is_empty(), "{wrong}");
            assert_eq!(ask(&parsed, query, wrong).await, unknown);
        }
    }
    let query = "query($first: Int) { milestones(first: 100) { nodes { history(first: $first) { nodes { type } } } } }";
    let parsed = Parsed::new(parse_query(query).unwrap());
    for _ in 0..2 {
        assert!(ask(&parsed, query, json!({ "first": 1 })).await.is_empty());
        assert_eq!(ask(&parsed, query, json!({ "first": 100 })).await, ["QUERY_TOO_COSTLY"]);
    }
}
