//! The acts that happen once: appointments, decisions, reviews, risks, and what goes wrong.

use tahavol_domain::commission::{self, event::MemberAppointment, event::MemberRelease, event::Rating, event::RatingVoice, event::Role};
use tahavol_domain::initiative::event::{Allocation, Decision, Proposal, Revision, Risk, RiskClosure};
use tahavol_domain::milestone::command::{BaselineChoice, PlanMilestone, ProposeRebaseline};
use tahavol_domain::milestone::event::{CancellationProposal, ProgressCorrection, ProgressReport, ProposalDecision, Resolution};
use tahavol_domain::milestone::measure::{MeasureChoice, Step};
use tahavol_domain::programme::command::HoldReview;
use tahavol_domain::programme::event::{ActionClosure, Appointment, Delegation, ReviewAction, ReviewKind};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::station::event::{DeliveryRevocation, Volume};
use tahavol_domain::text::Text;
use tahavol_domain::values::{CommissionSlug, Confidence, DirectiveCode, Horizon, Office, Person};
use tahavol_domain::{Command, Stream, initiative, milestone, programme, station};
use tahavol_projections::reports::ReportValue;

use super::DemoError;
use super::stage::{Act, Stage, text};

/// Why somebody is given an office.
const APPOINTED: &str = "حکم شورای عالی تحول";

/// What happens once, in this week after the founding.
pub(super) async fn week(stage: &mut Stage<'_>, week: i32) -> Result<(), DemoError> {
    match week {
        1 => return appoint(stage).await,
        2 => document(stage, "مصوبه ۲").await?,
        4 => begin_work(stage).await?,
        6 => propose(stage).await?,
        7 => submit(stage, "TEC-3").await?,
        8 => submit(stage, "SUP-3").await?,
        9 => decide(stage, "TEC-3", initiative::Command::Return(Decision::default()), "برآورد هزینه پیوست نشده است").await?,
        10 => decide(stage, "SUP-3", initiative::Command::Reject(Decision::default()), "در برنامه‌های جاری پیش‌بینی شده است").await?,
        11 => revise_and_resubmit(stage).await?,
        13 => {
            let decision = Decision { resolution: Some("مصوبه ۷".to_owned()) };
            decide(stage, "TEC-3", initiative::Command::Approve(decision), "").await?;
            document(stage, "مصوبه ۸").await?;
        }
        15 => plan_later(stage).await?,
        17 => admit(stage).await?,
        18 => replace_a_member(stage).await?,
        20 => propose_rebaseline(stage).await?,
        21 => correct_a_report(stage).await?,
        22 => decide_rebaseline(stage).await?,
        24 => propose_cancellation(stage).await?,
        26 => refuse_cancellation(stage).await?,
        28 => block(stage, milestone::Command::Block, "تأمین‌کننده قرارداد را امضا نکرد").await?,
        30 => lend_an_office(stage).await?,
        31 => close_a_risk(stage).await?,
        33 => block(stage, milestone::Command::Unblock, "قرارداد تازه بسته شد").await?,
        35 => decide(stage, "INT-2", initiative::Command::Suspend(Decision::default()), "تا روشن شدن منابع").await?,
        37 => revoke_a_delivery(stage).await?,
        38 => lose_a_network(stage).await?,
        40 => decide(stage, "INT-2", initiative::Command::Resume(Decision { resolution: Some("مصوبه ۱۵".to_owned()) }), "").await?,
        52 => new_volumes(stage).await?,
        _ => {}
    }
    if week % 13 == 0 {
        rate(stage).await?;
        review(stage, week).await?;
    }
    if week > 13 && week % 13 == 5 {
        close_an_action(stage, week - 5).await?;
    }
    Ok(())
}

async fn appoint(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let council = stage.cast.council.clone();
    let mut acts = Vec::new();
    // The charter appointed these two itself.
    let founders = [stage.cast.council.id.clone(), stage.cast.administrator.id.clone()];
    for (person, office) in stage.cast.people() {
        if office.commission().is_none() && !founders.contains(&person.id) {
            let command = programme::Command::AppointOfficial(Appointment { person, office });
            acts.push(Act::new(&council, stage.programme_stream(), Command::Programme(command)).because(APPOINTED));
        }
    }
    for commission in &stage.cast.commissions {
        for (role, person) in commission.roles() {
            acts.push(appointment(&council, &commission.slug, person, role));
        }
    }
    stage.play(acts).await
}

fn appointment(council: &Person, slug: &CommissionSlug, person: &Person, role: Role) -> Act {
    let command = commission::Command::AppointMember(MemberAppointment { person: person.clone(), role });
    Act::new(council, Stream::Commission(slug.clone()), Command::Commission(command)).because(APPOINTED)
}

async fn document(stage: &mut Stage<'_>, resolution: &str) -> Result<(), DemoError> {
    let command = programme::Command::ApproveDocument { resolution: resolution.to_owned() };
    let act = Act::new(&stage.cast.council.clone(), stage.programme_stream(), Command::Programme(command));
    stage.play(vec![act]).await
}

/// Resources are granted, and the first risks are seen.
async fn begin_work(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let council = stage.cast.council.clone();
    let allocate = |stage: &Stage<'_>, code: &str, fa: &str, en: &str, amount: i64, unit: &str| {
        let allocation = Allocation {
            allocation: stage.id(&format!("allocation/{code}")),
            resource: text(fa, en),
            amount: Quantity::from_int(amount),
            unit: unit.to_owned(),
            resolution: "مصوبه ۳".to_owned(),
        };
        let command = Command::Initiative(initiative::Command::AllocateResources(allocation));
        Act::new(&council, Stream::Initiative(stage.initiative(code)), command)
    };
    let raise = |stage: &Stage<'_>, slug: &str, code: &str, fa: &str, en: &str, likelihood, impact| {
        let risk = Risk { risk: stage.id(&format!("risk/{code}")), title: text(fa, en), likelihood, impact, mitigation: None };
        let command = Command::Initiative(initiative::Command::RaiseRisk(risk));
        Act::new(&stage.member(slug), Stream::Initiative(stage.initiative(code)), command)
    };
    let acts = vec![
        allocate(stage, "TEC-1", "اعتبار شبکه", "Funds for the network", 480_000, "million rial"),
        allocate(stage, "EQP-1", "اعتبار تجهیز", "Funds for equipment", 215_000, "million rial"),
        allocate(stage, "HRM-2", "مجوز استخدام", "Posts", 1_250, "posts"),
        raise(stage, "technology", "TEC-1", "دیرکرد در تأمین تجهیزات شبکه", "Late delivery of network equipment", 4, 4),
        raise(stage, "equipment", "EQP-1", "افزایش بهای دوربین", "Rising price of cameras", 3, 3),
        raise(stage, "training", "TRN-1", "کمبود استاد در استان‌ها", "Too few teachers in the provinces", 3, 4),
    ];
    stage.play(acts).await
}

async fn close_a_risk(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let closure = RiskClosure { risk: stage.id("risk/EQP-1") };
    let command = Command::Initiative(initiative::Command::CloseRisk(closure));
    let act = Act::new(&stage.member("equipment"), Stream::Initiative(stage.initiative("EQP-1")), command);
    stage.play(vec![act.because("قرارداد با بهای ثابت بسته شد")]).await
}

/// Two commissions propose something new: one will be returned and then approved, the other rejected.
async fn propose(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let proposal = |code: &str, slug: &str, title: Text| Proposal {
        code: code.to_owned(),
        commission: CommissionSlug(slug.to_owned()),
        horizon: Horizon::Medium,
        title,
        directives: vec![DirectiveCode("D-1".to_owned())],
        note: None,
        provenance: None,
    };
    let mut acts = Vec::new();
    for (code, slug, title) in [
        ("TEC-3", "technology", text("سامانه یکپارچه کلانتری", "One system for every station")),
        ("SUP-3", "support", text("نوسازی خودروهای پشتیبانی", "New support vehicles")),
    ] {
        let command = Command::Initiative(initiative::Command::Propose(proposal(code, slug, title)));
        acts.push(Act::new(&stage.member(slug), Stream::Initiative(stage.initiative(code)), command));
    }
    stage.play(acts).await?;
    let steps = vec![
        Step { title: text("نیازسنجی", "Needs"), weight: 1 },
        Step { title: text("پیاده‌سازی", "Build"), weight: 3 },
        Step { title: text("آموزش کاربران", "User training"), weight: 1 },
    ];
    let acts = vec![
        plan(
            stage,
            "technology",
            "TEC-3",
            "TEC-3.1",
            text("استقرار در استان‌های پیشگام", "Live in the first provinces"),
            20,
            MeasureChoice::Steps(steps),
        ),
        plan(stage, "support", "SUP-3", "SUP-3.1", text("خرید خودرو", "Vehicles bought"), 10, MeasureChoice::Binary),
    ];
    stage.play(acts).await
}

/// A milestone of the medium horizon, from next month for a year.
fn plan(stage: &Stage<'_>, slug: &str, initiative: &str, code: &str, title: Text, weight: u32, measure: MeasureChoice) -> Act {
    let starts = stage.today.shift_persian_months(1).first_of_persian_month();
    let due = starts.shift_persian_months(12).last_of_persian_month();
    let plan = PlanMilestone {
        initiative: stage.initiative(initiative),
        code: code.to_owned(),
        title,
        baseline: BaselineChoice { weight, starts, due, horizon: None, measure },
        provenance: None,
    };
    let command = Command::Milestone(milestone::Command::Plan(Box::new(plan)));
    Act::new(&stage.member(slug), Stream::Milestone(stage.milestone(code)), command)
}

async fn submit(stage: &mut Stage<'_>, code: &str) -> Result<(), DemoError> {
    let slug = if code.starts_with("TEC") { "technology" } else { "support" };
    let command = Command::Initiative(initiative::Command::Submit);
    let act = Act::new(&stage.chair(slug), Stream::Initiative(stage.initiative(code)), command);
    stage.play(vec![act]).await
}

async fn decide(stage: &mut Stage<'_>, code: &str, command: initiative::Command, reason: &str) -> Result<(), DemoError> {
    let act = Act::new(&stage.cast.council.clone(), Stream::Initiative(stage.initiative(code)), Command::Initiative(command));
    let act = if reason.is_empty() { act } else { act.because(reason) };
    stage.play(vec![act]).await
}

async fn revise_and_resubmit(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let revision = Revision {
        horizon: Horizon::Medium,
        title: text("سامانه یکپارچه کلانتری", "One system for every station"),
        directives: vec![DirectiveCode("D-1".to_owned())],
        note: Some(text("برآورد هزینه پیوست شد.", "The estimate of costs is attached.")),
    };
    let command = Command::Initiative(initiative::Command::Revise(revision));
    let act = Act::new(&stage.member("technology"), Stream::Initiative(stage.initiative("TEC-3")), command);
    stage.play(vec![act]).await?;
    submit(stage, "TEC-3").await
}

/// A milestone planned after its initiative was approved: it counts from its admission.
async fn plan_later(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let title = text("پرداخت برخط", "Online payment");
    let act = plan(stage, "technology", "TEC-2", "TEC-2.3", title, 10, MeasureChoice::Reported);
    stage.play(vec![act]).await
}

async fn admit(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let command = milestone::Command::Admit(Resolution { resolution: Some("مصوبه ۹".to_owned()) });
    let act = Act::new(&stage.cast.council.clone(), Stream::Milestone(stage.milestone("TEC-2.3")), Command::Milestone(command));
    stage.play(vec![act]).await
}

async fn replace_a_member(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let slug = CommissionSlug("training".to_owned());
    let council = stage.cast.council.clone();
    let leaving = stage.cast.commission(&slug).secretary.id.clone();
    let command = commission::Command::ReleaseMember(MemberRelease { actor: leaving, role: Role::Secretary });
    let release = Act::new(&council, Stream::Commission(slug.clone()), Command::Commission(command)).because("انتقال به استان");
    let successor = stage.cast.successor.clone();
    stage.play(vec![release, appointment(&council, &slug, &successor, Role::Secretary)]).await
}

/// The syllabus will be late: the commission asks for five more months and a later horizon.
async fn propose_rebaseline(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let id = stage.milestone("TRN-2.2");
    let Some(row) = stage.snapshot().milestones.get(&id).cloned() else { return Ok(()) };
    let current = &row.plan.current;
    let baseline = BaselineChoice {
        weight: current.weight,
        starts: current.starts,
        due: current.due.shift_persian_months(5),
        horizon: Some(Horizon::Medium),
        measure: MeasureChoice::Reported,
    };
    let command = milestone::Command::ProposeRebaseline(Box::new(ProposeRebaseline { proposal: stage.id("rebaseline/TRN-2.2"), baseline }));
    let act = Act::new(&stage.member("training"), Stream::Milestone(id), Command::Milestone(command));
    stage.play(vec![act.because("قرارداد با دانشگاه دیرتر بسته شد")]).await
}

async fn decide_rebaseline(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let decision = ProposalDecision { proposal: stage.id("rebaseline/TRN-2.2"), resolution: Some("مصوبه ۱۱".to_owned()) };
    let command = Command::Milestone(milestone::Command::ApproveRebaseline(decision));
    let act = Act::new(&stage.cast.council.clone(), Stream::Milestone(stage.milestone("TRN-2.2")), command);
    stage.play(vec![act]).await
}

async fn propose_cancellation(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let proposal = CancellationProposal { proposal: stage.id("cancellation/HRM-1.2") };
    let command = Command::Milestone(milestone::Command::ProposeCancellation(proposal));
    let act = Act::new(&stage.member("human-resources"), Stream::Milestone(stage.milestone("HRM-1.2")), command);
    stage.play(vec![act.because("با نظام پیشنهادهای سراسری هم‌پوشانی دارد")]).await
}

async fn refuse_cancellation(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let decision = ProposalDecision { proposal: stage.id("cancellation/HRM-1.2"), resolution: None };
    let command = Command::Milestone(milestone::Command::RefuseCancellation(decision));
    let act = Act::new(&stage.cast.council.clone(), Stream::Milestone(stage.milestone("HRM-1.2")), command);
    stage.play(vec![act.because("تعهد افق کوتاه‌مدت است و باید انجام شود")]).await
}

/// The newest report that carries a percentage turns out to have been too high.
async fn correct_a_report(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let snapshot = stage.snapshot();
    let rows = ["SUP-1.1", "INT-1.2", "HRM-1.2", "TRN-2.2"].map(|code| snapshot.milestones.get(&stage.milestone(code)));
    let told = rows.into_iter().flatten().filter(|row| row.life.phase == milestone::Phase::Planned).find_map(|row| {
        let report = row.reports.iter().last()?;
        let ReportValue::Progress(points) = report.value else { return None };
        Some((row.plan.id, row.plan.commission.clone(), report.event, report.effective_on, points))
    });
    let Some((id, commission, event, day, points)) = told else { return Ok(()) };
    let report = ProgressReport { progress: Some(points - points / 10), evidence: stage.minutes(), ..ProgressReport::default() };
    let command = Command::Milestone(milestone::Command::CorrectProgress(ProgressCorrection { corrects: event, report }));
    let act = Act::new(&stage.member(&commission.0), Stream::Milestone(id), command);
    stage.play(vec![act.on(day).because("دو استان دوباره شمرده شده بودند")]).await
}

async fn block(stage: &mut Stage<'_>, command: milestone::Command, reason: &str) -> Result<(), DemoError> {
    let act = Act::new(&stage.member("equipment"), Stream::Milestone(stage.milestone("EQP-1.1")), Command::Milestone(command));
    stage.play(vec![act.because(reason)]).await
}

/// The chair of the technology commission is away for four weeks.
async fn lend_an_office(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let slug = CommissionSlug("technology".to_owned());
    let chair = stage.chair("technology");
    let delegation = Delegation {
        delegation: stage.id("delegation/technology"),
        from: chair.id.clone(),
        to: stage.cast.commission(&slug).secretary.clone(),
        office: Office::Chair(slug),
        starts: stage.today,
        ends: stage.today.plus_days(28),
    };
    let command = Command::Programme(programme::Command::DelegateOffice(delegation));
    let act = Act::new(&chair, stage.programme_stream(), command);
    stage.play(vec![act.because("مأموریت")]).await
}

async fn revoke_a_delivery(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let snapshot = stage.snapshot();
    let Some(row) = snapshot.milestones.get(&stage.milestone("SUP-1.2")) else { return Ok(()) };
    let Some((number, delivery)) = row.deliveries.iter().next() else { return Ok(()) };
    let Some(code) = snapshot.station_numbers.get(*number as usize) else { return Ok(()) };
    let Some(station) = snapshot.stations.get(code) else { return Ok(()) };
    let reporter = stage.cast.reporter(&station.province).clone();
    let revocation = DeliveryRevocation { milestone: row.plan.id, delivery: delivery.event };
    let command = Command::Station(station::Command::RevokeDelivery(revocation));
    let act = Act::new(&reporter, Stream::Station(code.clone()), command).because("صندلی‌ها به کلانتری دیگری رفته است");
    stage.play(vec![act]).await
}

async fn lose_a_network(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let snapshot = stage.snapshot();
    let Some(station) = snapshot.stations.values().find(|station| station.networked) else { return Ok(()) };
    let reporter = stage.cast.reporter(&station.province).clone();
    let command = Command::Station(station::Command::RecordNetworkLoss);
    let act = Act::new(&reporter, Stream::Station(station.code.clone()), command).on(stage.today).because("سیل");
    stage.play(vec![act]).await
}

/// The year's counts of some stations differ from the ones they were registered with.
async fn new_volumes(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let snapshot = stage.snapshot();
    let acts = snapshot.stations.values().step_by(60).map(|station| {
        let volume = Volume {
            annual_visits: station.volume.annual_visits + station.volume.annual_visits / 20,
            annual_cases: station.volume.annual_cases + station.volume.annual_cases / 25,
        };
        let reporter = stage.cast.reporter(&station.province);
        Act::new(reporter, Stream::Station(station.code.clone()), Command::Station(station::Command::RecordVolume(volume)))
    });
    let acts = acts.collect();
    stage.play(acts).await
}

/// Every commission says how sure it is, and an inspector says so of some.
async fn rate(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    const COLOURS: [Confidence; 4] = [Confidence::Green, Confidence::AmberGreen, Confidence::Amber, Confidence::AmberRed];
    let mut acts = Vec::new();
    for commission in stage.cast.commissions.clone() {
        for horizon in [Horizon::Short, Horizon::Medium] {
            let confidence = COLOURS[stage.dice.below(3) as usize];
            let rating =
                |voice, confidence| Command::Commission(commission::Command::Rate(Rating { horizon, voice, confidence, note: None }));
            let stream = Stream::Commission(commission.slug.clone());
            acts.push(Act::new(&commission.chair, stream.clone(), rating(RatingVoice::Own, confidence)).on(stage.today));
            if stage.dice.one_in(2) {
                let confidence = COLOURS[1 + stage.dice.below(3) as usize];
                acts.push(Act::new(&stage.cast.inspectors[0], stream, rating(RatingVoice::Independent, confidence)).on(stage.today));
            }
        }
    }
    stage.play(acts).await
}

async fn review(stage: &mut Stage<'_>, week: i32) -> Result<(), DemoError> {
    let (kind, title) = if week % 52 == 0 {
        (ReviewKind::Conference, text("همایش سالانه رؤسای کلانتری و پاسگاه", "Annual conference of stations and outposts"))
    } else {
        (ReviewKind::StockTake, text("نشست ارزیابی دوره‌ای", "Periodic stock-take"))
    };
    let review = HoldReview {
        review: stage.id(&format!("review/{week}")),
        kind,
        title,
        position: None,
        strengths: vec![text("همراهی استان‌ها در گزارش‌دهی", "Provinces report willingly")],
        weaknesses: vec![text("دیرکرد گزارش کلانتری‌های فاقد شبکه", "Stations without a network report late")],
        commendations: vec![text("کارکنان استان همدان", "The staff of Hamadan province")],
        actions: vec![ReviewAction {
            action: stage.id(&format!("review/{week}/action")),
            title: text("رسیدگی به دیرکرد تجهیز", "Look into late equipment"),
            owner: stage.chair("equipment").id,
            due: stage.today.plus_days(45),
        }],
    };
    let command = Command::Programme(programme::Command::HoldReview(review));
    let act = Act::new(&stage.cast.council.clone(), stage.programme_stream(), command).on(stage.today);
    stage.play(vec![act]).await
}

async fn close_an_action(stage: &mut Stage<'_>, held: i32) -> Result<(), DemoError> {
    let closure = ActionClosure {
        review: stage.id(&format!("review/{held}")),
        action: stage.id(&format!("review/{held}/action")),
        outcome: text("برنامه جبرانی ابلاغ شد", "A catch-up plan was issued"),
        evidence: stage.minutes(),
    };
    if closure.evidence.is_empty() {
        return Ok(());
    }
    let command = Command::Programme(programme::Command::CloseReviewAction(closure));
    let act = Act::new(&stage.cast.deputy.clone(), stage.programme_stream(), command);
    stage.play(vec![act]).await
}
