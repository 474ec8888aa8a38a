//! A GraphQL request as it came over any transport: read, guarded, and known for what it is.

use std::sync::Arc;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use async_graphql::{Request, ServerError, Variables};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use tahavol_app::messages;
use tahavol_domain::text::Lang;
use tahavol_graphql::{Caller, Documents, ResumeAfter, too_deep, unparsed};

use super::problem::Problem;

/// The parameters of GraphQL over HTTP. Others are passed over, as the specification says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Params {
    pub(super) query: String,
    #[serde(default)]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) variables: Option<Map<String, Value>>,
    /// Read so that a wrong one is refused. There are none that we know.
    #[serde(default)]
    #[expect(dead_code, reason = "only its form matters")]
    extensions: Option<Map<String, Value>>,
}

/// The same in a URL, where maps are JSON in a string.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UrlParams {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<String>,
    #[serde(default)]
    extensions: Option<String>,
}

impl UrlParams {
    pub(super) fn read(self) -> Result<Params, Problem> {
        let bad = |_| Problem::new(StatusCode::BAD_REQUEST, "REQUEST_MALFORMED");
        let map = |text: Option<String>| match text.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => serde_json::from_str::<Option<Map<String, Value>>>(text).map_err(bad),
        };
        let operation_name = self.operation_name.filter(|name| !name.is_empty());
        Ok(Params { query: self.query, operation_name, variables: map(self.variables)?, extensions: map(self.extensions)? })
    }
}

/// What an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Query,
    Mutation,
    Subscription,
}

/// Ready to be executed.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) kind: Kind,
}

/// Why a request is not executed: the caller's fault.
#[derive(Debug)]
pub(super) struct Unasked(pub(super) ServerError);

/// Guards and looks which operation is meant. No parser sees a text whose brackets nest too deeply: it recurses.
///
/// `resume` is the position after which a subscription is taken up again.
pub(super) fn ask(
    documents: &Documents,
    params: Params,
    caller: Option<&Arc<Caller>>,
    lang: Lang,
    resume: Option<u64>,
) -> Result<Asked, Unasked> {
    if too_deep(&params.query) {
        return Err(Unasked(coded("QUERY_TOO_DEEP", &[("limit", tahavol_graphql::DEEPEST_BRACKETS.to_string())], lang)));
    }
    let document = documents.parse(&params.query).map_err(|error| Unasked(unparsed(error, lang)))?;
    // A name that nobody has, or none where there are several: executing it says so.
    let kind = kind(document.document(), params.operation_name.as_deref()).unwrap_or(Kind::Query);
    let variables = Variables::from_json(Value::Object(params.variables.unwrap_or_default()));
    let mut request = Request::new(params.query).variables(variables).data(lang).data(document);
    request.operation_name = params.operation_name;
    if let Some(position) = resume {
        request = request.data(ResumeAfter(position));
    }
    if let Some(caller) = caller {
        request = request.data(Caller::clone(caller));
    }
    Ok(Asked { request, kind })
}

/// An error with a code of the catalogue.
pub(super) fn coded(code: &str, args: &[(&str, String)], lang: Lang) -> ServerError {
    let mut error = ServerError::new(messages::message(code, args, lang), None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

fn kind(document: &ExecutableDocument, name: Option<&str>) -> Option<Kind> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => operation,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name)?,
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next()?,
        (DocumentOperations::Multiple(_), None) => return None,
    };
    Some(match operation.node.ty {
        OperationType::Query => Kind::Query,
        OperationType::Mutation => Kind::Mutation,
        OperationType::Subscription => Kind::Subscription,
    })
}
