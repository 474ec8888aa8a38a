//! The founding of a programme, as callers write it.

use async_graphql::InputObject;
use tahavol_domain::Rule;
use tahavol_domain::calendar::TimeZone;
use tahavol_domain::programme::event;
use tahavol_domain::values::{self, CommissionSlug, ProgrammeId, ProvinceCode};

use crate::act::PersonInput;
use crate::enums::{Horizon, Provenance};
use crate::errors::{TIME_ZONE_UNKNOWN, UserError};
use crate::mutations::Desk;
use crate::scalars::{Date, Quantity, Uuid};
use crate::text::TextInput;

/// What a programme starts from. A simulation is founded by the command line only.
#[derive(InputObject)]
pub(crate) struct CharterInput {
    /// Made here when left out.
    programme: Option<Uuid>,
    slug: String,
    title: TextInput,
    /// `Asia/Tehran`
    time_zone: String,
    council: CouncilInput,
    /// The administrator that the configuration names; appointed by this.
    administrator: PersonInput,
    /// The first council official, who appoints the rest; appointed by this.
    first_official: PersonInput,
    horizons: Vec<HorizonInput>,
    /// Slugs of the commissions that may be established.
    commissions: Vec<String>,
    provinces: Vec<ProvinceInput>,
    confidence: ThresholdsInput,
}

#[derive(InputObject)]
pub(crate) struct CouncilInput {
    title: TextInput,
    chair: TextInput,
    provenance: Option<Provenance>,
}

#[derive(InputObject)]
pub(crate) struct HorizonInput {
    horizon: Horizon,
    title: TextInput,
    starts: Date,
    /// The last day in it.
    ends: Date,
    provenance: Option<Provenance>,
}

#[derive(InputObject)]
pub(crate) struct ProvinceInput {
    /// ISO 3166-2:IR: `IR-13`.
    code: String,
    name: TextInput,
    tile_row: i32,
    /// West is column 0.
    tile_column: i32,
}

/// Least SPI(t) of each colour; below `amberRed` is `RED`.
#[derive(InputObject)]
pub(crate) struct ThresholdsInput {
    green: Quantity,
    amber_green: Quantity,
    amber: Quantity,
    amber_red: Quantity,
}

impl CharterInput {
    pub(crate) fn read(self, desk: &Desk) -> Result<event::Charter, UserError> {
        let time_zone = TimeZone::parse(&self.time_zone)
            .map_err(|_| UserError::new(desk.lang, TIME_ZONE_UNKNOWN, Some("timeZone"), &[("value", self.time_zone.clone())]))?;
        Ok(event::Charter {
            programme: ProgrammeId(desk.scalar_opt("programme", self.programme)?.unwrap_or_else(|| desk.new_id("programme"))),
            slug: self.slug,
            title: self.title.into(),
            time_zone,
            council: event::Council {
                title: self.council.title.into(),
                chair: self.council.chair.into(),
                provenance: self.council.provenance.map(Into::into),
            },
            administrator: self.administrator.into(),
            first_official: self.first_official.into(),
            horizons: self.horizons.into_iter().map(|horizon| horizon.read(desk)).collect::<Result<_, _>>()?,
            commissions: self.commissions.into_iter().map(CommissionSlug).collect(),
            provinces: self.provinces.into_iter().map(|province| province.read(desk)).collect::<Result<_, _>>()?,
            confidence: event::Thresholds {
                green: desk.scalar("confidence.green", self.confidence.green)?,
                amber_green: desk.scalar("confidence.amberGreen", self.confidence.amber_green)?,
                amber: desk.scalar("confidence.amber", self.confidence.amber)?,
                amber_red: desk.scalar("confidence.amberRed", self.confidence.amber_red)?,
            },
            simulation: None,
        })
    }
}

impl HorizonInput {
    fn read(self, desk: &Desk) -> Result<event::HorizonCharter, UserError> {
        Ok(event::HorizonCharter {
            horizon: self.horizon.into(),
            title: self.title.into(),
            starts: desk.scalar("horizons.starts", self.starts)?,
            ends: desk.scalar("horizons.ends", self.ends)?,
            provenance: self.provenance.map(Into::into),
        })
    }
}

impl ProvinceInput {
    fn read(self, desk: &Desk) -> Result<values::Province, UserError> {
        Ok(values::Province {
            code: ProvinceCode(self.code),
            name: self.name.into(),
            tile_row: desk.number("provinces.tileRow", Rule::CharterIncomplete, self.tile_row.into())?,
            tile_column: desk.number("provinces.tileColumn", Rule::CharterIncomplete, self.tile_column.into())?,
        })
    }
}
