//! Forms keep what was typed, say what is wrong where it is wrong, and are harmless whatever is typed into them.

use tahavol_app::Can;
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::text::Lang;
use tahavol_domain::{Kind, Refusal, Rule};
use tahavol_projections::Snapshot;

use super::{
    Act, Answer, Asks, Consequence, Item, Kept, Lost, Meanwhile, Need, Part, Pile, Question, Rows, Wrong, act, field, has_form, lost,
    offered, work,
};
use crate::address::{self, Moment};
use crate::figure::{Calendar, Hand};
use crate::layout::{Frame, Reader};
use crate::sheet::{Said, Sheet};

const HOSTILE: &str = "<script>alert(1)</script>\"' onfocus=alert(2) \u{202e}x";

fn on_sheet<T>(lang: Lang, moment: Moment, then: impl FnOnce(&Sheet<'_>) -> T) -> T {
    let (zone, snapshot) = (TimeZone::tehran(), Snapshot::default());
    let reader = Some(Reader { name: "n", csrf: "token" });
    then(&Sheet {
        frame: Frame { lang, otherwise: "/", programme: None, reader },
        hand: Hand { lang, calendar: Calendar::of(lang), zone: &zone },
        moment,
        snapshot: &snapshot,
        day: Date::parse("2026-11-21").unwrap(),
        live: None,
        behind: None,
        path: "/act/milestoneReportProgress",
        query: &[],
        offices: &[],
        said: Some(Said { kind: Kind::MilestoneBlock, position: Some(12), visible: true }),
        of_now: false,
        mistyped: &[],
    })
}

fn question(name: &'static str, answer: Answer) -> Question {
    Question { name, label: HOSTILE.to_owned(), hint: Some(HOSTILE.to_owned()), need: Need::Free, only: None, answer }
}

/// Of all kinds of parts, the second just asked for.
fn rows() -> Rows {
    let options = vec![(HOSTILE.to_owned(), HOSTILE.to_owned()), ("two".to_owned(), "Two".to_owned())];
    let part = |name, asks| Part { name, label: HOSTILE.to_owned(), asks };
    let parts =
        vec![part("fa", Asks::Persian), part("en", Asks::English), part("weight", Asks::Code), part("owner", Asks::Choice(options))];
    let row = |owner: &str| vec![HOSTILE.to_owned(), HOSTILE.to_owned(), HOSTILE.to_owned(), owner.to_owned()];
    Rows { parts, rows: vec![row("two"), vec![String::new(); 4]], added: true }
}

fn questions() -> Vec<Question> {
    let options = vec![(HOSTILE.to_owned(), HOSTILE.to_owned()), ("two".to_owned(), "Two".to_owned())];
    vec![
        question("line", Answer::Line(HOSTILE.to_owned())),
        question("code", Answer::Code(HOSTILE.to_owned())),
        question("long", Answer::Long(HOSTILE.to_owned())),
        question("both", Answer::Both { fa: HOSTILE.to_owned(), en: HOSTILE.to_owned(), long: false }),
        question("choice", Answer::Choice { options: options.clone(), chosen: "two".to_owned() }),
        question("ticks", Answer::Ticks { options, ticked: vec!["two".to_owned()] }),
        question("steps", Answer::Rows(rows())),
        question("evidence", Answer::Files(vec![Kept { value: HOSTILE.to_owned(), title: HOSTILE.to_owned() }])),
        question("known", Answer::Hidden(HOSTILE.to_owned())),
    ]
}

/// A form with nothing but its questions.
fn of(questions: &[Question], renews: bool) -> Act<'_> {
    Act {
        kind: Kind::MilestoneReportProgress,
        action: "/act/milestoneReportProgress?on=x",
        csrf: "token",
        command: "11111111-1111-1111-1111-111111111111",
        revision: Some(4),
        about: (HOSTILE, "/milestones/x"),
        case: None,
        present: None,
        measured: &[],
        questions,
        wrong: &[],
        notice: None,
        meanwhile: None,
        consequence: None,
        pending: None,
        renews,
        later: "page-later-report",
    }
}

fn page(lang: Lang, wrong: &[Wrong], meanwhile: Option<&[Meanwhile]>) -> String {
    let questions = questions();
    let consequence = Consequence::default();
    let shown = Act { wrong, meanwhile, consequence: Some(&consequence), pending: Some(HOSTILE), ..of(&questions, true) };
    on_sheet(lang, Moment::default(), |sheet| act(sheet, &shown).into_string())
}

#[test]
fn a_form_is_harmless_whatever_is_typed_into_it() {
    for lang in [Lang::Fa, Lang::En] {
        let wrong = [Wrong { field: Some("line".to_owned()), text: HOSTILE.to_owned() }, Wrong { field: None, text: HOSTILE.to_owned() }];
        let meanwhile = [Meanwhile { sentence: HOSTILE.to_owned(), by: HOSTILE.to_owned(), at: Instant::from_micros(0) }];
        let page = page(lang, &wrong, Some(&meanwhile));
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(!page.contains("\"' onfocus"), "{page}");
        assert!(!page.contains("page-"), "every word is in the catalogue: {page}");
    }
}

#[test]
fn what_is_wrong_stands_at_its_question_and_in_the_summary_with_a_link() {
    let page = page(Lang::En, &[Wrong { field: Some("code".to_owned()), text: "Not so.".to_owned() }], None);
    assert!(page.contains("<a href=\"#code\">Not so.</a>"));
    assert!(page.contains("aria-describedby=\"code-hint code-error\" aria-invalid=\"true\""));
    let hidden = self::page(Lang::En, &[Wrong { field: Some("known".to_owned()), text: "Gone.".to_owned() }], None);
    assert!(!hidden.contains("#known"), "nothing leads to what nobody sees");
    assert!(hidden.contains("Gone."));
}

#[test]
fn what_is_wrong_in_a_row_stands_at_its_part_and_is_led_to() {
    let page = page(Lang::En, &[Wrong { field: Some(field("steps", 1, "weight")), text: "No number.".to_owned() }], None);
    assert!(page.contains("<a href=\"#steps-1-weight\">No number.</a>"));
    assert!(page.contains("aria-describedby=\"steps-1-weight-error\" aria-invalid=\"true\""));
    assert_eq!(page.matches("aria-invalid").count(), 1, "the other parts are as they should be");
    let elsewhere = self::page(Lang::En, &[Wrong { field: Some(field("steps", 2, "weight")), text: "No row.".to_owned() }], None);
    assert!(!elsewhere.contains("#steps-2"), "nothing leads to a row that is not there");
}

#[test]
fn rows_keep_what_was_typed_and_one_more_takes_the_place_where_one_writes() {
    for lang in [Lang::Fa, Lang::En] {
        let page = page(lang, &[], None);
        let second = page.find("name=\"steps.1.fa\"").unwrap();
        assert_eq!(page.matches("autofocus").count(), 1);
        assert!(page.find("autofocus").unwrap() > second);
        assert!(page.contains("<select id=\"steps-0-owner\" name=\"steps.0.owner\">") && page.contains("<option value=\"two\" selected>"));
        let (sends, adds) = (
            page.find("<button class=\"unseen\" type=\"submit\" name=\"key\"").unwrap(),
            page.find("name=\"add\" value=\"steps\"").unwrap(),
        );
        assert!(sends < adds, "the return key sends the form and adds no row");
    }
}

#[test]
fn what_belongs_to_one_answer_of_another_question_stands_together_and_says_so() {
    let of = |name, only| Question { only, hint: None, ..question(name, Answer::Line(String::new())) };
    let steps = Some(("measure", "STEPS"));
    let asked = [of("code", None), of("one", steps), of("two", steps), of("scope", Some(("measure", "ROLLOUT")))];
    for lang in [Lang::Fa, Lang::En] {
        let shown = on_sheet(lang, Moment::default(), |sheet| sheet.questions(&asked, &[]).into_string());
        let groups: Vec<&str> = shown.split("<fieldset class=\"only\"").collect();
        assert_eq!(groups.len(), 3, "{shown}");
        assert!(
            groups[1].starts_with(" data-only=\"measure-STEPS\"")
                && groups[1].contains("name=\"one\"")
                && groups[1].contains("name=\"two\"")
        );
        assert!(!groups[0].contains("name=\"one\"") && !shown.contains("page-"), "{shown}");
    }
}

#[test]
fn what_it_changes_comes_before_the_button_and_a_form_without_figures_loads_no_script_for_it() {
    let page = page(Lang::En, &[], None);
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(at("name=\"known\"") < at("id=\"preview\""));
    assert!(at("id=\"preview\"") < at("id=\"consequence\"") && at("id=\"consequence\"") < at("class=\"buttons\""));
    assert!(page.contains("data-renews") && page.contains(crate::asset::preview().path.as_str()));
    let plain = [question("reason", Answer::Long(String::new()))];
    let quiet = on_sheet(Lang::En, Moment::default(), |sheet| act(sheet, &of(&plain, false)).into_string());
    assert!(!quiet.contains("data-renews") && !quiet.contains(crate::asset::preview().path.as_str()));
}

#[test]
fn the_token_is_the_first_field_of_a_form_and_nothing_typed_is_lost() {
    let page = page(Lang::Fa, &[], None);
    let form = page.split("enctype=\"multipart/form-data\" data-renews>").nth(1).unwrap();
    assert!(form.starts_with("<input type=\"hidden\" name=\"csrf\" value=\"token\">"));
    for kept in
        ["<option value=\"two\" selected>", "type=\"checkbox\" value=\"two\" checked", "name=\"kept\"", "name=\"revision\" value=\"4\""]
    {
        assert!(form.contains(kept), "{kept}");
    }
}

#[test]
fn what_was_done_is_said_once_with_the_way_to_its_event() {
    let page = page(Lang::En, &[], None);
    assert!(page.contains("role=\"status\""));
    assert!(page.contains("href=\"/ledger/12\""));
}

#[test]
fn every_command_with_a_form_has_a_name_in_both_languages() {
    for lang in [Lang::Fa, Lang::En] {
        on_sheet(lang, Moment::default(), |sheet| {
            for kind in Kind::ALL.into_iter().filter(|kind| has_form(*kind)) {
                assert!(!sheet.act(kind).starts_with("page-"), "{kind}");
            }
        });
    }
}

#[test]
fn only_what_is_allowed_is_offered_and_nothing_in_the_past() {
    let all = [
        (Kind::MilestoneReportProgress, Can::Yes),
        (Kind::MilestoneBlock, Can::No(Refusal::new(Rule::NotPermitted))),
        (Kind::EvidenceDestroy, Can::Yes),
    ];
    let now = on_sheet(Lang::En, Moment::default(), |sheet| offered(sheet, &all, "A/b").into_string());
    assert_eq!(now.matches("<a ").count(), 1);
    assert!(now.contains("/act/milestoneReportProgress?on=A%2Fb"));
    let moment = Moment { as_of: Some(tahavol_app::AsOf::Position(3)), ..Moment::default() };
    assert_eq!(on_sheet(Lang::En, moment, |sheet| offered(sheet, &all, "A/b").into_string()), "");
}

#[test]
fn it_is_said_why_what_was_returned_cannot_be_submitted_yet() {
    let of = |rule| [(Kind::InitiativeRevise, Can::Yes), (Kind::InitiativeSubmit, Can::No(Refusal::new(rule)))];
    let told = |rule| on_sheet(Lang::En, Moment::default(), |sheet| offered(sheet, &of(rule), "A").into_string());
    assert!(told(Rule::WrongPhase).contains("record a revision first") && told(Rule::MilestonesMissing).contains("has a milestone"));
    assert!(!told(Rule::NotPermitted).contains("class=\"hint\""));
}

#[test]
fn a_form_whose_session_has_ended_keeps_what_was_typed_and_shows_only_that() {
    let typed = [("note.fa", HOSTILE), ("command", "11111111-1111-1111-1111-111111111111"), ("nothing.of.ours", HOSTILE)];
    let typed = typed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let typed: Vec<_> = typed.iter().collect();
    for lang in [Lang::Fa, Lang::En] {
        let frame = Frame { lang, otherwise: "/", programme: None, reader: None };
        let shown = Lost { kind: Kind::MilestoneBlock, action: "/act/milestoneBlock?on=x", csrf: "t", typed: &typed, without_files: true };
        let page = lost(&frame, &shown).into_string();
        assert!(!page.contains("<script>alert") && !page.contains("page-"), "{page}");
        assert_eq!(page.matches("<dd").count(), 1, "{page}");
        assert!(page.contains("name=\"note.fa\"") && page.contains("name=\"command\" value=\"11111111"), "{page}");
    }
}

#[test]
fn work_says_where_nothing_waits_and_leads_to_the_forms_where_something_does() {
    let item = Item {
        code: HOSTILE.to_owned(),
        title: HOSTILE.to_owned(),
        href: address::milestone("x"),
        group: Some((HOSTILE.to_owned(), address::milestone("x"))),
        note: Some(HOSTILE.to_owned()),
        day: None,
        voices: None,
        acts: vec![(Kind::MilestoneReportProgress, address::act("milestoneReportProgress", "x"))],
    };
    for lang in [Lang::Fa, Lang::En] {
        let piles = |items| {
            [
                Pile { id: "overdue", items, before: 0, more: 3, next: Some("/work?from=100".to_owned()) },
                Pile { id: "stale", items: Vec::new(), before: 0, more: 0, next: None },
            ]
        };
        let offices = [HOSTILE.to_owned()];
        let full = on_sheet(lang, Moment::default(), |sheet| work(sheet, &offices, &piles(vec![item_again(&item)])).into_string());
        assert!(full.contains("/act/milestoneReportProgress?on=x"));
        assert!(!full.contains("<script>alert") && !full.contains("page-"), "{full}");
        let empty = on_sheet(lang, Moment::default(), |sheet| work(sheet, &[], &piles(Vec::new())).into_string());
        assert!(!empty.contains("<table") && !empty.contains("page-"), "{empty}");
    }
}

fn item_again(item: &Item) -> Item {
    Item {
        code: item.code.clone(),
        title: item.title.clone(),
        href: item.href.clone(),
        group: item.group.clone(),
        note: item.note.clone(),
        day: item.day,
        voices: item.voices,
        acts: item.acts.clone(),
    }
}

#[test]
fn every_command_is_called_something_in_both_languages() {
    for lang in [Lang::Fa, Lang::En] {
        for kind in Kind::ALL {
            let called = on_sheet(lang, Moment::default(), |sheet| sheet.act(kind));
            assert!(!called.starts_with("page-"), "{kind}");
        }
    }
}
