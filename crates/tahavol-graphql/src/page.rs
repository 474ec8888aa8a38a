//! Relay pages: `first` and `after` only, at most 100 a page, cursors that stay good while the list grows.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Error, OutputType, SimpleObject};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tahavol_app::Tahavol;
use tahavol_projections::Snapshot;

use crate::errors::{CURSOR_INVALID, FIRST_OUT_OF_RANGE, refuse};
use crate::meta::Meta;

/// The largest page.
pub const LARGEST_PAGE: i32 = 100;
/// The page when none is asked for.
const USUAL_PAGE: i32 = 50;

/// A page of a list, with the exact length of the list.
pub(crate) type Page<N> = Connection<String, N, PageFields>;

/// What a page tells besides its edges.
#[derive(SimpleObject)]
pub(crate) struct PageFields {
    /// Length of the whole list, exactly.
    total_count: i32,
    meta: Meta,
}

/// The cost of a page: each of its nodes is paid for. Clamped, since this runs before the arguments are refused.
pub(crate) fn price(first: Option<i32>, child_complexity: usize) -> usize {
    let nodes = first.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE) as usize;
    child_complexity.saturating_mul(nodes).saturating_add(1)
}

/// The cost of a list whose length nobody chooses: told by what is usual of it.
pub(crate) fn price_list(usual: usize, child_complexity: usize) -> usize {
    child_complexity.saturating_mul(usual).saturating_add(1)
}

/// The page's size.
pub(crate) fn size(ctx: &Context<'_>, first: Option<i32>) -> Result<usize, Error> {
    match first.unwrap_or(USUAL_PAGE) {
        first if (0..=LARGEST_PAGE).contains(&first) => Ok(first as usize),
        first => Err(refuse(ctx, FIRST_OUT_OF_RANGE, "first", &[("value", first.to_string()), ("largest", LARGEST_PAGE.to_string())])),
    }
}

/// The key behind a cursor of the list that the field is.
pub(crate) fn key_of(ctx: &Context<'_>, after: Option<&str>) -> Result<Option<String>, Error> {
    key_in(ctx, ctx.field().name(), after)
}

fn key_in(ctx: &Context<'_>, list: &str, after: Option<&str>) -> Result<Option<String>, Error> {
    let Some(cursor) = after else { return Ok(None) };
    key(list, cursor).map(Some).ok_or_else(|| refuse(ctx, CURSOR_INVALID, "after", &[("value", cursor.to_owned())]))
}

/// Lists have different keys, so a cursor says of which list it is.
fn key(list: &str, cursor: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix(list)?.strip_prefix(':').map(str::to_owned)
}

/// A cursor of the list that the field is.
pub(crate) fn cursor_of(ctx: &Context<'_>, key: &str) -> String {
    cursor(ctx.field().name(), key)
}

fn cursor(list: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}:{key}"))
}

/// A page of items that are keyed; the keys order the list, and a cursor is the key of its item.
pub(crate) fn page<K: AsRef<str>, T, N: OutputType>(
    ctx: &Context<'_>,
    snapshot: &Snapshot,
    items: Vec<(K, T)>,
    cut: (Option<i32>, Option<String>),
    node: impl FnMut((K, T)) -> N,
) -> Result<Page<N>, Error> {
    page_of(ctx, ctx.field().name(), snapshot, items, cut, node)
}

/// The same where a cursor is good for less than the field's name says.
pub(crate) fn page_of<K: AsRef<str>, T, N: OutputType>(
    ctx: &Context<'_>,
    list: &str,
    snapshot: &Snapshot,
    mut items: Vec<(K, T)>,
    (first, after): (Option<i32>, Option<String>),
    node: impl FnMut((K, T)) -> N,
) -> Result<Page<N>, Error> {
    let size = size(ctx, first)?;
    let after = key_in(ctx, list, after.as_deref())?;
    let ordered = items.windows(2).all(|pair| pair[0].0.as_ref() <= pair[1].0.as_ref());
    if !ordered {
        items.sort_by(|a, b| a.0.as_ref().cmp(b.0.as_ref()));
    }
    let start = after.map_or(0, |after| items.partition_point(|(key, _)| key.as_ref() <= after.as_str()));
    let total = items.len();
    let more = total.saturating_sub(start) > size;
    let slice = items.into_iter().skip(start).take(size).collect::<Vec<_>>();
    Ok(assemble(Meta::of(ctx.data::<Tahavol>()?, snapshot), list, slice, total, (start > 0, more), node))
}

fn assemble<K: AsRef<str>, T, N: OutputType>(
    meta: Meta,
    list: &str,
    items: Vec<(K, T)>,
    total: usize,
    (before, more): (bool, bool),
    mut node: impl FnMut((K, T)) -> N,
) -> Page<N> {
    let fields = PageFields { total_count: i32::try_from(total).unwrap_or(i32::MAX), meta };
    let mut page = Connection::with_additional_fields(before, more, fields);
    page.edges.extend(items.into_iter().map(|(key, item)| {
        let cursor = cursor(list, key.as_ref());
        Edge::<String, N, EmptyFields>::new(cursor, node((key, item)))
    }));
    page
}

/// A number as a key that sorts like the number.
pub(crate) fn number_key(number: u64) -> String {
    format!("{number:020}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_list_only() {
        let of_stations = cursor("stations", "00001:a");
        assert_eq!(key("stations", &of_stations).as_deref(), Some("00001:a"));
        for other in ["milestones", "station", "stations of"] {
            assert_ne!(key(other, &of_stations).as_deref(), Some("00001:a"), "{other}");
        }
        assert_eq!(key("milestones", &of_stations), None);
        assert_eq!(key("stations", "nonsense"), None);
    }

    #[test]
    fn a_page_costs_what_its_nodes_cost_however_strange_its_size() {
        assert_eq!(price(Some(10), 7), 71);
        assert_eq!(price(None, 2), 101);
        assert_eq!(price(Some(-5), 7), 8);
        assert_eq!(price(Some(i32::MAX), 7), 701);
        assert_eq!(price(Some(100), usize::MAX), usize::MAX);
    }
}
