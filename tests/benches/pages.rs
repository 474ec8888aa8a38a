//! How long the server takes for each page over a million events, now and at random positions, beside a page that shows nothing of
//! them. Run with `cargo bench -p tahavol-tests --bench pages`.

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

mod clock;
mod sample;
#[expect(dead_code, reason = "nothing is asked as often as can be")]
mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use serde_json::json;
use tahavol_app::search::{Direction, Filter, Reach, Window};
use tahavol_app::{Clock, Tahavol};
use tahavol_domain::values::{ActorId, CommissionSlug};
use tahavol_identity::Secret;
use tahavol_projections::rows::MilestoneRow;
use tahavol_server::Opened;
use tahavol_server::config::{Settings, WireSettings};
use tahavol_server::http::{Site, Wire, router, serve};
use tahavol_server::shutdown::Closing;
use tahavol_tests::browser::{Answer, Browser};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use uuid::Uuid;

use clock::{Dice, quantile, told};

const ROUNDS: usize = 3;
/// Of each page in each round, now and in the past.
const QUESTIONS: usize = 34;
const GOAL_NOW: Duration = Duration::from_millis(200);
const GOAL_PAST: Duration = Duration::from_millis(300);
/// Asks for the leadership's page in the past at the same time, while somebody looks whether the server lives.
const CROWD: usize = 4;
/// First looks into the past after a start from a snapshot on disk.
const LOOKS: usize = 12;

const COMMISSION: &str = "technology";
const PASSWORD: &str = "correct horse battery staple";
const MATRIX: &str = "query ($at: AsOfInput) { progressMatrix(asOf: $at) {
    horizon commission planned reported verified spi svT forecastFinish slippageDays confidence } }";

/// Who reads, by the index of their browser.
#[derive(Clone, Copy)]
enum Reader {
    Council,
    Auditor,
    Member,
}

/// In the path of a page: a position that is another one in every question, and one that lies a little after it.
const SOME: &str = "SOME";
const SOON: &str = "SOON";
const A_LITTLE: u64 = 5_000;

/// What is asked again and again.
struct Page {
    name: &'static str,
    reader: Reader,
    path: String,
    /// Whether it shows the moment in its address.
    past: bool,
}

/// How long its answers took, and how large the last one was.
#[derive(Default)]
struct Took {
    now: Vec<Duration>,
    past: Vec<Duration>,
    bytes: usize,
}

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    let path = sample::million_lived(&runtime);
    // As after the first start: what a start leaves on disk is there.
    runtime.block_on(async {
        let opened = open(&path).await;
        indexed(&opened.app).await;
        opened.close().await.unwrap_or_else(|_| panic!("the data directory closes"));
    });
    let mut server = runtime.block_on(Server::start(&path));
    let mut dice = Dice(1);
    println!("pages: over a million events, one after another over one kept connection, {QUESTIONS} of each in each round");
    let began = Instant::now();
    runtime.block_on(server.app.lay_waypoints()).expect("the way back is laid");
    println!("  the way back was laid in {:.1} s", began.elapsed().as_secs_f64());
    tell_looks((0..LOOKS).map(|_| runtime.block_on(server.look(&mut dice))).collect());
    runtime.block_on(server.weigh());
    let pages = server.pages();
    let mut took: Vec<Took> = pages.iter().map(|_| Took::default()).collect();
    for round in 1..=ROUNDS {
        println!("  round {round}  load {}", support::load_average());
        for (page, took) in pages.iter().zip(&mut took) {
            runtime.block_on(server.ask_all(page, took, &mut dice));
        }
    }
    println!("\n  {:<34} {:>9} {:>9} {:>9}   {:>9} {:>9} {:>9}   {:>8}", "", "now p50", "p99", "max", "past p50", "p99", "max", "bytes");
    let missed: usize = pages.iter().zip(took).map(|(page, took)| usize::from(!tell(page.name, took))).sum();
    let verdict = if missed == 0 { "reached".to_owned() } else { format!("MISSED by {missed}") };
    println!("  goal: p99 <= {} now, <= {} in the past: {verdict}\n", told(GOAL_NOW), told(GOAL_PAST));
    runtime.block_on(server.crowded(&mut dice));
}

fn tell_looks(mut looks: Vec<Duration>) {
    looks.sort_unstable();
    let (middle, most) = (quantile(&looks, 50), looks[looks.len() - 1]);
    println!("  the leadership's first looks into the past: p50 {}  max {}", told(middle), told(most));
}

/// Whether the page reaches its goals.
fn tell(name: &str, Took { mut now, mut past, bytes }: Took) -> bool {
    now.sort_unstable();
    past.sort_unstable();
    let three = |sorted: &[Duration]| match sorted.last() {
        None => format!("{:>9} {:>9} {:>9}", "–", "–", "–"),
        Some(max) => [quantile(sorted, 50), quantile(sorted, 99), *max].map(|took| format!("{:>9}", told(took))).join(" "),
    };
    let reached = |sorted: &[Duration], goal| sorted.is_empty() || quantile(sorted, 99) <= goal;
    let both = reached(&now, GOAL_NOW) && reached(&past, GOAL_PAST);
    println!("  {name:<34} {}   {}   {bytes:>8}{}", three(&now), three(&past), if both { "" } else { "  MISSED" });
    both
}

async fn open(path: &Path) -> Opened {
    Opened::open(&settings(path)).await.unwrap_or_else(|_| panic!("the data directory opens"))
}

/// Nobody asks too often here.
fn settings(path: &Path) -> Settings {
    let wire = WireSettings { requests_per_second: 0, ..WireSettings::default() };
    Settings { data: path.to_owned(), wire, ..Settings::default() }
}

/// Waits until the index of searches has got to the end.
async fn indexed(app: &Tahavol) {
    let filter = Filter { actor: Some(ActorId("council".to_owned())), ..Filter::default() };
    let window = Window { limit: 1, ..Window::all(Direction::NewestFirst) };
    while app.search_positions(&filter, window).await.expect("it can be searched").reach != Reach::Whole {}
}

/// The server as it is, and those who read.
struct Server {
    app: Tahavol,
    address: String,
    browsers: [Browser; 3],
    milestone: Arc<MilestoneRow>,
}

impl Server {
    async fn start(path: &Path) -> Server {
        let (settings, opened) = (settings(path), open(path).await);
        let app = opened.app.clone();
        let people = ["council".to_owned(), "auditor".to_owned(), sample::member(COMMISSION).id.0];
        for actor in &people {
            admit(&opened, actor).await;
        }
        let (tell, closing) = Closing::channel();
        let site = Site::try_new(&opened, &settings, closing.clone()).unwrap_or_else(|_| panic!("the site stands"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it has an address"));
        tokio::spawn(async move {
            let wire = Wire { settings: settings.wire, tls: None, connections: 4_096 };
            serve(listener, router(site), closing, wire, Duration::from_secs(1)).await;
            drop((opened, tell));
        });
        indexed(&app).await;
        let mut browsers = [(); 3].map(|()| Browser::at(&address));
        for (browser, actor) in browsers.iter_mut().zip(&people) {
            let answer = browser.sign_in(actor, PASSWORD).await;
            assert_eq!(answer.status, 303, "{}", answer.text);
        }
        let snapshot = app.snapshot();
        let own = snapshot.milestones.values().filter(|row| row.plan.commission == CommissionSlug(COMMISSION.to_owned()));
        let milestone = Arc::clone(own.max_by_key(|row| row.reports.len()).expect("it has milestones"));
        println!("  {} is reported on {} times", milestone.plan.code, milestone.reports.len());
        Server { app, address, browsers, milestone }
    }

    fn pages(&self) -> Vec<Page> {
        use Reader::{Auditor, Council, Member};
        let page = |name, reader, path: &str, past| Page { name, reader, path: path.to_owned(), past };
        let snapshot = self.app.snapshot();
        let code = &self.milestone.plan.code;
        let initiative = snapshot.initiatives.get(&self.milestone.plan.initiative).map_or("", |row| row.proposal.code.as_str());
        let review = snapshot.reviews.keys().next().map_or_else(String::new, ToString::to_string);
        let member = sample::member(COMMISSION).id.0;
        vec![
            page("control: /account", Council, "/account", false),
            page("control: /healthz", Council, "/healthz", false),
            page("control: matrix, GraphQL", Council, "/graphql", true),
            page("/overview", Council, "/overview", true),
            page("/overview of a commission", Council, &format!("/overview?commission={COMMISSION}"), true),
            page("/commissions", Council, "/commissions", true),
            page("/commissions/technology", Member, &format!("/commissions/{COMMISSION}"), true),
            page("/initiatives", Council, "/initiatives", true),
            page("/initiatives/…", Member, &format!("/initiatives/{initiative}"), true),
            page("/milestones", Council, "/milestones", true),
            page("/milestones/… most reports", Member, &format!("/milestones/{code}"), true),
            page("/stations", Council, "/stations", true),
            page("/provinces", Council, "/provinces", true),
            page("/provinces/IR-07", Council, "/provinces/IR-07", true),
            page("/indicators", Council, "/indicators", true),
            page("/search by words", Council, "/search?q=%D8%A2%D9%85%D9%88%D8%B2%D8%B4", true),
            page("/work of a member", Member, "/work", true),
            page("/decisions", Council, "/decisions", true),
            page("/reviews", Council, "/reviews", true),
            page("/reviews/…", Council, &format!("/reviews/{review}"), false),
            page("/ledger", Auditor, "/ledger", true),
            page("/ledger, a common type", Auditor, "/ledger?type=milestone.progress_reported", true),
            page("/ledger, a rare type", Auditor, "/ledger?type=programme.review_held", true),
            page("/ledger, an aggregate", Auditor, "/ledger?type=milestone", true),
            page("/ledger, a commission", Auditor, &format!("/ledger?commission={COMMISSION}"), true),
            page("/ledger, an actor", Auditor, &format!("/ledger?actor={member}"), true),
            page("/ledger, days", Auditor, "/ledger?recorded-from=2025-06-01&recorded-to=2025-09-01", true),
            page("/ledger, effective days", Auditor, "/ledger?effective-from=2025-06-01&effective-to=2025-09-01", true),
            page("/ledger, common words", Auditor, "/ledger?text=%D9%86%D8%B5%D8%A8", true),
            page("/ledger, words never said", Auditor, "/ledger?text=xyzzy", true),
            page("/ledger, words and a commission", Auditor, &format!("/ledger?commission={COMMISSION}&text=xyzzy"), true),
            page("/ledger of a member", Member, "/ledger", true),
            page("/ledger/{position}", Auditor, &format!("/ledger/{SOME}"), false),
            page("/timeline of a milestone", Auditor, &format!("/timeline?milestone={code}"), true),
            page("/timeline of a commission", Auditor, &format!("/timeline?commission={COMMISSION}"), true),
            page("/replay", Auditor, &format!("/replay?position={SOME}"), false),
            page("/replay of an actor", Auditor, &format!("/replay?actor={member}"), true),
            page("/replay of a member", Member, "/replay", true),
            page("/diff of near moments", Auditor, &format!("/diff?from={SOME}&to={SOON}"), false),
            page("/diff until now", Auditor, &format!("/diff?from={SOME}"), false),
            page("/people", Auditor, "/people", true),
            page("/people/…", Auditor, &format!("/people/{member}"), true),
            page("/proof", Auditor, "/proof", true),
        ]
    }

    /// A position at which everything was planned.
    fn somewhere(&self, dice: &mut Dice) -> u64 {
        let first = self.milestone.plan.planned.position + 600;
        first + dice.below(sample::MILLION - first)
    }

    async fn look(&mut self, dice: &mut Dice) -> Duration {
        let path = at_moment("/overview", Some(self.somewhere(dice)));
        let browser = &mut self.browsers[Reader::Council as usize];
        let request = browser.request("GET", &path);
        timed(browser, request).await.0
    }

    async fn ask_all(&mut self, page: &Page, took: &mut Took, dice: &mut Dice) {
        let questions: Vec<(u64, u64)> = (0..QUESTIONS).map(|_| (self.somewhere(dice), self.somewhere(dice))).collect();
        let last = self.app.snapshot().position.unwrap_or(0);
        let browser = &mut self.browsers[page.reader as usize];
        let token = if page.path == "/graphql" { Some(browser.csrf().await) } else { None };
        for (at, some) in questions {
            let path = page.path.replace(SOME, &some.to_string()).replace(SOON, &(some + A_LITTLE).min(last).to_string());
            for at in [None, Some(at)].into_iter().take(1 + usize::from(page.past)) {
                let request = match &token {
                    Some(token) => matrix(browser, token, at),
                    None => browser.request("GET", &at_moment(&path, at)),
                };
                let (duration, answer) = timed(browser, request).await;
                took.bytes = answer.text.len();
                if at.is_some() { took.past.push(duration) } else { took.now.push(duration) }
            }
        }
    }

    /// What the leadership's page is made of, without its font.
    async fn weigh(&mut self) {
        let browser = &mut self.browsers[Reader::Council as usize];
        let page = browser.get("/overview").await.text;
        let mut all = page.len();
        let mut parts = format!("page {}", page.len());
        for ending in ["css", "js"] {
            let paths = page.split('"').filter(|part| part.starts_with("/assets/") && part.ends_with(ending));
            let paths: Vec<&str> = paths.collect();
            assert!(!paths.is_empty(), "the page loads {ending}");
            for path in paths {
                let bytes = browser.get(path).await.text.len();
                all += bytes;
                parts.push_str(&format!(", {ending} {bytes}"));
            }
        }
        let verdict = if all < 300_000 { "reached" } else { "MISSED" };
        println!("  the leadership's page: {parts}, together {all} bytes; goal < 300000: {verdict}");
    }

    /// Whether the server lives is answered while others ask for much.
    async fn crowded(&mut self, dice: &mut Dice) {
        let enough = Arc::new(AtomicBool::new(false));
        let mut crowd = Vec::new();
        for number in 0..CROWD {
            let (enough, address) = (Arc::clone(&enough), self.address.clone());
            let cookie = self.browsers[Reader::Council as usize].cookie("tahavol").expect("a session").to_owned();
            let positions: Vec<u64> = (0..2_000).map(|_| self.somewhere(dice)).collect();
            crowd.push(tokio::spawn(async move {
                let mut browser = Browser::at(&address);
                browser.put_cookie("tahavol", &cookie);
                let mut took = Vec::new();
                for position in positions.iter().cycle().skip(number).take_while(|_| !enough.load(Ordering::Relaxed)) {
                    let request = browser.request("GET", &at_moment("/overview", Some(*position)));
                    took.push(timed(&mut browser, request).await.0);
                }
                took
            }));
        }
        let mut browser = Browser::at(&self.address);
        let mut lives = Vec::new();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(10) {
            let request = browser.request("GET", "/healthz");
            lives.push(timed(&mut browser, request).await.0);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        enough.store(true, Ordering::Relaxed);
        let mut asked = Vec::new();
        for one in crowd {
            asked.extend(one.await.expect("somebody reads"));
        }
        for (name, mut took) in [("/healthz meanwhile", lives), ("/overview in the past", asked)] {
            took.sort_unstable();
            let max = took[took.len() - 1];
            println!(
                "  {CROWD} ask at once, {name}: p50 {}  p99 {}  max {}  of {}",
                told(quantile(&took, 50)),
                told(quantile(&took, 99)),
                told(max),
                took.len()
            );
        }
    }
}

async fn timed(browser: &mut Browser, request: RequestBuilder) -> (Duration, Answer) {
    let path = request.try_clone().and_then(|request| Some(request.build().ok()?.url().to_string())).unwrap_or_default();
    let began = Instant::now();
    let answer = browser.send(request).await;
    let took = began.elapsed();
    assert!(answer.status == 200 && !answer.text.contains("\"errors\""), "{path}: {} {}", answer.status, answer.text);
    (took, answer)
}

fn at_moment(path: &str, at: Option<u64>) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    at.map_or_else(|| path.to_owned(), |at| format!("{path}{mark}as-of={at}"))
}

/// Asked for the first time, whenever it is asked: no answer is kept for it.
fn matrix(browser: &Browser, token: &str, at: Option<u64>) -> RequestBuilder {
    let at = at.map(|position| json!({ "position": position.to_string() }));
    let body = json!({ "query": MATRIX, "variables": { "at": at }, "extensions": { "nonce": Uuid::now_v7() } });
    browser.request("POST", "/graphql").header("origin", browser.address.clone()).header("x-csrf-token", token).json(&body)
}

/// An account with a password, whatever an earlier run has left.
async fn admit(opened: &Opened, actor: &str) {
    let person = tahavol_app::demo::people().into_iter().map(|(person, _)| person).find(|person| person.id.0 == actor);
    let (person, now) = (person.expect("somebody of the demonstration"), Clock::System.now());
    drop(opened.identity.add_account(&person, now).await);
    opened.identity.set_password(&person.id, &Secret::new(PASSWORD), now).await.expect("a password");
}
