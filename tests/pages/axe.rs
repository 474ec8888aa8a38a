//! axe-core within a page: what it finds against WCAG 2.2 AA and its own good practice.

use std::fs;
use std::io::Write;
use std::sync::OnceLock;

use serde_json::{Value, json};
use tahavol_tests::binary;
use tahavol_tests::chromium::Chromium;

/// What is looked for.
pub(crate) enum Rules {
    All,
    /// What another theme can break.
    Colours,
}

/// What is wrong with the page that the browser shows; nothing, loudly, where axe-core is not installed.
pub(crate) async fn violations(browser: &Chromium, rules: Rules) -> Vec<String> {
    let Some(source) = source() else { return Vec::new() };
    let only = match rules {
        Rules::All => Value::Null,
        Rules::Colours => json!({ "type": "rule", "values": ["color-contrast", "link-in-text-block"] }),
    };
    if browser.run("return !('axe' in window)").await == true {
        browser.devtools("Runtime.evaluate", json!({ "expression": source })).await;
    }
    let script = "const only = arguments[0]; return axe.run(document, { resultTypes: ['violations'], ...(only && { runOnly: only }) })
        .then(found => found.violations.map(rule => `${rule.id}: ${rule.nodes.length} × ${rule.nodes[0].html.slice(0, 200).toWellFormed()} ${rule.nodes[0].failureSummary}`))";
    let found = browser.run_with(script, vec![only]).await;
    found.as_array().expect("a list").iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}

/// The script, as npm has installed it.
fn source() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    let read = || {
        let text = fs::read_to_string(binary::root().join("tests/axe/node_modules/axe-core/axe.min.js")).ok();
        if text.is_none() {
            // Past the capture of the tests' output.
            drop(writeln!(std::io::stdout().lock(), "SKIPPED: the checks of axe-core need `npm ci --prefix tests/axe`"));
        }
        text
    };
    SOURCE.get_or_init(read).as_deref()
}
