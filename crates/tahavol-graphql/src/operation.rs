//! What kind of operation a request is, for the HTTP layer: GET runs queries only, and only a query's answer may be kept.

use async_graphql::Request;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, OperationType};

use crate::limits::too_deep;

/// What a request asks to be executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Query,
    Mutation,
    Subscription,
    /// The document cannot be read, or does not say which of its operations is meant; executing it tells the error.
    Unknown,
}

/// The kind of operation that a request means. Looks at nothing that nests too deep for the parser.
#[must_use]
pub fn operation(request: &Request) -> Operation {
    if too_deep(&request.query) {
        return Operation::Unknown;
    }
    let Ok(document) = parse_query(&request.query) else { return Operation::Unknown };
    let meant = match (&document.operations, &request.operation_name) {
        (DocumentOperations::Single(operation), None) => Some(operation.node.ty),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name.as_str()).map(|operation| operation.node.ty),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().map(|operation| operation.node.ty)
        }
        (DocumentOperations::Multiple(_), None) => None,
    };
    match meant {
        Some(OperationType::Query) => Operation::Query,
        Some(OperationType::Mutation) => Operation::Mutation,
        Some(OperationType::Subscription) => Operation::Subscription,
        None => Operation::Unknown,
    }
}

/// Whether the answer follows from the query, its variables, the caller's rights, the language, the day and the snapshot's position alone.
#[must_use]
pub fn is_query(request: &Request) -> bool {
    operation(request) == Operation::Query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_that_is_named_counts() {
        let document = "query A { meta { position } } mutation B { x } subscription C { y }";
        let kind = |name: &str| operation(&Request::new(document).operation_name(name));
        assert_eq!(kind("A"), Operation::Query);
        assert_eq!(kind("B"), Operation::Mutation);
        assert_eq!(kind("C"), Operation::Subscription);
        assert_eq!(kind("D"), Operation::Unknown);
        assert_eq!(operation(&Request::new(document)), Operation::Unknown);
        assert_eq!(operation(&Request::new("{ meta { position } }")), Operation::Query);
        assert_eq!(operation(&Request::new("{")), Operation::Unknown);
        assert_eq!(operation(&Request::new("[".repeat(100_000))), Operation::Unknown);
    }
}
