//! Documents that are asked again and again: parsed once, and found valid once where that does not depend on the variables' values.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use async_graphql::parser::types::{BaseType, ExecutableDocument, OperationDefinition};
use async_graphql::registry::{MetaType, MetaTypeName};
use async_graphql::{ValidationResult, Value, Variables};

use crate::scalars::TEXTS;

/// The schema's types by name.
type Types = BTreeMap<String, MetaType>;

/// A query, parsed before after [`crate::too_deep`] had nothing against it; in a request's data it saves parsing again, and mostly
/// validating again.
#[derive(Clone)]
pub struct Parsed(Arc<Kept>);

struct Kept {
    document: ExecutableDocument,
    valid: OnceLock<ValidationResult>,
}

impl Parsed {
    #[must_use]
    pub fn new(document: ExecutableDocument) -> Self {
        Parsed(Arc::new(Kept { document, valid: OnceLock::new() }))
    }

    #[must_use]
    pub fn document(&self) -> &ExecutableDocument {
        &self.0.document
    }

    /// Whether it is as valid and costs as much as in any other request of which this is true: it asks for the only operation, and
    /// gives every variable as a text where any text will do, or as an input object that fits its type.
    pub(crate) fn is_settled(&self, operation: Option<&str>, variables: &Variables, types: &Types) -> bool {
        let mut operations = self.document().operations.iter();
        let (Some((name, only)), None) = (operations.next(), operations.next()) else { return false };
        operation.is_none_or(|asked| name.is_some_and(|name| name.as_str() == asked)) && are_plain(&only.node, variables, types)
    }

    /// What was found in a settled request: valid and within the limits.
    pub(crate) fn valid(&self) -> Option<ValidationResult> {
        self.0.valid.get().copied()
    }

    pub(crate) fn keep(&self, valid: ValidationResult) {
        self.0.valid.get_or_init(|| valid);
    }
}

/// Whether nothing of the variables' values can make the answer to "valid, and at what cost?" another one.
fn are_plain(operation: &OperationDefinition, variables: &Variables, types: &Types) -> bool {
    operation.variable_definitions.iter().all(|definition| {
        let BaseType::Named(name) = &definition.node.var_type.node.base else { return false };
        match variables.get(&definition.node.name.node) {
            Some(Value::String(_)) => TEXTS.contains(&name.as_str()),
            // No price is set by an input object; whether one is given at all may set one.
            Some(given @ Value::Object(_)) => fits(types, name, given),
            _ => false,
        }
    })
}

/// Whether a value is certainly of a type. What is only seldom in an input is left to the library to say.
fn fits(types: &Types, of: &str, given: &Value) -> bool {
    match MetaTypeName::create(of) {
        MetaTypeName::NonNull(of) => *given != Value::Null && fits(types, of, given),
        MetaTypeName::List(of) => match given {
            Value::Null => true,
            Value::List(items) => items.iter().all(|item| fits(types, of, item)),
            _ => false,
        },
        MetaTypeName::Named(of) => match (types.get(of), given) {
            (Some(MetaType::Scalar { is_valid: Some(is_valid), .. }), _) => *given == Value::Null || is_valid(given),
            (Some(MetaType::InputObject { input_fields, oneof: false, .. }), Value::Object(given)) => {
                given.keys().all(|name| input_fields.contains_key(name.as_str()))
                    && input_fields.iter().all(|(name, field)| match given.get(name.as_str()) {
                        Some(given) => fits(types, &field.ty, given),
                        None => !MetaTypeName::create(&field.ty).is_non_null() || field.default_value.is_some(),
                    })
            }
            (Some(MetaType::InputObject { .. }), Value::Null) => true,
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::registry::Registry;
    use async_graphql::{InputObject, InputType, OneofObject};
    use serde_json::json;

    use super::*;

    #[derive(InputObject)]
    struct Report {
        milestone: String,
        #[graphql(default = 1)]
        times: i32,
        steps: Option<Vec<i32>>,
        note: Option<Note>,
        then: Option<Moment>,
    }

    #[derive(InputObject)]
    struct Note {
        fa: String,
    }

    #[derive(OneofObject)]
    enum Moment {
        Position(i32),
    }

    fn is_settled(query: &str, operation: Option<&str>, variables: serde_json::Value) -> bool {
        let mut registry = Registry::default();
        Report::create_type_info(&mut registry);
        Parsed::new(parse_query(query).unwrap()).is_settled(operation, &Variables::from_json(variables), &registry.types)
    }

    #[test]
    fn a_request_is_settled_where_its_variables_can_be_any_text() {
        let query = "query Q($day: Date!) { progress(statusDate: $day) { planned } }";
        assert!(is_settled(query, None, json!({ "day": "2026-01-01" })));
        assert!(is_settled(query, Some("Q"), json!({ "day": "nonsense" })));
        assert!(is_settled("{ meta { position } }", None, json!({})));
        for variables in [json!({}), json!({ "day": null }), json!({ "day": 1 }), json!({ "day": ["2026-01-01"] })] {
            assert!(!is_settled(query, None, variables));
        }
    }

    #[test]
    fn a_request_is_settled_where_its_variables_are_input_objects_that_fit_their_type() {
        let settled = |report| is_settled("mutation ($report: Report!) { report(input: $report) }", None, json!({ "report": report }));
        for fits in [
            json!({ "milestone": "M1" }),
            json!({ "milestone": "M1", "times": 2, "steps": null, "note": null }),
            json!({ "milestone": "M1", "steps": [0, 1], "note": { "fa": "متن" } }),
        ] {
            assert!(settled(fits.clone()), "{fits}");
        }
        for open in [
            json!(null),
            json!("M1"),
            json!([{ "milestone": "M1" }]),
            json!({}),
            json!({ "milestone": null }),
            json!({ "milestone": 1 }),
            json!({ "milestone": "M1", "stone": "M2" }),
            json!({ "milestone": "M1", "times": "two" }),
            json!({ "milestone": "M1", "times": null }),
            json!({ "milestone": "M1", "steps": 0 }),
            json!({ "milestone": "M1", "steps": [0, null] }),
            json!({ "milestone": "M1", "note": "text" }),
            json!({ "milestone": "M1", "note": {} }),
            json!({ "milestone": "M1", "note": { "fa": "متن", "de": "Text" } }),
            json!({ "milestone": "M1", "then": { "position": 1 } }),
        ] {
            assert!(!settled(open.clone()), "{open}");
        }
        assert!(!is_settled("query ($then: Moment) { a(asOf: $then) }", None, json!({ "then": { "position": 1 } })));
    }

    #[test]
    fn a_request_is_open_where_values_cost_or_another_operation_could_be_meant() {
        let query = "query Q($first: Int) { milestones(first: $first) { nodes { id } } }";
        assert!(!is_settled(query, None, json!({ "first": 10 })));
        assert!(!is_settled(query, None, json!({ "first": "10" })));
        assert!(!is_settled("query Q($horizon: Horizon) { progress(horizon: $horizon) { bac } }", None, json!({ "horizon": "SHORT" })));
        assert!(!is_settled("query Q { meta { position } }", Some("R"), json!({})));
        assert!(!is_settled("{ meta { position } }", Some("Q"), json!({})));
        assert!(!is_settled("query Q { meta { position } } query R { meta { position } }", Some("Q"), json!({})));
    }
}
