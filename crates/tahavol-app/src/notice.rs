//! What of the command path is told to whoever keeps a security journal: refusals, and destroyed evidence.

use std::sync::Arc;

use tahavol_domain::values::{ActorId, Sha256};
use tahavol_domain::{Command, Kind, Refusal, Rule, programme};

use crate::app::Tahavol;
use crate::error::HandleError;
use crate::order::Order;

/// Called with each of them, in the task of whoever asked; it may not wait.
pub type Notice = Arc<dyn Fn(&Noticed) + Send + Sync>;

/// What is told. Nothing of what a command says is in it, except what an auditor has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// A command was refused; nothing was recorded.
    Denied(Denied),
    /// The destruction of a piece of evidence was recorded.
    EvidenceDestroyed { actor: ActorId, digest: Sha256, position: Option<u64>, origin: String },
}

/// Who was refused what, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    pub actor: ActorId,
    pub command: Kind,
    pub stream: String,
    pub rule: Rule,
    /// As it is in an order: `graphql`, `cli`, `import:<sha256 of the file>#<row>`.
    pub origin: String,
}

impl Tahavol {
    /// Tells of the order where it was refused.
    pub(crate) fn notice_refusal<T>(&self, order: &Order, done: &Result<T, HandleError>) {
        if let (Some(notice), Err(HandleError::Refused(refusal))) = (self.notice(), done) {
            notice(&Noticed::Denied(denied(order, refusal)));
        }
    }

    /// Tells of the order where it has destroyed a piece of evidence.
    pub(crate) fn notice_destruction(&self, order: &Order, position: Option<u64>) {
        if let (Some(notice), Command::Programme(programme::Command::DestroyEvidence(destruction))) = (self.notice(), &order.command) {
            let (actor, digest, origin) = (order.actor.id.clone(), destruction.digest, order.origin.clone());
            notice(&Noticed::EvidenceDestroyed { actor, digest, position, origin });
        }
    }
}

fn denied(order: &Order, refusal: &Refusal) -> Denied {
    Denied {
        actor: order.actor.id.clone(),
        command: order.command.kind(),
        stream: order.stream.to_string(),
        rule: refusal.rule,
        origin: order.origin.clone(),
    }
}
