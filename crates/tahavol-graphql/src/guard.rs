//! What every request passes through: the limits, its one picture, and what each answer tells of that picture and of its errors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery, NextPrepareRequest, NextRequest, NextSubscribe,
    NextValidation,
};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Response, ServerError, ServerResult, ValidationResult, Variables};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tahavol_app::{Tahavol, messages};
use tahavol_domain::text::Lang;

use crate::documents::Documents;
use crate::explain::{explained, unparsed};
use crate::limits::{Budget, DEEPEST_BRACKETS, Limits, MOST_DIFFS, MOST_LISTINGS, PAST, Size, too_deep};
use crate::meta::extension;
use crate::parsed::Parsed;
use crate::request::{Picture, looked_at};

const TOO_DEEP: &str = "QUERY_TOO_DEEP";
pub(crate) const TOO_COSTLY: &str = "QUERY_TOO_COSTLY";
/// What is told with [`TOO_COSTLY`] where it is because of differences.
pub(crate) const ONE_DIFF: &str = "QUERY_ONE_DIFF";
const TOO_MANY_ALIASES: &str = "QUERY_TOO_MANY_ALIASES";

/// Makes a [`Guarding`] for every request.
pub(crate) struct Guard {
    limits: Limits,
    /// Of requests that do not bring their [`Parsed`] with them.
    documents: Arc<Documents>,
}

impl Guard {
    pub(crate) fn new(limits: Limits) -> Self {
        Guard { limits, documents: Arc::default() }
    }
}

impl ExtensionFactory for Guard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Guarding {
            limits: self.limits,
            documents: Arc::clone(&self.documents),
            lang: Arc::default(),
            operation: OnceLock::new(),
            past: AtomicUsize::new(0),
            settled: OnceLock::new(),
        })
    }
}

/// Holds the limits, gives one request its one picture, and tells of that picture in the response's extensions.
struct Guarding {
    limits: Limits,
    documents: Arc<Documents>,
    /// The request's, once it has been seen: the outermost steps do not see its data.
    lang: Arc<OnceLock<Lang>>,
    /// The one that is asked for by name.
    operation: OnceLock<String>,
    /// Fields that look at a past picture.
    past: AtomicUsize,
    /// The document, where what is found of it holds for other requests.
    settled: OnceLock<Parsed>,
}

#[async_graphql::async_trait::async_trait]
impl Extension for Guarding {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let response = next.run(ctx).await;
        explained(response, self.lang.get().copied().unwrap_or_default())
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        let lang = Arc::clone(&self.lang);
        let answers = next.run(ctx, stream);
        answers.map(move |response| explained(response, lang.get().copied().unwrap_or_default())).boxed()
    }

    async fn prepare_request(&self, ctx: &ExtensionContext<'_>, request: Request, next: NextPrepareRequest<'_>) -> ServerResult<Request> {
        if let Some(name) = &request.operation_name {
            self.operation.get_or_init(|| name.clone());
        }
        next.run(ctx, request.data(Picture::default())).await
    }

    /// Parses by itself: what the library checks after parsing walks fragments wherever they are used, which a small document
    /// makes take for ever, and it would do so before any limit of ours.
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        _: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let lang = *self.lang.get_or_init(|| ctx.data_opt::<Lang>().copied().unwrap_or_default());
        if too_deep(query) {
            return Err(refused(lang, TOO_DEEP, DEEPEST_BRACKETS));
        }
        let parsed = match ctx.data_opt::<Parsed>() {
            Some(parsed) => parsed.clone(),
            None => self.documents.parse(query).map_err(|error| unparsed(error, lang))?,
        };
        let operation = self.operation.get().map(String::as_str);
        if parsed.is_settled(operation, variables, &ctx.schema_env.registry.types) {
            let settled = self.settled.get_or_init(|| parsed.clone());
            if settled.valid().is_some() {
                return Ok(parsed.document().clone());
            }
        }
        let size = Size::of(parsed.document(), variables);
        if size.height > DEEPEST_BRACKETS {
            return Err(refused(lang, TOO_DEEP, DEEPEST_BRACKETS));
        }
        if size.fields > self.limits.fields || size.listings > MOST_LISTINGS {
            return Err(refused(lang, TOO_COSTLY, self.limits.fields));
        }
        if size.diffs > MOST_DIFFS {
            return Err(told(TOO_COSTLY, messages::message(ONE_DIFF, &[], lang)));
        }
        if size.aliases > self.limits.aliases {
            return Err(refused(lang, TOO_MANY_ALIASES, self.limits.aliases));
        }
        self.past.store(size.past, Ordering::Relaxed);
        Ok(parsed.document().clone())
    }

    async fn validation(&self, ctx: &ExtensionContext<'_>, next: NextValidation<'_>) -> Result<ValidationResult, Vec<ServerError>> {
        let settled = self.settled.get();
        let lang = self.lang.get().copied().unwrap_or_default();
        let budget = ctx.data_opt::<Arc<Budget>>();
        let is_spent = |cost: usize| budget.is_some_and(|budget| budget.spend(cost) > self.limits.complexity);
        if let Some(valid) = settled.and_then(Parsed::valid) {
            return if is_spent(valid.complexity) { Err(vec![refused(lang, TOO_COSTLY, self.limits.complexity)]) } else { Ok(valid) };
        }
        let mut found = next.run(ctx).await?;
        if found.depth > self.limits.depth {
            return Err(vec![refused(lang, TOO_DEEP, self.limits.depth)]);
        }
        let past = self.past.load(Ordering::Relaxed).saturating_mul(PAST);
        // Kept with the rest of what is found of the document.
        found.complexity = found.complexity.saturating_add(past);
        if found.complexity > self.limits.complexity || is_spent(found.complexity) {
            return Err(vec![refused(lang, TOO_COSTLY, self.limits.complexity)]);
        }
        if let Some(settled) = settled {
            settled.keep(found);
        }
        Ok(found)
    }

    async fn execute(&self, ctx: &ExtensionContext<'_>, operation_name: Option<&str>, next: NextExecute<'_>) -> Response {
        let response = next.run(ctx, operation_name).await;
        let Some(app) = ctx.data_opt::<Tahavol>() else { return response };
        let snapshot = ctx.data_opt::<Picture>().and_then(looked_at).unwrap_or_else(|| app.snapshot());
        response.extension("tahavol", extension(ctx, app, &snapshot))
    }
}

/// The error that says which limit.
fn refused(lang: Lang, code: &'static str, limit: usize) -> ServerError {
    told(code, messages::message(code, &[("limit", limit.to_string())], lang))
}

fn told(code: &'static str, message: String) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}
