//! Confidence on five points from SPI(t), with the thresholds of the charter; grey where the facts do not carry it.

use tahavol_domain::programme::event::Thresholds;
use tahavol_domain::values::Confidence;

use crate::Snapshot;
use crate::ratio::Ratio;

/// Least SPI(t) of each colour in millionths, from green down; below the last it is red.
pub(super) struct Scale([(i128, Confidence); 4]);

/// Below half of the started weight nothing can be said.
const LEAST_COVERAGE: u16 = 5_000;

const MICROS: i128 = 1_000_000;

impl Scale {
    /// The charter's, or the usual one where nothing is chartered yet.
    pub(super) fn of(snapshot: &Snapshot) -> Scale {
        snapshot.programme.as_ref().map_or_else(Scale::default, |row| Scale::new(&row.charter.confidence))
    }

    pub(super) fn new(thresholds: &Thresholds) -> Scale {
        Scale([
            (thresholds.green.micros(), Confidence::Green),
            (thresholds.amber_green.micros(), Confidence::AmberGreen),
            (thresholds.amber.micros(), Confidence::Amber),
            (thresholds.amber_red.micros(), Confidence::AmberRed),
        ])
    }

    /// Of a group that is not complete; coverage in basis points.
    pub(super) fn confidence(&self, coverage: Option<u16>, spi_t: Option<Ratio>) -> Confidence {
        let (Some(coverage), Some(spi_t)) = (coverage, spi_t) else { return Confidence::Grey };
        if coverage < LEAST_COVERAGE {
            return Confidence::Grey;
        }
        self.0.iter().find(|(least, _)| reaches(spi_t, *least)).map_or(Confidence::Red, |(_, colour)| *colour)
    }
}

impl Default for Scale {
    fn default() -> Scale {
        Scale([
            (980_000, Confidence::Green),
            (950_000, Confidence::AmberGreen),
            (900_000, Confidence::Amber),
            (800_000, Confidence::AmberRed),
        ])
    }
}

/// Compared unrounded; by products where they fit, which is always so unless a charter asks for the absurd.
fn reaches(spi_t: Ratio, least: i128) -> bool {
    match (spi_t.num().checked_mul(MICROS), least.checked_mul(spi_t.den())) {
        (Some(have), Some(need)) => have >= need,
        _ => Ratio::try_new(least, MICROS).is_some_and(|least| spi_t >= least),
    }
}
