//! Pages on which people act: one's own work, the forms of commands, decisions and reviews.

mod offered;

pub use offered::{has_form, offered};
