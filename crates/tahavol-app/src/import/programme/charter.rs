//! The head of a programme file: charter, commissions, directives, target stations.

use tahavol_domain::calendar::TimeZone;
use tahavol_domain::commission::{self, event::Establishment};
use tahavol_domain::programme::event::{Charter, Council, Directive, HorizonCharter, Simulation, Thresholds};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::{CommissionSlug, DirectiveCode, Province};
use tahavol_domain::{Command, Stream, programme};

use super::Reader;
use crate::import::plan::Phase;
use crate::import::programme_file::{ProgrammeFile, provenance};

impl Reader<'_> {
    pub(super) fn charter(&mut self, parsed: &ProgrammeFile, provinces: &[Province]) {
        let entry = &parsed.programme;
        let row = self.file.row_of(entry.slug.span().start);
        if let Some(chartered) = &self.snapshot.programme {
            if chartered.charter.slug != *entry.slug.get_ref() {
                self.differs(row, "slug", entry.slug.get_ref());
            }
            return;
        }
        let Ok(time_zone) = TimeZone::parse(entry.time_zone.get_ref()) else {
            let row = self.file.row_of(entry.time_zone.span().start);
            return self.wrong(row, "time_zone", "TIME_ZONE_UNKNOWN", entry.time_zone.get_ref());
        };
        let Some(first_official) = self.settings.first_official.clone() else {
            return self.wrong(row, "programme", "IMPORT_NEEDS_FIRST_OFFICIAL", "");
        };
        let horizons: Vec<HorizonCharter> = parsed
            .horizons
            .iter()
            .filter_map(|entry| {
                Some(HorizonCharter {
                    horizon: (*entry.code.get_ref()).into(),
                    title: entry.title.clone(),
                    starts: self.day("starts", &entry.starts)?,
                    ends: self.day("ends", &entry.ends)?,
                    provenance: provenance(entry.source, entry.illustrative),
                })
            })
            .collect();
        let hundredths = |n: i128| Quantity::from_micros(n * 10_000).unwrap_or(Quantity::ZERO);
        let charter = Charter {
            programme: self.programme,
            slug: entry.slug.get_ref().clone(),
            title: entry.title.clone(),
            time_zone,
            council: Council {
                title: parsed.council.title.clone(),
                chair: parsed.council.chair.clone(),
                provenance: provenance(parsed.council.source, parsed.council.illustrative),
            },
            administrator: self.settings.actor.clone(),
            first_official,
            horizons,
            commissions: parsed.commissions.iter().map(|entry| CommissionSlug(entry.slug.get_ref().clone())).collect(),
            provinces: provinces.to_vec(),
            confidence: Thresholds { green: hundredths(98), amber_green: hundredths(95), amber: hundredths(90), amber_red: hundredths(80) },
            simulation: self.settings.simulation.then_some(Simulation { shift_months: self.settings.shift_months }),
        };
        let stream = Stream::Programme(self.programme);
        self.push(Phase::Charter, row, "charter", stream, Command::Programme(programme::Command::Charter(Box::new(charter))), None);
    }

    pub(super) fn commissions(&mut self, parsed: &ProgrammeFile) {
        for entry in &parsed.commissions {
            let row = self.file.row_of(entry.slug.span().start);
            let slug = CommissionSlug(entry.slug.get_ref().clone());
            let establishment = Establishment {
                slug: slug.clone(),
                title: entry.title.clone(),
                remit: entry.remit.clone(),
                provenance: provenance(entry.source, entry.illustrative),
            };
            match self.snapshot.commissions.get(&slug) {
                Some(known) if known.establishment == establishment => self.steps.unchanged += 1,
                Some(known) if self.is_ours(known.established.event.0, row, "establish", &Stream::Commission(slug.clone())) => {
                    self.steps.unchanged += 1;
                }
                Some(_) => self.differs(row, "title", &slug.0),
                None => {
                    let command = Command::Commission(commission::Command::Establish(establishment));
                    self.push(Phase::Commissions, row, "establish", Stream::Commission(slug), command, None);
                }
            }
        }
    }

    pub(super) fn directives(&mut self, parsed: &ProgrammeFile) {
        for entry in &parsed.directives {
            let row = self.file.row_of(entry.code.span().start);
            let Some(issued_on) = self.day("issued_on", &entry.issued_on) else { continue };
            let directive = Directive {
                code: DirectiveCode(entry.code.get_ref().clone()),
                title: entry.title.clone(),
                issuer: entry.issuer.clone(),
                issued_on,
                provenance: provenance(entry.source, entry.illustrative),
            };
            match self.snapshot.directives.get(&directive.code) {
                Some(known) if known.directive == directive => self.steps.unchanged += 1,
                Some(known) if self.is_ours(known.issued.event.0, row, "direct", &Stream::Programme(self.programme)) => {
                    self.steps.unchanged += 1;
                }
                Some(known) => {
                    let column = if known.directive.issued_on == directive.issued_on { "title" } else { "issued_on" };
                    self.differs(row, column, entry.code.get_ref());
                }
                None => {
                    let command = Command::Programme(programme::Command::IssueDirective(directive));
                    self.push(Phase::Commissions, row, "direct", Stream::Programme(self.programme), command, None);
                }
            }
        }
    }

    pub(super) fn target(&mut self, parsed: &ProgrammeFile) {
        let Some(entry) = &parsed.target_stations else { return };
        let row = self.file.row_of(entry.rule.span().start);
        let visits = self.number(row, "visit_share_above", entry.visit_share_above);
        let cases = self.number(row, "case_share_above", entry.case_share_above);
        let (Some(visit_share_above), Some(case_share_above)) = (visits, cases) else { return };
        let known = self.snapshot.target.as_ref().map(|target| &target.0);
        if known.is_some_and(|set| set.visit_share_above == visit_share_above && set.case_share_above == case_share_above) {
            self.steps.unchanged += 1;
            return;
        }
        let provenance = provenance(entry.source, entry.illustrative);
        let command = programme::Command::DesignateTargetStations { visit_share_above, case_share_above, provenance };
        self.push(Phase::Targets, row, "target", Stream::Programme(self.programme), Command::Programme(command), None);
    }
}
