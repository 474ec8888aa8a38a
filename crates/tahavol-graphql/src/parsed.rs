//! Documents that are asked again and again: parsed once, and found valid once where that does not depend on the variables' values.

use std::sync::{Arc, OnceLock};

use async_graphql::parser::types::{BaseType, ExecutableDocument, OperationDefinition};
use async_graphql::{ValidationResult, Value, Variables};

use crate::scalars::TEXTS;

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
    /// gives every variable as a text where any text will do.
    pub(crate) fn is_settled(&self, operation: Option<&str>, variables: &Variables) -> bool {
        let mut operations = self.document().operations.iter();
        let (Some((name, only)), None) = (operations.next(), operations.next()) else { return false };
        operation.is_none_or(|asked| name.is_some_and(|name| name.as_str() == asked)) && are_texts(&only.node, variables)
    }

    /// What was found in a settled request: valid and within the limits.
    pub(crate) fn valid(&self) -> Option<ValidationResult> {
        self.0.valid.get().copied()
    }

    pub(crate) fn keep(&self, valid: ValidationResult) {
        self.0.valid.get_or_init(|| valid);
    }
}

fn are_texts(operation: &OperationDefinition, variables: &Variables) -> bool {
    operation.variable_definitions.iter().all(|definition| {
        let takes_any_text = match &definition.node.var_type.node.base {
            BaseType::Named(name) => TEXTS.contains(&name.as_str()),
            BaseType::List(_) => false,
        };
        takes_any_text && matches!(variables.get(&definition.node.name.node), Some(Value::String(_)))
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn is_settled(query: &str, operation: Option<&str>, variables: serde_json::Value) -> bool {
        Parsed::new(parse_query(query).unwrap()).is_settled(operation, &Variables::from_json(variables))
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
