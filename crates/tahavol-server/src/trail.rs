//! What the command path tells becomes notes of the security journal.

use std::sync::Arc;

use tahavol_app::{Clock, Denied, Notice, Noticed};
use tahavol_identity::{Journal, Note, NoteKind};

/// What the application is opened with.
pub(crate) fn notice(journal: Journal) -> Notice {
    Arc::new(move |noticed| journal.note(note(noticed), Clock::System.now()))
}

fn note(noticed: &Noticed) -> Note {
    match noticed {
        Noticed::Denied(Denied { actor, command, stream, rule, origin }) => Note::new(NoteKind::CommandRefused)
            .by(actor)
            .with("code", rule.code())
            .with("command", command)
            .with("stream", stream)
            .with("origin", origin),
        Noticed::EvidenceDestroyed { actor, digest, position, origin } => {
            let note = Note::new(NoteKind::EvidenceDestroyed).by(actor).with("digest", digest).with("origin", origin);
            match position {
                Some(position) => note.with("position", position),
                None => note,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use tahavol_domain::values::ActorId;
    use tahavol_domain::{Kind, Rule};
    use tahavol_identity::journal::asked_from;

    use super::*;

    #[tokio::test]
    async fn a_refused_command_is_noted_with_its_rule_and_from_where_it_came() {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::in_files(directory.path()).unwrap();
        let notice = notice(journal.clone());
        let denied = Noticed::Denied(Denied {
            actor: ActorId("sara".to_owned()),
            command: Kind::InitiativeApprove,
            stream: "initiative-1".to_owned(),
            rule: Rule::NotPermitted,
            origin: "graphql".to_owned(),
        });
        asked_from(IpAddr::from([192, 0, 2, 9]), async { notice(&denied) }).await;
        journal.flush().await;
        let entry = journal.entries(None, 1).unwrap().remove(0);
        assert_eq!((entry.kind, entry.address), (NoteKind::CommandRefused, Some(IpAddr::from([192, 0, 2, 9]))));
        let details: Vec<_> = entry.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(details, ["code=NOT_PERMITTED", "command=initiativeApprove", "origin=graphql", "stream=initiative-1"]);
    }
}
