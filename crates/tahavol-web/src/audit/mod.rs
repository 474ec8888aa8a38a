//! Pages for those who want to know what really happened, and how they know.

mod diff;
mod entry;
mod event;
mod ledger;
mod payload;
mod people;
mod proof;
mod replay;
mod taken;
#[cfg(test)]
pub(crate) mod tests;
mod timeline;

pub use diff::{Compared, figures as diff_figures, page as diff};
pub use entry::{AFTER, BEFORE, Events, gap};
pub use event::{Covered, EventPage, page as event};
pub use ledger::{Listed, page as ledger};
pub use people::{Asked, OFFICE, ON, Person, list as people, listed as listed_people, page as person};
pub(crate) use proof::proof_line;
pub use proof::{Head, ProofPage, page as proof};
pub use replay::{BACKWARD, POSITION, Replay, page as replay};
pub use taken::{MOST_TAKEN, table as taken};
pub use timeline::{Life, page as timeline};
