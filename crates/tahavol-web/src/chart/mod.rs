//! Charts made for reading: labelled where the line is, the message above, the table behind; time runs left to right in both scripts.
//!
//! Each chart is a function of a [`Sheet`](crate::sheet::Sheet) from plain points to markup. Colours and widths come from the style sheet by class, so that print
//! and the dark scheme need no second drawing; what tells lines apart is never colour alone.

mod burn_up;
mod burn_ups;
mod labels;
mod multiples;
mod part;
mod plan_curve;
mod plane;
mod s_curve;
#[cfg(test)]
mod tests;
mod ticks;
mod tiles;
mod trajectory;

pub use burn_up::{BurnUp, Cumulative};
pub use burn_ups::{BurnUps, Growing};
pub use multiples::{Multiples, Panel};
pub use plan_curve::PlanCurve;
pub use s_curve::SCurve;
pub use tiles::{Tile, Tiles};
pub use trajectory::{Measured, Promise, Side, Trajectory};

use tahavol_domain::calendar::Date;

use crate::mark::Voices;

/// The three voices on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoicesOn {
    pub on: Date,
    pub voices: Voices,
}

/// What every chart has besides its points.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// Where it stands in the page; once on a page.
    pub id: &'a str,
    pub text: &'a str,
}
