//! Node ids: opaque, the same for the same thing for ever, and resolvable by `node(id)`.

use std::fmt;

use async_graphql::{Context, Error, ID, Interface, Object};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tahavol_domain::text::digits_to_latin;
use tahavol_domain::values::{
    ActorId, CommissionSlug, DirectiveCode, IndicatorCode, InitiativeId, MilestoneId, ProvinceCode, Sha256, StationCode,
};
use uuid::Uuid;

use crate::act::Evidence;
use crate::commission::Commission;
use crate::council::{Directive, Document};
use crate::errors::{NODE_ID_INVALID, refuse};
use crate::indicator::Indicator;
use crate::initiative::{Allocation, Initiative, Risk};
use crate::ledger::{self, Event};
use crate::measurement::Measurement;
use crate::milestone::Milestone;
use crate::officials::{Delegation, Official};
use crate::page::price_list;
use crate::programme::Programme;
use crate::request::{AsOfInput, View, open_view};
use crate::review::Review;
use crate::scalars::Position;
use crate::station::{Province, Station};

/// The most nodes that one request names.
const MOST_NODES: usize = 100;

/// Anything with an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque; the same for the same thing for ever."))]
pub(crate) enum Node {
    Programme(Programme),
    Official(Official),
    Delegation(Delegation),
    Directive(Directive),
    Document(Document),
    Review(Review),
    Evidence(Evidence),
    Commission(Commission),
    Initiative(Initiative),
    Allocation(Allocation),
    Risk(Risk),
    Milestone(Milestone),
    Province(Province),
    Station(Station),
    Indicator(Indicator),
    Measurement(Measurement),
    Event(Event),
}

/// The id of the thing with this key among its kind.
pub(crate) fn id(kind: &str, key: impl fmt::Display) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{kind}:{key}")))
}

/// Kind and key, if an answer gave the id.
pub(crate) fn parts(id: &str) -> Option<(String, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    let (kind, key) = text.split_once(':')?;
    Some((kind.to_owned(), key.to_owned()))
}

/// The key of a thing of this kind: from its node id, or the text itself with Latin digits.
pub(crate) fn key(kind: &str, text: &str) -> String {
    match parts(text) {
        Some((found, key)) if found == kind => key,
        Some(_) | None => digits_to_latin(text.trim()),
    }
}

#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Whatever has this id; null when there is nothing (yet, as of then).
    async fn node(
        &self,
        ctx: &Context<'_>,
        id: ID,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Node>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        find(ctx, &view, &id).await
    }

    /// The same for many ids, in their order; at most 100.
    #[graphql(complexity = "price_list(ids.len(), child_complexity)")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        ids: Vec<ID>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Vec<Option<Node>>, Error> {
        if ids.len() > MOST_NODES {
            let args = [("value", ids.len().to_string()), ("largest", MOST_NODES.to_string())];
            return Err(refuse(ctx, crate::errors::FIRST_OUT_OF_RANGE, "ids", &args));
        }
        let view = open_view(ctx, as_of, min_position).await?;
        let mut nodes = Vec::with_capacity(ids.len());
        for id in &ids {
            nodes.push(find(ctx, &view, id).await?);
        }
        Ok(nodes)
    }
}

async fn find(ctx: &Context<'_>, view: &View, id: &ID) -> Result<Option<Node>, Error> {
    let invalid = || refuse(ctx, NODE_ID_INVALID, "id", &[("value", id.to_string())]);
    let (kind, key) = parts(id).ok_or_else(invalid)?;
    let uuid = || Uuid::parse_str(&key).map_err(|_| invalid());
    Ok(match kind.as_str() {
        "programme" => Programme::of(view).map(Node::Programme),
        "official" => Official::find(view, &ActorId(key)).map(Node::Official),
        "delegation" => view.snapshot.delegations.get(&uuid()?).map(|row| Node::Delegation(row.as_ref().into())),
        "directive" => Directive::find(view, &DirectiveCode(key)).map(Node::Directive),
        "document" => Document::find(view, key.parse().map_err(|_| invalid())?).map(Node::Document),
        "review" => Review::find(view, uuid()?).map(Node::Review),
        "evidence" => {
            let digest: Sha256 = key.parse().map_err(|_| invalid())?;
            let row = view.snapshot.evidence.get(&digest);
            row.map(|row| Node::Evidence(Evidence { view: view.clone(), file: row.evidence.clone() }))
        }
        "commission" => Commission::find(view, &CommissionSlug(key)).map(Node::Commission),
        "initiative" => Initiative::find(view, InitiativeId(uuid()?)).map(Node::Initiative),
        "allocation" => Allocation::find(view, uuid()?).map(Node::Allocation),
        "risk" => Risk::find(view, uuid()?).map(Node::Risk),
        "milestone" => Milestone::find(view, MilestoneId(uuid()?)).map(Node::Milestone),
        "province" => Province::find(view, &ProvinceCode(key)).map(Node::Province),
        "station" => Station::find(view, &StationCode(key)).map(Node::Station),
        "indicator" => Indicator::find(view, &IndicatorCode(key)).map(Node::Indicator),
        "measurement" => {
            let (event, code) = key.split_once('@').ok_or_else(invalid)?;
            let event = Uuid::parse_str(event).map_err(|_| invalid())?;
            Measurement::find(view, &IndicatorCode(code.to_owned()), event).map(Node::Measurement)
        }
        "event" => ledger::event_at(ctx, view, key.parse().map_err(|_| invalid())?).await?.map(Node::Event),
        _ => return Err(invalid()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_opaque_and_says_kind_and_key_to_us() {
        let id = id("station", "00001");
        assert!(!id.contains("00001"));
        assert_eq!(parts(&id), Some(("station".to_owned(), "00001".to_owned())));
        assert_eq!(key("station", &id), "00001");
        assert_eq!(key("station", "00001"), "00001");
    }
}
