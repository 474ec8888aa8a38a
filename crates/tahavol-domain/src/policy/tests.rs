//! The whole table, command by command and office by office: what is not listed is refused.

use super::{Import, Within, permit};
use crate::aggregate::{Command, Stream};
use crate::refusal::Rule;
use crate::testing::{FixtureBasis, PROGRAMME, actor, person, province, rule, slug};
use crate::values::Office;
use crate::{commission, indicator, initiative, milestone, programme, station};

mod samples;
mod within;

use samples::{basis, of_unknown_things, sample, samples};

/// Who may, of all that are asked: `file` is an administrator who imports a file, `founding` one who imports a programme file.
/// The things that the samples are about belong to the technology commission and to IR-13.
fn expected(command: &Command) -> &'static str {
    const OWN: &str = "member:technology secretary:technology chair:technology";
    const OWN_AND_FOUNDING: &str = "member:technology secretary:technology chair:technology founding";
    match command {
        Command::Programme(command) => match command {
            programme::Command::Charter(_) => "named",
            programme::Command::AppointOfficial(_) => "council",
            programme::Command::ProposeOfficialRelease(_) => "council",
            programme::Command::ReleaseOfficial(_) => "council",
            // The sample lends an inspector's office, which the one who asks holds where it is asked as an inspector.
            programme::Command::DelegateOffice(_) => "inspector council",
            programme::Command::EndDelegation(_) => {
                "member:technology secretary:technology chair:technology member:training chair:training \
                 reporter:IR-13 reporter:IR-01 inspector administrator file council"
            }
            programme::Command::RescheduleHorizon(_) => "council",
            programme::Command::IssueDirective(_) => "council founding",
            programme::Command::ApproveDocument { .. } => "council",
            programme::Command::DesignateTargetStations { .. } => "council founding",
            programme::Command::HoldReview(_) => "council",
            programme::Command::CloseReviewAction(_) => "council",
            programme::Command::DestroyEvidence(_) => "administrator file",
        },
        Command::Commission(command) => match command {
            commission::Command::Establish(_) => "council founding",
            commission::Command::AppointMember(_) => "council",
            commission::Command::ReleaseMember(_) => "council",
            commission::Command::Rate(rating) => match rating.voice {
                commission::event::RatingVoice::Own => OWN,
                commission::event::RatingVoice::Independent => "inspector",
            },
        },
        Command::Initiative(command) => match command {
            initiative::Command::Propose(_) => OWN_AND_FOUNDING,
            initiative::Command::Revise(_) => OWN,
            initiative::Command::Submit => "chair:technology",
            initiative::Command::Approve(_) => "council founding",
            initiative::Command::Return(_) => "council",
            initiative::Command::Reject(_) => "council",
            initiative::Command::Suspend(_) => "council",
            initiative::Command::Resume(_) => "council",
            initiative::Command::Complete(_) => "council",
            initiative::Command::Cancel(_) => "council",
            initiative::Command::AllocateResources(_) => "council",
            initiative::Command::RaiseRisk(_) => OWN,
            initiative::Command::CloseRisk(_) => OWN,
        },
        Command::Milestone(command) => match command {
            milestone::Command::Plan(_) => OWN_AND_FOUNDING,
            milestone::Command::Revise(_) => OWN,
            milestone::Command::Admit(_) => "council founding",
            milestone::Command::ProposeRebaseline(_) => OWN,
            milestone::Command::ApproveRebaseline(_) => "council",
            milestone::Command::RefuseRebaseline(_) => "council",
            milestone::Command::ProposeCancellation(_) => OWN,
            milestone::Command::ApproveCancellation(_) => "council",
            milestone::Command::RefuseCancellation(_) => "council",
            milestone::Command::ReportProgress(_) => "member:technology secretary:technology chair:technology file founding",
            milestone::Command::CorrectProgress(_) => OWN,
            milestone::Command::Block => OWN,
            milestone::Command::Unblock => OWN,
            milestone::Command::ClaimCompletion(_) => OWN_AND_FOUNDING,
            milestone::Command::VerifyCompletion(_) => "inspector",
            milestone::Command::RefuseCompletion(_) => "inspector",
        },
        Command::Station(command) => match command {
            station::Command::Register(_) => "reporter:IR-13 file",
            station::Command::RecordVolume(_) => "reporter:IR-13 file",
            station::Command::RecordNetwork => "reporter:IR-13 file",
            station::Command::RecordNetworkLoss => "reporter:IR-13 file",
            station::Command::RecordDelivery(_) => "reporter:IR-13 file",
            station::Command::RevokeDelivery(_) => "reporter:IR-13",
            station::Command::Close => "reporter:IR-13",
        },
        Command::Indicator(command) => match command {
            indicator::Command::Define(_) => OWN_AND_FOUNDING,
            indicator::Command::Redefine(_) => OWN,
            indicator::Command::SetTarget(_) => "council founding",
            indicator::Command::RecordMeasurement(_) => {
                "member:technology secretary:technology chair:technology reporter:IR-13 file founding"
            }
            indicator::Command::VerifyMeasurement(_) => "inspector",
            indicator::Command::ContestMeasurement(_) => "inspector",
            // Of which province the reporter must be is decided by the indicator.
            indicator::Command::CorrectMeasurement(_) | indicator::Command::WithdrawMeasurement(_) => {
                "member:technology secretary:technology chair:technology reporter:IR-13 reporter:IR-01"
            }
        },
    }
}

/// Everybody who is asked, by the word in the table.
fn everybody() -> Vec<(&'static str, Vec<Office>, Import)> {
    let [technology, training] = ["technology", "training"].map(slug);
    let administrator = || vec![Office::Administrator];
    vec![
        ("nobody", vec![], Import::No),
        ("auditor", vec![Office::Auditor], Import::No),
        ("member:technology", vec![Office::Member(technology.clone())], Import::No),
        ("secretary:technology", vec![Office::Secretary(technology.clone())], Import::No),
        ("chair:technology", vec![Office::Chair(technology)], Import::No),
        ("member:training", vec![Office::Member(training.clone())], Import::No),
        ("chair:training", vec![Office::Chair(training)], Import::No),
        ("reporter:IR-13", vec![Office::Reporter(province("IR-13"))], Import::No),
        ("reporter:IR-01", vec![Office::Reporter(province("IR-01"))], Import::No),
        ("inspector", vec![Office::Inspector], Import::No),
        ("administrator", administrator(), Import::No),
        ("file", administrator(), Import::File),
        ("founding", administrator(), Import::Founding),
        ("council", vec![Office::Council], Import::No),
        ("council importing a programme", vec![Office::Council], Import::Founding),
        ("auditor importing a file", vec![Office::Auditor], Import::File),
    ]
}

#[test]
fn the_table_is_as_the_rules_say_for_every_command_and_every_office() {
    for (command, stream) in samples() {
        let mut expected: Vec<&str> = expected(&command).split_whitespace().filter(|who| *who != "named").collect();
        let may = |offices: &[Office], import| {
            permit(&command, &stream, &person("sara"), offices, import, &Within::default(), &basis(), None).is_ok()
        };
        let mut actual: Vec<&str> =
            everybody().into_iter().filter(|(_, offices, import)| may(offices, *import)).map(|(who, ..)| who).collect();
        expected.sort_unstable();
        actual.sort_unstable();
        assert_eq!(actual, expected, "{command:?}");
    }
}

#[test]
fn every_command_is_sampled() {
    // The matches here and in the table stop compiling when a command is added; this asks for its sample.
    assert_eq!(samples().len(), 13 + 5 + 13 + 16 + 7 + 8);
    let mut said: Vec<String> = samples().into_iter().map(|(command, _)| format!("{command:?}")).collect();
    said.sort();
    said.dedup();
    assert_eq!(said.len(), samples().len());
}

#[test]
fn the_office_that_permits_is_the_one_that_is_recorded() {
    for (command, stream) in samples() {
        for (_, offices, import) in everybody() {
            if let Ok(office) = permit(&command, &stream, &person("sara"), &offices, import, &Within::default(), &basis(), None) {
                let recorded = if import == Import::Founding { Office::Founding } else { offices[0].clone() };
                assert_eq!(office, recorded, "{command:?}");
            }
        }
    }
}

#[test]
fn an_auditor_writes_nothing_however_it_comes() {
    for (command, stream) in samples() {
        for import in [Import::No, Import::File, Import::Founding] {
            assert!(
                permit(&command, &stream, &person("sara"), &[Office::Auditor], import, &Within::default(), &basis(), None).is_err(),
                "{command:?}"
            );
        }
    }
}

#[test]
fn only_the_administrator_whom_the_configuration_names_charters() {
    let (command, stream) = sample("Charter");
    let empty = FixtureBasis { position: None, programme: None, ..FixtureBasis::default() };
    let named = actor("omid");
    let ask = |who: &str, named| permit(&command, &stream, &person(who), &[], Import::No, &Within::default(), &empty, named);
    assert_eq!(ask("omid", Some(&named)), Ok(Office::Administrator));
    assert_eq!(rule(ask("sara", Some(&named))), Rule::NotTheNamedAdministrator);
    assert_eq!(rule(ask("omid", None)), Rule::NotTheNamedAdministrator);
    let importing = permit(&command, &stream, &person("omid"), &[], Import::Founding, &Within::default(), &empty, Some(&named));
    assert_eq!(importing, Ok(Office::Administrator), "the charter is the administrator's own act, also from a file");
}

#[test]
fn before_the_charter_there_is_nothing_to_permit() {
    let empty = FixtureBasis { position: None, programme: None, ..FixtureBasis::default() };
    for (command, stream) in samples().into_iter().filter(|(command, _)| expected(command) != "named") {
        let answer = permit(&command, &stream, &person("sara"), &[Office::Council], Import::No, &Within::default(), &empty, None);
        assert_eq!(rule(answer), Rule::NotChartered, "{command:?}");
    }
}

#[test]
fn the_least_office_that_suffices_is_taken_whatever_the_order() {
    let technology = || slug("technology");
    let (propose, stream) = sample("Initiative(Propose(");
    let mut offices = vec![Office::Council, Office::Chair(technology()), Office::Member(slug("training")), Office::Member(technology())];
    for _ in 0..2 {
        let office = permit(&propose, &stream, &person("sara"), &offices, Import::No, &Within::default(), &basis(), None);
        assert_eq!(office, Ok(Office::Member(technology())));
        offices.reverse();
    }
    let (submit, stream) = sample("Initiative(Submit");
    assert_eq!(
        permit(&submit, &stream, &person("sara"), &offices, Import::No, &Within::default(), &basis(), None),
        Ok(Office::Chair(technology()))
    );
}

#[test]
fn an_importer_acts_in_the_own_office_where_it_suffices() {
    let (report, stream) = sample("ReportProgress");
    let offices = [Office::Administrator, Office::Member(slug("technology"))];
    let office = permit(&report, &stream, &person("sara"), &offices, Import::File, &Within::default(), &basis(), None);
    assert_eq!(office, Ok(Office::Member(slug("technology"))));
}

#[test]
fn a_person_of_both_voices_speaks_with_the_one_that_the_rating_names() {
    let offices = [Office::Member(slug("technology")), Office::Inspector];
    let office = |name| {
        let (command, stream) = sample(name);
        permit(&command, &stream, &person("sara"), &offices, Import::No, &Within::default(), &basis(), None)
    };
    assert_eq!(office("voice: Own"), Ok(Office::Member(slug("technology"))));
    assert_eq!(office("voice: Independent"), Ok(Office::Inspector));
}

#[test]
fn an_office_is_lent_only_by_the_one_who_holds_it() {
    let (command, stream) = sample("DelegateOffice");
    let answer = permit(&command, &stream, &person("reza"), &[Office::Inspector], Import::No, &Within::default(), &basis(), None);
    assert_eq!(rule(answer), Rule::NotPermitted);
}

#[test]
fn what_is_not_there_is_unknown_and_not_forbidden() {
    for (command, stream, unknown) in of_unknown_things() {
        for offices in [vec![], vec![Office::Council]] {
            let answer = permit(&command, &stream, &person("sara"), &offices, Import::No, &Within::default(), &basis(), None);
            assert_eq!(rule(answer), unknown, "{command:?}");
        }
    }
}

#[test]
fn a_command_of_another_stream_is_refused() {
    for (command, stream) in samples().into_iter().filter(|(command, _)| expected(command) != "named") {
        let other = match stream {
            Stream::Programme(_) => Stream::Commission(slug("technology")),
            Stream::Commission(_) | Stream::Initiative(_) | Stream::Milestone(_) | Stream::Station(_) | Stream::Indicator(_) => {
                Stream::Programme(PROGRAMME)
            }
        };
        let answer = permit(&command, &other, &person("sara"), &[Office::Council], Import::No, &Within::default(), &basis(), None);
        assert_eq!(rule(answer), Rule::CodeInvalid, "{command:?}");
    }
}

#[test]
fn a_reporter_measures_the_own_province_and_its_stations_but_not_the_country() {
    use crate::indicator::event::MeasurementScope;
    use crate::values::StationCode;
    let reporter = [Office::Reporter(province("IR-13"))];
    let ask = |scope| {
        let (command, stream) = samples::measuring(scope);
        permit(&command, &stream, &person("sara"), &reporter, Import::No, &Within::default(), &basis(), None)
    };
    assert_eq!(ask(MeasurementScope::Province(province("IR-13"))), Ok(reporter[0].clone()));
    assert_eq!(ask(MeasurementScope::Station(StationCode("00001".to_owned()))), Ok(reporter[0].clone()));
    assert_eq!(rule(ask(MeasurementScope::Province(province("IR-01")))), Rule::NotPermitted);
    assert_eq!(rule(ask(MeasurementScope::National)), Rule::NotPermitted);
    assert_eq!(rule(ask(MeasurementScope::Province(province("IR-99")))), Rule::UnknownProvince);
    assert_eq!(rule(ask(MeasurementScope::Station(StationCode("99999".to_owned())))), Rule::UnknownStation);
}
