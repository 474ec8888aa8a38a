//! Taking a subscription up again where it broke off: `after` of its root fields becomes the position of the last answer.

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection};
use async_graphql::{Name, Positioned, Variables};
use async_graphql_value::Value;

/// The argument that resumable subscriptions have.
const AFTER: &str = "after";

/// Whether the argument stood in the text or came as a variable makes no difference.
pub(super) fn after(document: &mut ExecutableDocument, name: Option<&str>, variables: &mut Variables, position: u64) {
    let operation = match (&mut document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get_mut(name),
        (DocumentOperations::Multiple(operations), None) => operations.values_mut().next(),
    };
    if let Some(operation) = operation {
        in_operation(&mut operation.node, variables, position);
    }
}

fn in_operation(operation: &mut OperationDefinition, variables: &mut Variables, position: u64) {
    for selection in &mut operation.selection_set.node.items {
        let Selection::Field(field) = &mut selection.node else { continue };
        let place = field.pos;
        let arguments = &mut field.node.arguments;
        match arguments.iter_mut().find(|(name, _)| name.node == AFTER) {
            Some((_, value)) => match &value.node {
                Value::Variable(variable) => {
                    variables.insert(variable.clone(), position.into());
                }
                _ => value.node = written(position),
            },
            None => arguments.push((Positioned::new(Name::new(AFTER), place), Positioned::new(written(position), place))),
        }
    }
}

fn written(position: u64) -> Value {
    async_graphql::Value::from(position).into_value()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn resumed(query: &str, variables: &mut Variables) -> Value {
        let mut document = parse_query(query).unwrap();
        after(&mut document, None, variables, 7);
        let DocumentOperations::Single(operation) = document.operations else { panic!("one operation") };
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!("a field") };
        field.node.get_argument(AFTER).unwrap().node.clone()
    }

    #[test]
    fn a_missing_or_written_argument_becomes_the_position() {
        let mut none = Variables::default();
        assert_eq!(resumed("subscription { ledgerEvents { position } }", &mut none), written(7));
        assert_eq!(resumed("subscription { ledgerEvents(after: 3) { position } }", &mut none), written(7));
    }

    #[test]
    fn a_variable_stays_and_its_value_becomes_the_position() {
        let mut variables = Variables::from_json(serde_json::json!({ "from": 3 }));
        let value = resumed("subscription ($from: Position) { ledgerEvents(after: $from) { position } }", &mut variables);
        assert_eq!(value, Value::Variable(Name::new("from")));
        assert_eq!(variables.get(&Name::new("from")), Some(&7_u64.into()));
    }
}
