//! What every page has around it: head, the bar with the person and the other language, and the place for what it is about.

use maud::{DOCTYPE, Markup, html};
use tahavol_domain::text::Lang;

use crate::asset;
use crate::words::{direction, other, tag, word};

/// What a page needs to know of its reader.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub lang: Lang,
    /// The same page in the other language.
    pub otherwise: &'a str,
    /// The programme's title, once it is founded.
    pub programme: Option<&'a str>,
    /// Who has signed in.
    pub reader: Option<Reader<'a>>,
}

/// Somebody who has signed in.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub name: &'a str,
    /// What forms show so that it is known where they come from.
    pub csrf: &'a str,
}

impl Frame<'_> {
    pub(crate) fn word(&self, key: &str) -> String {
        word(key, self.lang)
    }
}

/// A whole page of one column, which is about its reader and not about the programme.
#[must_use]
pub fn page(frame: &Frame<'_>, title: &str, content: &Markup) -> Markup {
    let main = html! { main #content { h1 { (title) } (content) } };
    document(frame, title, &html! {}, &html! { (bar(frame, &html! {})) (main) })
}

/// The document: its head, with `head` besides what all have, and the body.
pub(crate) fn document(frame: &Frame<'_>, title: &str, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(tag(frame.lang)) dir=(direction(frame.lang)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (frame.word("page-product")) }
                // Without it browsers ask for /favicon.ico, which is not there.
                link rel="icon" href="data:,";
                link rel="preload" href=(asset::font().path) as="font" type="font/woff2" crossorigin;
                link rel="stylesheet" href=(asset::style().path);
                (head)
            }
            body { a.skip href="#content" { (frame.word("page-skip")) } (body) }
        }
    }
}

/// The bar at the top: whose server it is, `more`, who has signed in, the other language.
pub(crate) fn bar(frame: &Frame<'_>, more: &Markup) -> Markup {
    let lang = other(frame.lang);
    let product = frame.word("page-product");
    html! {
        header.bar {
            a.site href="/" dir="auto" { (frame.programme.unwrap_or(&product)) }
            (more)
            nav aria-label=(frame.word("page-navigation")) {
                @if let Some(reader) = frame.reader {
                    a.reader href="/account" { bdi { (reader.name) } }
                    form method="post" action="/sign-out" {
                        input type="hidden" name="csrf" value=(reader.csrf);
                        button.plain type="submit" { (frame.word("page-sign-out")) }
                    }
                }
                a href=(frame.otherwise) hreflang=(tag(lang)) lang=(tag(lang)) dir=(direction(lang)) { (frame.word("page-other-language")) }
            }
        }
    }
}
