//! A form that was sent after its session had ended: what was typed stays, and goes on once somebody has signed in again.

use maud::{Markup, html};
use tahavol_domain::Kind;

use super::KEPT;
use crate::layout::{Frame, page};
use crate::words::word;

/// What the page keeps.
pub struct Lost<'a> {
    pub kind: Kind,
    /// Where it is sent again: there it is shown with all that was typed, and nothing comes of it yet.
    pub action: &'a str,
    pub csrf: &'a str,
    pub typed: &'a [&'a (String, String)],
    /// Whether files came along, which nobody has taken.
    pub without_files: bool,
}

/// The page.
#[must_use]
pub fn lost(frame: &Frame<'_>, shown: &Lost<'_>) -> Markup {
    let say = |key: &str| word(key, frame.lang);
    let told: Vec<(String, &str)> = shown.typed.iter().filter_map(|(name, value)| told(frame, name, value)).collect();
    let content = html! {
        p.lead role="alert" { (say("page-act-signed-out-why")) }
        @if shown.without_files { p { (say("page-act-signed-out-files")) } }
        ol {
            li { a href="/sign-in" target="_blank" rel="noopener" { (say("page-act-signed-out-sign-in")) } }
            li {
                form.lost method="post" action=(shown.action) enctype="multipart/form-data" {
                    input type="hidden" name="csrf" value=(shown.csrf);
                    @for (name, value) in shown.typed { input type="hidden" name=(name) value=(value); }
                    button type="submit" { (say("page-act-signed-out-continue")) }
                }
            }
        }
        @if !told.is_empty() {
            h2 { (say("page-act-signed-out-typed")) }
            dl { @for (name, value) in &told { dt { (name) } dd dir="auto" { (value) } } }
        }
    };
    page(frame, &say(&format!("page-do-{}", shown.kind)), &content)
}

/// What somebody has typed herself, as far as it can be read: under the name of its question.
fn told<'a>(frame: &Frame<'_>, name: &str, value: &'a str) -> Option<(String, &'a str)> {
    let is_id = value.len() == 36 && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let of_the_form = matches!(name, "command" | "revision" | KEPT) || is_id;
    let key = format!("page-field-{}", name.split('.').next().unwrap_or_default());
    let question = word(&key, frame.lang);
    (!of_the_form && !value.trim().is_empty() && question != key).then_some((question, value))
}
