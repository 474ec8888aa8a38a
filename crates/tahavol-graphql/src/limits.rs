//! What one request may ask: brackets before parsing, fields and aliases before validation, depth and cost after it.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::parser::types::{ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value, Variables};

/// Brackets deeper than this are refused before parsing: the parser recurses on the stack.
pub const DEEPEST_BRACKETS: usize = 40;

/// Fields of introspection that list what types consist of; nothing else in the schema has such a name.
const LISTINGS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];
/// How many of them may lie within each other. Tools need one.
pub(crate) const MOST_LISTINGS: usize = 2;

/// What a field costs more that looks at a past picture: it may have to be folded from the ledger first.
pub(crate) const PAST: usize = 200;

/// Fields of this name compare two pictures, whoever asks for them; nothing else in the schema has this name.
const DIFF: &str = "diff";
/// How many of them one request may have.
pub(crate) const MOST_DIFFS: usize = 1;

/// What all operations of one batch may ask together: as much as one operation alone. The HTTP layer puts one, shared by all of
/// them, into the data of each.
#[derive(Debug, Default)]
pub struct Budget {
    spent: AtomicUsize,
    diffs: AtomicUsize,
}

impl Budget {
    /// What is spent with this.
    pub(crate) fn spend(&self, cost: usize) -> usize {
        self.spent.fetch_add(cost, Ordering::Relaxed).saturating_add(cost)
    }

    /// Whether there is one left.
    pub(crate) fn take_diff(&self) -> bool {
        self.diffs.fetch_add(1, Ordering::Relaxed) < MOST_DIFFS
    }
}

/// How much one operation may ask, and whether anybody may. The standard introspection query fits the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Fields within fields.
    pub depth: usize,
    /// Cost: one for each field, times the page's size below a connection; more for a field `asOf` a past moment.
    pub complexity: usize,
    /// Aliased fields, fragments counted where they are used.
    pub aliases: usize,
    /// Fields, spreads and directives, fragments counted where they are used; checked before anything walks them.
    pub fields: usize,
    /// Operations in one batch; for the HTTP layer to hold.
    pub batch: usize,
    /// Whether approved work and progress are told to whoever asks, recognised or not.
    pub public_view: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 20, complexity: 10_000, aliases: 50, fields: 2_000, batch: 10, public_view: false }
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

/// How large a document is once its fragments are put where they are used. Saturates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Size {
    /// Fields, spreads and directives.
    pub(crate) fields: usize,
    pub(crate) aliases: usize,
    /// Selections within selections; a cycle has no end.
    pub(crate) height: usize,
    /// Lists of the schema about itself within such lists: each level multiplies by all fields of all types.
    pub(crate) listings: usize,
    /// Fields that look at a past picture.
    pub(crate) past: usize,
    /// Fields that compare two pictures.
    pub(crate) diffs: usize,
}

/// What a document is measured with.
struct Measure<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    /// Variables that have a value though none is given.
    defaults: HashSet<&'a str>,
    /// The sizes of fragments; of those that are being measured, none yet.
    known: HashMap<&'a str, Option<Size>>,
}

impl Size {
    const ENDLESS: Size =
        Size { fields: usize::MAX, aliases: usize::MAX, height: usize::MAX, listings: usize::MAX, past: usize::MAX, diffs: usize::MAX };

    /// Of the largest operation or fragment, and of how many there are.
    pub(crate) fn of(document: &ExecutableDocument, variables: &Variables) -> Self {
        let definitions = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
        let defaults = definitions.filter(|definition| definition.node.default_value.is_some());
        let mut measure = Measure {
            fragments: &document.fragments,
            variables,
            defaults: defaults.map(|definition| definition.node.name.node.as_str()).collect(),
            known: HashMap::new(),
        };
        let sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        let sets = sets.chain(document.fragments.values().map(|fragment| &fragment.node.selection_set.node));
        let (mut largest, mut number) = (Size::default(), 0);
        for set in sets {
            number += 1;
            let size = measure.set(set, 0);
            largest = Size {
                fields: largest.fields.max(size.fields),
                aliases: largest.aliases.max(size.aliases),
                height: largest.height.max(size.height),
                listings: largest.listings.max(size.listings),
                past: largest.past.max(size.past),
                diffs: largest.diffs.max(size.diffs),
            };
        }
        Size { fields: largest.fields.max(number), ..largest }
    }

    fn and(self, other: Size) -> Self {
        Size {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            height: self.height.max(other.height),
            listings: self.listings.max(other.listings),
            past: self.past.saturating_add(other.past),
            diffs: self.diffs.saturating_add(other.diffs),
        }
    }
}

impl<'a> Measure<'a> {
    /// Recurses no deeper than a document may be.
    fn set(&mut self, set: &'a SelectionSet, level: usize) -> Size {
        if level > DEEPEST_BRACKETS {
            return Size::ENDLESS;
        }
        let mut sum = Size::default();
        for selection in &set.items {
            let mut own = Size { fields: 1 + selection.node.directives().len(), ..Size::default() };
            let below = match &selection.node {
                Selection::Field(field) => {
                    let below = self.set(&field.node.selection_set.node, level + 1);
                    own.aliases = usize::from(field.node.alias.is_some());
                    own.past = usize::from(self.is_past(&field.node));
                    own.diffs = usize::from(field.node.name.node.as_str() == DIFF);
                    let listing = usize::from(LISTINGS.contains(&field.node.name.node.as_str()));
                    Size { listings: below.listings.saturating_add(listing), ..below }
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node, level + 1),
                Selection::FragmentSpread(spread) => self.fragment(spread.node.fragment_name.node.as_str(), level + 1),
            };
            sum = sum.and(own).and(Size { height: below.height.saturating_add(1), ..below });
        }
        sum
    }

    fn fragment(&mut self, name: &'a str, level: usize) -> Size {
        let fragments = self.fragments;
        match (self.known.get(name), fragments.get(name)) {
            (Some(Some(size)), _) => *size,
            (Some(None), _) => Size::ENDLESS,
            (None, Some(fragment)) => {
                self.known.insert(name, None);
                let size = self.set(&fragment.node.selection_set.node, level);
                self.known.insert(name, Some(size));
                size
            }
            // Validation refuses it.
            (None, None) => Size::default(),
        }
    }

    fn is_past(&self, field: &Field) -> bool {
        let Some(asked) = field.get_argument("asOf") else { return false };
        let has_value = |name: Name| match self.variables.get(&name) {
            Some(value) => *value != Value::Null,
            None => self.defaults.contains(name.as_str()),
        };
        // Only whether there is a value matters, and the value itself may be large.
        let present = |name| Ok::<_, Infallible>(if has_value(name) { Value::Boolean(true) } else { Value::Null });
        asked.node.clone().into_const_with(present).is_ok_and(|value| value != Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn size(query: &str) -> Size {
        Size::of(&parse_query(query).unwrap(), &Variables::default())
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
            Size { fields: 10, aliases: 2, height: 3, listings: 0, past: 0, diffs: 0 }
        );
    }

    #[test]
    fn differences_are_counted_whatever_they_are_called() {
        assert_eq!(size("{ a: diff { x } ...f } fragment f on Q { diff { y } b: diff { z } }").diffs, 3);
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

    #[test]
    fn fields_of_a_past_moment_are_counted_however_it_is_given() {
        let past = |query: &str, variables| Size::of(&parse_query(query).unwrap(), &Variables::from_json(variables)).past;
        assert_eq!(
            past("{ a(asOf: { position: 1 }) { x } ...f } fragment f on Q { b(asOf: { position: 2 }) c(asOf: null) }", json!({})),
            2
        );
        let by_variable = "query($then: T) { a(asOf: $then) }";
        assert_eq!(past(by_variable, json!({})), 0);
        assert_eq!(past(by_variable, json!({ "then": null })), 0);
        assert_eq!(past(by_variable, json!({ "then": { "position": 1 } })), 1);
        assert_eq!(past("query($then: T = { position: 1 }) { a(asOf: $then) }", json!({})), 1);
    }
}
