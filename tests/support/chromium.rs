//! A real browser: headless Chromium behind a chromedriver of its own, and what it tells of requests and errors.

use std::cell::Cell;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::{Locator, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary;

/// How long a condition may take to become true; machines that build at the same time are slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at.
const OFTEN: Duration = Duration::from_millis(50);
/// A picture of a longer page ends there.
const HIGHEST: u32 = 8_000;
/// Debian's names and the others'.
const BROWSERS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/// Nothing that it does by itself, no sandbox (which root has none of), and no name but this machine's address leads anywhere.
const ARGUMENTS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// A browser with a profile of its own, in which nobody has been. It has to be [left](Chromium::leave).
pub struct Chromium {
    driver: Child,
    port: u16,
    client: Client,
    /// Where the server is.
    address: String,
    /// Of what is seen.
    size: Cell<(u32, u32)>,
    /// Statuses of answers that a test provokes; a browser writes them to its console.
    provoked: Vec<u16>,
    left: bool,
    // Removed last.
    _profile: TempDir,
}

impl Chromium {
    /// Opens one for the pages of this server. None, loudly, where there is no Chromium or no chromedriver.
    ///
    /// # Panics
    /// When it is there and does not start.
    pub async fn open(address: &str) -> Option<Chromium> {
        let Some(binary) = BROWSERS.into_iter().find(|path| fs::exists(path).is_ok_and(|there| there)) else {
            skipped("Chromium (apt-get install chromium chromium-driver)");
            return None;
        };
        let started = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut driver) = started else {
            skipped("chromedriver (apt-get install chromium chromium-driver)");
            return None;
        };
        let port = port_of(&mut driver);
        let profile = tempfile::tempdir().expect("a temporary directory");
        let profile_argument = format!("--user-data-dir={}", profile.path().display());
        let arguments: Vec<&str> = ARGUMENTS.into_iter().chain([profile_argument.as_str()]).collect();
        let wanted = json!({
            "goog:chromeOptions": { "binary": binary, "args": arguments, "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false } },
            "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
            // What happens to a dialog is the test's to see.
            "unhandledPromptBehavior": "ignore",
        });
        let Value::Object(wanted) = wanted else { unreachable!("it is an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(wanted).connect(&format!("http://127.0.0.1:{port}")).await.expect("a session");
        let browser = Chromium {
            driver,
            port,
            client,
            address: address.to_owned(),
            size: Cell::default(),
            provoked: Vec::new(),
            left: false,
            _profile: profile,
        };
        browser.view(1280, 900).await;
        Some(browser)
    }

    /// A page of the server, loaded with all that it asks for.
    ///
    /// # Panics
    /// When it does not load.
    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.address)).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// The path and the query of where it is.
    pub async fn place(&self) -> String {
        let place = self.run("return location.pathname + location.search").await;
        place.as_str().expect("a text").to_owned()
    }

    /// The status with which the page was answered.
    pub async fn status(&self) -> u64 {
        self.run("return performance.getEntriesByType('navigation')[0].responseStatus").await.as_u64().expect("a status")
    }

    /// What a script within the page returns.
    ///
    /// # Panics
    /// When it fails.
    pub async fn run(&self, script: &str) -> Value {
        self.run_with(script, Vec::new()).await
    }

    /// The same with arguments.
    ///
    /// # Panics
    /// When it fails.
    pub async fn run_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script returns what is true.
    ///
    /// # Panics
    /// When it never does.
    pub async fn until(&self, script: &str) -> Value {
        let began = Instant::now();
        loop {
            // A page that is being left has nothing to run it in.
            let last = self.client.execute(script, Vec::new()).await;
            match last {
                Ok(value) if !matches!(value, Value::Null | Value::Bool(false)) => return value,
                Ok(_) | Err(_) => {}
            }
            if began.elapsed() > PATIENCE {
                let text = self.text("body").await;
                panic!("never came true at {}: {script}\nlast: {last:?}\n{text}", self.place().await);
            }
            tokio::time::sleep(OFTEN).await;
        }
    }

    /// Waits until there is an element.
    pub async fn until_there(&self, selector: &str) {
        self.until(&format!("return document.querySelector({}) !== null", json!(selector))).await;
    }

    /// Waits until the text of an element contains this.
    pub async fn until_says(&self, selector: &str, wanted: &str) {
        let script =
            format!("return [...document.querySelectorAll({})].some(e => e.innerText.includes({}))", json!(selector), json!(wanted));
        self.until(&script).await;
    }

    /// The text that is seen in the first such element; nothing where there is none.
    pub async fn text(&self, selector: &str) -> String {
        let text = self.run(&format!("return document.querySelector({})?.innerText ?? ''", json!(selector))).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// How many such elements there are.
    pub async fn count(&self, selector: &str) -> u64 {
        self.run(&format!("return document.querySelectorAll({}).length", json!(selector))).await.as_u64().unwrap_or_default()
    }

    /// Clicks the first such element, and waits for the page that this leads to.
    ///
    /// # Panics
    /// When it is not there or cannot be clicked.
    pub async fn click(&self, selector: &str) {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = match element {
            Ok(element) => element,
            Err(error) => panic!("{selector} at {}: {error}\n{}", self.place().await, self.text("body").await),
        };
        element.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types into the field of this name, in place of what was there.
    ///
    /// # Panics
    /// When there is none.
    pub async fn fill(&self, name: &str, text: &str) {
        let selector = format!("main [name=\"{name}\"]:not([type=hidden])");
        let found = self.client.find(Locator::Css(&selector)).await;
        let Ok(field) = found else { panic!("no field {name} at {}\n{}", self.place().await, self.text("body").await) };
        field.clear().await.unwrap_or_else(|error| panic!("{name}: {error}"));
        field.send_keys(text).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// What stands in the field of this name.
    pub async fn value(&self, name: &str) -> String {
        let value = self.run(&format!("return document.querySelector('main [name=\"{name}\"]:not([type=hidden])').value")).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Chooses a file for the field of this name.
    ///
    /// # Panics
    /// When there is none.
    pub async fn attach(&self, name: &str, file: &str) {
        let field = self.client.find(Locator::Css(&format!("main input[type=file][name=\"{name}\"]"))).await.expect("a field for files");
        field.send_keys(file).await.expect("a file is chosen");
    }

    /// Where it keeps what it downloads from now on.
    pub async fn download_to(&self, folder: &Path) {
        self.devtools("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder })).await;
    }

    /// Waits until a file has arrived there as a whole.
    ///
    /// # Panics
    /// When it never does.
    pub async fn until_downloaded(&self, file: &Path) {
        let began = Instant::now();
        while !file.exists() {
            assert!(began.elapsed() < PATIENCE, "{} does not arrive", file.display());
            tokio::time::sleep(OFTEN).await;
        }
    }

    /// Chooses by its value in a list of this name.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn choose(&self, name: &str, value: &str) {
        let list = self.client.find(Locator::Css(&format!("main select[name=\"{name}\"]"))).await.expect("a list");
        list.select_by_value(value).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Types into whatever has the focus; `\u{e004}` is Tab and `\u{e007}` is Enter, as WebDriver writes keys.
    ///
    /// # Panics
    /// When nothing takes it.
    pub async fn press(&self, keys: &str) {
        // Down and up, as fingers do: a field for files takes what is sent to it for a path.
        let strokes = keys.chars().fold(KeyActions::new("keyboard".to_owned()), |strokes, value| {
            strokes.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        });
        self.client.perform_actions(strokes).await.expect("keys are taken");
    }

    /// Name and password, as on paper; where that leads.
    pub async fn sign_in(&self, actor: &str, password: &str, lang: &str) -> String {
        self.go(&format!("/sign-in?lang={lang}")).await;
        self.fill("name", actor).await;
        self.fill("password", password).await;
        self.click("main button[type=submit]").await;
        self.until("return !location.pathname.startsWith('/sign-in')").await;
        self.place().await
    }

    /// The size of what is seen, in pixels.
    pub async fn view(&self, width: u32, height: u32) {
        self.size.set((width, height));
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// `light` or `dark`, as the reader has set it.
    pub async fn theme(&self, name: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": name }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// A command of the developer tools' protocol.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        let asked = Extension { path: "goog/cdp/execute", body };
        self.client.issue_cmd(asked).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// The whole page as it is seen, or the part from the top of this height, as a PNG file of the work tree.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn picture(&self, path: &str, height: Option<u32>) {
        let (width, seen) = self.size.get();
        let whole = self.run("return document.documentElement.scrollHeight").await.as_u64().expect("a height");
        let whole = u32::try_from(whole).unwrap_or(HIGHEST).min(HIGHEST);
        // The window itself grows: what lies beyond it is taken shifted where text runs from the right.
        self.view(width, height.unwrap_or(whole.max(seen))).await;
        let taken = self.devtools("Page.captureScreenshot", json!({ "format": "png" })).await;
        self.view(width, seen).await;
        let path = binary::root().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, STANDARD.decode(taken["data"].as_str().expect("a picture")).expect("Base64")).expect("a file");
    }

    /// The page as it is printed.
    ///
    /// # Panics
    /// When it cannot be.
    pub async fn print(&self) -> Vec<u8> {
        let printed = self.devtools("Page.printToPDF", json!({ "preferCSSPageSize": true, "printBackground": false })).await;
        STANDARD.decode(printed["data"].as_str().expect("a document")).expect("Base64")
    }

    /// Says that the test asks for what is answered with this status.
    pub fn provoke(&mut self, status: u16) {
        self.provoked.push(status);
    }

    /// Closes it, after looking at what it has done: no request left the machine, nothing went wrong in a page.
    ///
    /// # Panics
    /// When something did.
    pub async fn leave(mut self) {
        self.left = true;
        let mut requests = 0;
        for entry in self.log("performance").await {
            let entry: Value = serde_json::from_str(entry["message"].as_str().expect("a message")).expect("JSON");
            let told = &entry["message"];
            let asked = match told["method"].as_str().expect("a method") {
                "Network.requestWillBeSent" => &told["params"]["request"]["url"],
                "Network.webSocketCreated" => &told["params"]["url"],
                _ => continue,
            };
            requests += 1;
            let asked = asked.as_str().expect("an address");
            let url = Url::parse(asked).unwrap_or_else(|error| panic!("{asked}: {error}"));
            // A new window is a page of the browser's own, which lies within it.
            let stays = matches!(url.scheme(), "data" | "blob" | "about" | "chrome") || asked.starts_with(&format!("{}/", self.address));
            assert!(stays, "a request left the server: {asked}");
        }
        assert!(requests > 0, "the browser has told of no request at all");
        for entry in self.log("browser").await {
            let message = entry["message"].as_str().expect("a message");
            let provoked = self.provoked.iter().any(|status| message.contains(&format!("status of {status}")));
            assert!(entry["level"] != "SEVERE" || provoked, "an error in a page: {message}");
        }
    }

    /// What chromedriver has kept since it was last asked.
    async fn log(&self, kind: &str) -> Vec<Value> {
        let told = self.client.issue_cmd(Extension { path: "se/log", body: json!({ "type": kind }) }).await.expect("a log");
        told.as_array().expect("a list").clone()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It ends its browsers before it answers; what it says does not matter.
        if let Ok(mut wire) = TcpStream::connect(("127.0.0.1", self.port)) {
            let asked = format!("GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", self.port);
            let _ = wire.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = wire.write_all(asked.as_bytes()).and_then(|()| wire.read_to_end(&mut Vec::new()));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        assert!(self.left || std::thread::panicking(), "a test that does not leave its browser does not know where requests went");
    }
}

/// What chromedriver understands besides WebDriver.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// The free port that it has taken.
fn port_of(driver: &mut Child) -> u16 {
    let output = driver.stdout.take().expect("its output is piped");
    let told = BufReader::new(output).lines().map_while(Result::ok).find_map(|line| {
        let port = line.split("successfully on port ").nth(1)?;
        port.trim_end_matches('.').parse().ok()
    });
    told.expect("chromedriver tells its port")
}

fn skipped(missing: &str) {
    // Past the capture of the tests' output: whoever runs them has to see what was not run.
    drop(writeln!(std::io::stdout().lock(), "SKIPPED: pages in a real browser need {missing}"));
}
