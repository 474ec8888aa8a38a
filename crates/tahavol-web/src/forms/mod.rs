//! Pages on which people act: one's own work, the forms of commands, decisions and reviews.

mod act;
mod case;
mod consequence;
mod decisions;
mod lost;
mod measured;
mod offered;
mod present;
mod question;
mod reviews;
mod rows;
#[cfg(test)]
mod tests;
mod work;

pub(crate) use act::said;
pub use act::{Act, Meanwhile, PREVIEW, TYPING, act, cannot};
pub use case::{Case, Term, Terms};
pub use consequence::Consequence;
pub use decisions::{AGAIN, Again, BEFORE, COMMISSION, Decisions, FROM, Taken, Waiting, decisions};
pub use lost::{Lost, lost};
pub use measured::Measured;
pub use offered::{has_form, offered};
pub use present::Present;
pub use question::{Answer, FILES, KEPT, Kept, Need, Question, Wrong};
pub use reviews::{Held, listed as listed_reviews, review, reviews};
pub use rows::{ADD, Asks, Part, Rows, field};
pub use work::{Item, PILE, Pile, work};
