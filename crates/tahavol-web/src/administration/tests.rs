//! What holds for every page of an administrator's: it believes nothing it is told, and a secret stands only where it was just made.

use std::collections::BTreeMap;

use tahavol_app::import::RowError;
use tahavol_app::proof::ProofState;
use tahavol_app::{Condition, Follower, Lag};
use tahavol_domain::Kind;
use tahavol_domain::calendar::Instant;
use tahavol_domain::policy::Within;
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, CommissionSlug, Person, Sha256};
use tahavol_identity::journal::{Broken, Entry, Fault, Head};
use tahavol_identity::{Account, JournalHealth, NoteKind, ServiceToken};
use uuid::Uuid;

use super::{Accounts, Came, Certificate, Chain, Health, Imports, JournalPage, Once, Parts, Sent, Tokens};
use crate::audit::tests::{HOSTILE, believes_nothing, with_sheet};
use crate::table::Format;

const ALL: Parts = Parts { accounts: true, offices: true, journal: true, imports: true, health: true };
const SECRET: &str = "tahavol_a-secret";

fn at() -> Instant {
    Instant::from_micros(1_800_000_000_000_000)
}

fn person() -> Person {
    Person { id: ActorId(HOSTILE.to_owned()), name: HOSTILE.to_owned() }
}

fn account(disabled: bool) -> Account {
    Account {
        person: person(),
        created: at(),
        disabled: disabled.then(at),
        has_password: !disabled,
        second_factor: Some(at()),
        last_sign_in: None,
    }
}

fn token(revoked: bool) -> ServiceToken {
    let within = Within {
        commands: Some([Kind::MilestoneReportProgress].into_iter().collect()),
        commissions: Some([CommissionSlug(HOSTILE.to_owned())].into_iter().collect()),
    };
    ServiceToken {
        id: Uuid::nil(),
        label: HOSTILE.to_owned(),
        person: person(),
        within,
        made: at(),
        expires: Some(at()),
        last_used: None,
        revoked: revoked.then(|| (at(), ActorId(HOSTILE.to_owned()))),
        second_factor: true,
    }
}

fn pages(lang: Lang) -> Vec<(&'static str, String)> {
    let wrong = [("actor", HOSTILE.to_owned())];
    let health = JournalHealth { noted: Vec::new(), lost: 3, failures: 1, failing: true };
    let mut pages = Vec::new();
    with_sheet(lang, |sheet| {
        let mut page = |name, markup: maud::Markup| pages.push((name, markup.into_string()));
        let accounts = [account(false), account(true)];
        let once = Once { of: HOSTILE, secret: HOSTILE };
        let table = super::listed_accounts(sheet, &accounts, "somebody else");
        let shown =
            Accounts { table: &table, done: Some("page-account-was-disabled"), link: Some(once), typed: (HOSTILE, HOSTILE), wrong: &wrong };
        page("accounts", super::accounts(sheet, ALL, &shown));
        let (tokens, typed) =
            ([token(false), token(true)], [("label".to_owned(), HOSTILE.to_owned()), ("command".to_owned(), HOSTILE.to_owned())]);
        let table = super::listed_tokens(sheet, &tokens, at());
        let shown = Tokens {
            table: &table,
            all: true,
            may_all: true,
            done: None,
            made: Some(once),
            typed: &typed,
            wrong: &[("label", HOSTILE.to_owned())],
        };
        page("tokens", super::tokens(sheet, ALL, &shown));
        let entry = Entry {
            number: 7,
            at: at(),
            kind: NoteKind::SignInFailed,
            actor: Some(ActorId(HOSTILE.to_owned())),
            address: Some([192, 0, 2, 1].into()),
            details: BTreeMap::from([(HOSTILE.to_owned(), HOSTILE.to_owned())]),
            times: 5,
            previous: Sha256([0; 32]),
        };
        for fault in [Fault::Form, Fault::Number, Fault::Previous, Fault::Hash, Fault::Torn] {
            let broken = Broken { number: 3, what: fault };
            let table = super::listed_journal(sheet, std::slice::from_ref(&entry));
            let shown = JournalPage {
                table: Some(&table),
                older: Some(7),
                head: Head::EMPTY,
                health: &health,
                chain: Some(Chain::Broken(&broken)),
                wrong: &[("from", HOSTILE.to_owned()), ("kind", HOSTILE.to_owned())],
            };
            page("journal", super::journal(sheet, ALL, &shown));
        }
        let row = RowError {
            file: HOSTILE.to_owned(),
            row: Some(3),
            column: Some(HOSTILE.to_owned()),
            code: "IMPORT_VALUE".to_owned(),
            args: vec![("value", HOSTILE.to_owned())],
        };
        let (plan, sent) =
            ([(HOSTILE.to_owned(), Kind::StationRegister, 12)], [Sent { name: HOSTILE.to_owned(), content: "eA==".to_owned() }]);
        for came in [
            Came::Rehearsed { plan: &plan, events: 12, unchanged: 1 },
            Came::Imported { events: 12, unchanged: 1, position: Some(40) },
            Came::Refused(std::slice::from_ref(&row)),
            Came::Interrupted { file: HOSTILE, row: 3, why: HOSTILE },
        ] {
            let shown = Imports {
                came: Some(came),
                sent: &sent,
                resolution: HOSTILE,
                wrong: &[("file", HOSTILE.to_owned())],
                largest_bytes: 4 << 20,
            };
            page("imports", super::imports(sheet, ALL, &shown));
        }
        page("offices", super::offices(sheet, ALL, &super::listed_offices(sheet), &[Kind::OfficialAppoint]));
        for certificate in
            [Certificate::Elsewhere, Certificate::Good { expires: at() }, Certificate::Soon(HOSTILE), Certificate::Broken(HOSTILE)]
        {
            let shown = Health {
                follower: &Follower::Reconnecting { what: HOSTILE.to_owned() },
                condition: &Condition::default(),
                lag: Lag { events: Some(3), millis: Some(3), head: Some(9) },
                started_from: 9,
                proof: ProofState::Unproven,
                equality: None,
                head_copy_problem: Some(HOSTILE),
                journal: &health,
                certificate,
                engine: "SQLite",
                version: "1",
            };
            page("home", super::home(sheet, ALL, &shown));
        }
    });
    pages
}

#[test]
fn no_page_believes_what_it_is_told() {
    for (name, page) in [Lang::Fa, Lang::En].into_iter().flat_map(pages) {
        believes_nothing(name, &page);
    }
}

#[test]
fn a_secret_is_told_once_and_stands_in_no_list() {
    with_sheet(Lang::En, |sheet| {
        let tokens = [token(false)];
        let table = super::listed_tokens(sheet, &tokens, at());
        let shown = |made| Tokens { table: &table, all: false, may_all: false, done: None, made, typed: &[], wrong: &[] };
        let with = super::tokens(sheet, Parts::default(), &shown(Some(Once { of: "x", secret: SECRET }))).into_string();
        assert_eq!(with.matches(SECRET).count(), 1);
        assert!(!super::tokens(sheet, Parts::default(), &shown(None)).into_string().contains(SECRET));
    });
}

#[test]
fn nobody_is_offered_to_bar_themselves() {
    with_sheet(Lang::En, |sheet| {
        let accounts = [account(false)];
        let page = |me| {
            let table = super::listed_accounts(sheet, &accounts, me);
            super::accounts(sheet, ALL, &Accounts { table: &table, done: None, link: None, typed: ("", ""), wrong: &[] }).into_string()
        };
        let disable = "value=\"disable\"";
        assert!(page("another").contains(disable));
        assert!(!page(HOSTILE).contains(disable));
    });
}

#[test]
fn the_parts_that_are_not_the_readers_are_not_in_the_way() {
    with_sheet(Lang::En, |sheet| {
        let table = super::listed_tokens(sheet, &[], at());
        let shown = Tokens { table: &table, all: false, may_all: false, done: None, made: None, typed: &[], wrong: &[] };
        let page = super::tokens(sheet, Parts::default(), &shown).into_string();
        for path in ["/administration/accounts", "/administration/journal", "/administration/imports", "/administration/offices"] {
            assert!(!page.contains(path), "{path}");
        }
    });
}

#[test]
fn what_is_only_acted_in_is_in_no_file() {
    with_sheet(Lang::En, |sheet| {
        let tables = [super::listed_accounts(sheet, &[account(false)], "another"), super::listed_tokens(sheet, &[token(false)], at())];
        for table in tables {
            let text = String::from_utf8(sheet.file(&table, Format::Csv).unwrap().content).unwrap();
            let heading = text.lines().next().unwrap();
            assert_eq!(heading.split(',').count() + 1, table.columns.len(), "{heading}");
            assert!(!text.contains("<form") && !text.contains("csrf"), "{text}");
        }
    });
}

#[test]
fn who_makes_accounts_is_told_who_reads_the_security_journal() {
    with_sheet(Lang::En, |sheet| {
        let table = super::listed_offices(sheet);
        let page = |parts| super::offices(sheet, parts, &table, &[]).into_string();
        let why = sheet.word("page-journal-whose");
        assert!(page(Parts { journal: false, ..ALL }).contains(&why));
        assert!(!page(ALL).contains(&why) && !page(Parts::default()).contains(&why));
    });
}
