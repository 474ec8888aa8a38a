//! What holds for every page, whatever it is about.

use tahavol_domain::calendar::Date;
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, Person};

use crate::account::{self, Account, Done, Enrolment, Kept};
use crate::layout::{Frame, Reader};
use crate::link::{self, Link, Refused};
use crate::notice::notice;
use crate::sign_in::{self, Said, SignIn};

const HOSTILE: &str = "<script>alert(1)</script>\"' onfocus=alert(2) \u{202e}x";

fn frame(lang: Lang) -> Frame<'static> {
    Frame { lang, otherwise: "/?lang=en&x=\"><b>", programme: Some(HOSTILE), reader: Some(Reader { name: HOSTILE, csrf: HOSTILE }) }
}

fn person() -> Person {
    Person { id: ActorId(HOSTILE.to_owned()), name: HOSTILE.to_owned() }
}

/// Every page, told something hostile wherever it is told anything.
fn pages(lang: Lang) -> Vec<(&'static str, String)> {
    let (frame, person, offices) = (frame(lang), person(), [HOSTILE.to_owned()]);
    let mut pages = Vec::new();
    for trouble in [sign_in::Trouble::Wrong, sign_in::Trouble::CodeWrong, sign_in::Trouble::TooLate, sign_in::Trouble::Wait { seconds: 90 }]
    {
        for said in [None, Some(Said::SignedOut), Some(Said::PasswordSet)] {
            let (next, provider) = (Some(HOSTILE), Some("/sign-in/provider"));
            let shown = SignIn { csrf: HOSTILE, next, name: HOSTILE, trouble: Some(trouble), said, provider };
            pages.push(("sign in", sign_in::sign_in(&frame, &shown).into_string()));
        }
        pages.push(("code", sign_in::code(&frame, HOSTILE, Some(HOSTILE), Some(trouble)).into_string()));
    }
    for refused in [None, Some(Refused::Differ), Some(Refused::Password(HOSTILE.to_owned()))] {
        let shown = Link { action: HOSTILE, csrf: HOSTILE, person: &person, least: 12, trouble: refused.as_ref() };
        pages.push(("link", link::link(&frame, &shown).into_string()));
    }
    pages.push(("dead link", link::dead(&frame).into_string()));
    let since = Date::parse_iso("2019-09-22").ok();
    let troubles = [
        None,
        Some(account::Trouble::OldPassword),
        Some(account::Trouble::NewPassword(Refused::Password(HOSTILE.to_owned()))),
        Some(account::Trouble::PasswordForSecondFactor),
        Some(account::Trouble::Wait { seconds: 2 }),
    ];
    for kept in [Kept::Elsewhere, Kept::Here { second_factor: None }, Kept::Here { second_factor: since }] {
        for trouble in &troubles {
            let shown = Account {
                csrf: HOSTILE,
                person: &person,
                offices: &offices,
                kept,
                least: 12,
                second_factor_demanded: true,
                done: Some(Done::PasswordChanged),
                trouble: trouble.as_ref(),
            };
            pages.push(("account", account::account(&frame, &shown).into_string()));
        }
    }
    let shown = Enrolment { csrf: HOSTILE, secret: "ABCDEFGHIJKLMNOP", uri: "otpauth://totp/x?secret=ABCDEFGHIJKLMNOP", wrong: true };
    pages.push(("enrolment", account::enrol(&frame, &shown).into_string()));
    pages.push(("notice", notice(&frame, HOSTILE, HOSTILE, Some((HOSTILE, HOSTILE))).into_string()));
    pages
}

#[test]
fn nothing_that_a_page_is_told_becomes_markup() {
    for (name, page) in [Lang::Fa, Lang::En].into_iter().flat_map(pages) {
        assert!(!page.contains("<script") && !page.contains("<b>"), "{name}: {page}");
        // Within a value of an attribute no quotation mark of another's ends it.
        assert!(!page.contains("\"' onfocus"), "{name}: {page}");
    }
}

#[test]
fn no_page_styles_or_runs_anything_in_place() {
    for (name, page) in [Lang::Fa, Lang::En].into_iter().flat_map(pages) {
        for wrong in ["<style", " style=", "<script", " onload", " onclick", "javascript:", "http://", "https://"] {
            assert!(!page.contains(wrong), "{name} has {wrong}");
        }
    }
}

#[test]
fn every_page_says_its_language_and_direction_and_every_answer_has_a_label() {
    for (lang, opening) in [(Lang::Fa, "<html lang=\"fa\" dir=\"rtl\">"), (Lang::En, "<html lang=\"en\" dir=\"ltr\">")] {
        for (name, page) in pages(lang) {
            assert!(page.starts_with("<!DOCTYPE html>") && page.contains(opening), "{name}");
            let inputs = page.split("<input ").skip(1).filter(|input| !input.starts_with("type=\"hidden\""));
            for input in inputs {
                let tag = input.split('>').next().unwrap_or_default();
                let id = tag.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{name}: {tag}"));
                assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{name}: {id} stands once");
                assert!(page.contains(&format!("<label for=\"{id}\"")), "{name}: {id} has a label");
            }
            for described in page.split("aria-describedby=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                for id in described.split(' ') {
                    assert!(page.contains(&format!(" id=\"{id}\"")), "{name}: {id} is there");
                }
            }
        }
    }
}

#[test]
fn every_form_shows_where_it_comes_from_and_every_word_is_in_the_catalogue() {
    for (name, page) in [Lang::Fa, Lang::En].into_iter().flat_map(pages) {
        for form in page.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            assert!(form.contains("method=\"post\"") && form.contains("name=\"csrf\""), "{name}: {form}");
        }
        // A key that the catalogue does not have is its own message.
        assert!(!page.contains(">page-"), "{name}: {page}");
    }
}

#[test]
fn what_is_typed_comes_back_and_a_password_does_not() {
    let (frame, name) = (Frame { reader: None, ..frame(Lang::En) }, "member.technology");
    let shown = SignIn { csrf: "c", next: Some("/x"), name, trouble: Some(sign_in::Trouble::Wrong), said: None, provider: None };
    let page = sign_in::sign_in(&frame, &shown).into_string();
    assert!(page.contains("value=\"member.technology\"") && page.contains("aria-invalid=\"true\""));
    let password = page.split("type=\"password\"").nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default();
    assert!(!password.contains("value") && password.contains("autocomplete=\"current-password\""), "{password}");
}

#[test]
fn a_persian_page_tells_days_in_solar_hijri_and_numbers_in_persian_digits() {
    let (frame, person) = (frame(Lang::Fa), person());
    let since = Date::parse_iso("2019-09-22").ok();
    let shown = Account {
        csrf: "c",
        person: &person,
        offices: &[],
        kept: Kept::Here { second_factor: since },
        least: 12,
        second_factor_demanded: false,
        done: None,
        trouble: Some(&account::Trouble::Wait { seconds: 90 }),
    };
    let page = account::account(&frame, &shown).into_string();
    assert!(page.contains("۱۳۹۸/۰۶/۳۱") && page.contains("۹۰") && page.contains("۱۲"), "{page}");
}

/// Relative luminance and contrast as WCAG 2.2 defines them.
#[test]
fn text_and_what_is_under_it_differ_enough_in_both_colour_schemes() {
    let css = crate::asset::STYLES.concat();
    let colour = |scheme: usize, name: &str| -> f64 {
        let value = css.split(&format!("--{name}: #")).nth(scheme).unwrap_or_else(|| panic!("{name}"));
        let part = |at: usize| u8::from_str_radix(&value[at..at + 2], 16).map_or(0.0, |part| f64::from(part) / 255.0);
        let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
        0.2126 * linear(part(0)) + 0.7152 * linear(part(2)) + 0.0722 * linear(part(4))
    };
    for scheme in [1, 2] {
        for (text, ground, least) in [
            ("text", "ground", 7.0),
            ("text", "raised", 7.0),
            ("quiet", "ground", 4.5),
            ("quiet", "raised", 4.5),
            ("accent", "ground", 4.5),
            ("accent", "raised", 4.5),
            ("on-accent", "accent", 4.5),
            ("wrong", "ground", 4.5),
            ("good", "raised", 3.0),
            ("line", "ground", 3.0),
        ] {
            let (a, b) = (colour(scheme, text), colour(scheme, ground));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= least, "{text} on {ground} in scheme {scheme}: {contrast:.2}");
        }
    }
}
