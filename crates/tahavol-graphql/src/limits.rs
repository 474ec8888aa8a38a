//! What one request may ask: brackets before parsing, fields and aliases before validation, depth and cost after it. And what every answer tells.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery, NextPrepareRequest, NextValidation,
};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Request, Response, ServerError, ServerResult, ValidationResult, Variables};
use tahavol_app::{Tahavol, messages};
use tahavol_domain::text::Lang;

use crate::meta::extension;
use crate::request::{Picture, looked_at};

/// Brackets deeper than this are refused before parsing: the parser recurses on the stack.
pub const DEEPEST_BRACKETS: usize = 40;

/// Fields of introspection that list what types consist of; nothing else in the schema has such a name.
const LISTINGS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];
/// How many of them may lie within each other. Tools need one.
const MOST_LISTINGS: usize = 2;

pub(crate) const TOO_DEEP: &str = "QUERY_TOO_DEEP";
pub(crate) const TOO_COSTLY: &str = "QUERY_TOO_COSTLY";
pub(crate) const TOO_MANY_ALIASES: &str = "QUERY_TOO_MANY_ALIASES";

/// How much one operation may ask. The standard introspection query fits the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Fields within fields.
    pub depth: usize,
    /// Cost: one for each field, times the page's size below a connection.
    pub complexity: usize,
    /// Aliased fields, fragments counted where they are used.
    pub aliases: usize,
    /// Fields, spreads and directives, fragments counted where they are used; checked before anything walks them.
    pub fields: usize,
    /// Operations in one batch; for the HTTP layer to hold.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 20, complexity: 10_000, aliases: 50, fields: 2_000, batch: 10 }
    }
}

/// Whether brackets nest deeper than [`DEEPEST_BRACKETS`]: a linear scan that needs no stack. Strings, block strings and comments do not count.
#[must_use]
pub fn too_deep(query: &str) -> bool {
    let bytes = query.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > DEEPEST_BRACKETS {
                    return true;
                }
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => at = skip_comment(bytes, at),
            b'"' if bytes[at..].starts_with(b"\"\"\"") => at = skip_block_string(bytes, at + 3),
            b'"' => at = skip_string(bytes, at + 1),
            _ => {}
        }
        at += 1;
    }
    false
}

/// The index of the line's end.
fn skip_comment(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len() - at)
}

/// The index of the last closing quote. A string that a line's end or the text's end cuts off ends there: the parser refuses it.
fn skip_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' | b'\n' | b'\r' => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

fn skip_block_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        if bytes[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if bytes[at..].starts_with(b"\"\"\"") {
            return at + 2;
        } else {
            at += 1;
        }
    }
    at
}

/// The request's query, parsed before after [`too_deep`] had nothing against it; in a request's data it saves parsing again.
#[derive(Debug, Clone)]
pub struct Parsed(pub Arc<ExecutableDocument>);

/// Holds the limits, gives every request its one picture, and tells of that picture in the response's extensions.
pub(crate) struct Guard(pub(crate) Limits);

impl ExtensionFactory for Guard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Guard(self.0))
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Guard {
    async fn prepare_request(&self, ctx: &ExtensionContext<'_>, request: Request, next: NextPrepareRequest<'_>) -> ServerResult<Request> {
        next.run(ctx, request.data(Picture::default())).await
    }

    /// Parses by itself: what the library checks after parsing walks fragments wherever they are used, which a small document
    /// makes take for ever, and it would do so before any limit of ours.
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        _: &Variables,
        _: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        if too_deep(query) {
            return Err(refused(ctx, TOO_DEEP, DEEPEST_BRACKETS));
        }
        let document = match ctx.data_opt::<Parsed>() {
            Some(parsed) => ExecutableDocument::clone(&parsed.0),
            None => parse_query(query)?,
        };
        let size = Size::of(&document);
        if size.height > DEEPEST_BRACKETS {
            return Err(refused(ctx, TOO_DEEP, DEEPEST_BRACKETS));
        }
        if size.fields > self.0.fields || size.listings > MOST_LISTINGS {
            return Err(refused(ctx, TOO_COSTLY, self.0.fields));
        }
        if size.aliases > self.0.aliases {
            return Err(refused(ctx, TOO_MANY_ALIASES, self.0.aliases));
        }
        Ok(document)
    }

    async fn validation(&self, ctx: &ExtensionContext<'_>, next: NextValidation<'_>) -> Result<ValidationResult, Vec<ServerError>> {
        let found = next.run(ctx).await?;
        if found.depth > self.0.depth {
            return Err(vec![refused(ctx, TOO_DEEP, self.0.depth)]);
        }
        if found.complexity > self.0.complexity {
            return Err(vec![refused(ctx, TOO_COSTLY, self.0.complexity)]);
        }
        Ok(found)
    }

    async fn execute(&self, ctx: &ExtensionContext<'_>, operation_name: Option<&str>, next: NextExecute<'_>) -> Response {
        let response = next.run(ctx, operation_name).await;
        let Some(app) = ctx.data_opt::<Tahavol>() else { return response };
        let snapshot = ctx.data_opt::<Picture>().and_then(looked_at).unwrap_or_else(|| app.snapshot());
        response.extension("tahavol", extension(app, &snapshot))
    }
}

/// The error that says which limit.
fn refused(ctx: &ExtensionContext<'_>, code: &'static str, limit: usize) -> ServerError {
    let lang = ctx.data_opt::<Lang>().copied().unwrap_or_default();
    let mut error = ServerError::new(messages::message(code, &[("limit", limit.to_string())], lang), None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// How large a document is once its fragments are put where they are used. Saturates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Size {
    /// Fields, spreads and directives.
    fields: usize,
    aliases: usize,
    /// Selections within selections; a cycle has no end.
    height: usize,
    /// Lists of the schema about itself within such lists: each level multiplies by all fields of all types.
    listings: usize,
}

/// The sizes of fragments; of those that are being measured, none yet.
type Known<'a> = HashMap<&'a str, Option<Size>>;

impl Size {
    const ENDLESS: Size = Size { fields: usize::MAX, aliases: usize::MAX, height: usize::MAX, listings: usize::MAX };

    /// Of the largest operation or fragment, and of how many there are.
    fn of(document: &ExecutableDocument) -> Self {
        let mut known = Known::new();
        let sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        let sets = sets.chain(document.fragments.values().map(|fragment| &fragment.node.selection_set.node));
        let (mut largest, mut number) = (Size::default(), 0);
        for set in sets {
            number += 1;
            let size = Size::of_set(set, &document.fragments, &mut known, 0);
            largest = Size {
                fields: largest.fields.max(size.fields),
                aliases: largest.aliases.max(size.aliases),
                height: largest.height.max(size.height),
                listings: largest.listings.max(size.listings),
            };
        }
        Size { fields: largest.fields.max(number), ..largest }
    }

    /// Recurses no deeper than a document may be.
    fn of_set<'a>(
        set: &'a SelectionSet,
        fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
        known: &mut Known<'a>,
        level: usize,
    ) -> Self {
        if level > DEEPEST_BRACKETS {
            return Size::ENDLESS;
        }
        let mut sum = Size::default();
        for selection in &set.items {
            let (alias, below) = match &selection.node {
                Selection::Field(field) => {
                    let below = Size::of_set(&field.node.selection_set.node, fragments, known, level + 1);
                    let listing = usize::from(LISTINGS.contains(&field.node.name.node.as_str()));
                    (field.node.alias.is_some(), Size { listings: below.listings.saturating_add(listing), ..below })
                }
                Selection::InlineFragment(fragment) => {
                    (false, Size::of_set(&fragment.node.selection_set.node, fragments, known, level + 1))
                }
                Selection::FragmentSpread(spread) => {
                    (false, Size::of_fragment(spread.node.fragment_name.node.as_str(), fragments, known, level + 1))
                }
            };
            let own = Size { fields: 1 + selection.node.directives().len(), aliases: usize::from(alias), ..Size::default() };
            sum = sum.and(own).and(Size { height: below.height.saturating_add(1), ..below });
        }
        sum
    }

    fn of_fragment<'a>(
        name: &'a str,
        fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
        known: &mut Known<'a>,
        level: usize,
    ) -> Self {
        match (known.get(name), fragments.get(name)) {
            (Some(Some(size)), _) => *size,
            (Some(None), _) => Size::ENDLESS,
            (None, Some(fragment)) => {
                known.insert(name, None);
                let size = Size::of_set(&fragment.node.selection_set.node, fragments, known, level);
                known.insert(name, Some(size));
                size
            }
            // Validation refuses it.
            (None, None) => Size::default(),
        }
    }

    fn and(self, other: Size) -> Self {
        Size {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            height: self.height.max(other.height),
            listings: self.listings.max(other.listings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(query: &str) -> Size {
        Size::of(&parse_query(query).unwrap())
    }

    #[test]
    fn brackets_are_counted_without_a_stack() {
        for open in ["[", "{a:", "(", "{a"] {
            assert!(too_deep(&open.repeat(100_000)), "{open}");
        }
        assert!(too_deep(&"[".repeat(DEEPEST_BRACKETS + 1)));
        assert!(!too_deep(&"[".repeat(DEEPEST_BRACKETS)));
        assert!(!too_deep(&"[]".repeat(10_000)));
    }

    #[test]
    fn brackets_in_strings_block_strings_and_comments_do_not_count() {
        let many = "[".repeat(100);
        for text in [format!("\"{many}\""), format!("\"\"\"{many}\n\"{many}\"\"\""), format!("# {many}\n"), format!("\"\\\"{many}\"")] {
            assert!(!too_deep(&text), "{text}");
        }
    }

    #[test]
    fn brackets_after_a_string_a_comment_or_a_broken_string_count() {
        let many = "[".repeat(100);
        for text in [
            format!("\"a\"{many}"),
            format!("\"\"{many}"),
            format!("\"\"\"a\"\"\"{many}"),
            format!("\"\"\"a\\\"\"\"b\"\"\"{many}"),
            format!("# a\n{many}"),
            format!("# a\r{many}"),
            format!("\"broken\n{many}"),
        ] {
            assert!(too_deep(&text), "{text}");
        }
    }

    #[test]
    fn fragments_are_counted_where_they_are_used() {
        assert_eq!(
            size("{ a { ...f } b { ...f } } fragment f on T { x y: z @d }"),
            Size { fields: 10, aliases: 2, height: 3, listings: 0 }
        );
    }

    #[test]
    fn fragments_that_use_themselves_or_each_other_have_no_end() {
        assert_eq!(size("{ ...f } fragment f on T { x ...f }").height, usize::MAX);
        assert_eq!(size("{ x } fragment f on T { ...g } fragment g on T { ...f }").height, usize::MAX);
    }

    #[test]
    fn a_chain_of_fragments_is_as_deep_as_it_is_long() {
        let chain = |length: usize| {
            let links = (0..length).rev().map(|link| format!(" fragment f{link} on T {{ ...f{} }}", link + 1)).collect::<String>();
            format!("{{ ...f0 }} fragment f{length} on T {{ x }}{links}")
        };
        assert_eq!(size(&chain(30)).height, 32);
        assert!(size(&chain(5_000)).height > DEEPEST_BRACKETS);
    }

    #[test]
    fn a_bomb_of_fragments_is_large_and_quickly_counted() {
        let mut query = "{ ...f0 }".to_owned();
        for level in 0..30 {
            let next = level + 1;
            query.push_str(&format!(" fragment f{level} on T {{ {} }}", format!("...f{next} ").repeat(10)));
        }
        query.push_str(" fragment f30 on T { x }");
        assert_eq!(size(&query).fields, usize::MAX);
    }
}
