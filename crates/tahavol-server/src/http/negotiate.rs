//! What the reader wants: media type and language.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE};
use tahavol_domain::text::Lang;

/// How a GraphQL answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status says whether the request could be executed.
    Response,
    /// `application/json`: as it was before the specification; a well-formed request is answered 200.
    Json,
    /// `text/event-stream`.
    Events,
}

impl Media {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Media::Response => "application/graphql-response+json; charset=utf-8",
            Media::Json => "application/json; charset=utf-8",
            Media::Events => "text/event-stream",
        }
    }
}

/// The best of what is accepted; none when it is nothing that we write. Who says nothing gets `application/json`.
pub(super) fn media(headers: &HeaderMap) -> Option<Media> {
    let mut best: Option<(u16, Media)> = None;
    let mut any = false;
    for value in headers.get_all(ACCEPT) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let (name, quality) = weighed(range);
            any |= !name.is_empty();
            let media = match name.to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => Media::Response,
                "application/json" | "application/*" | "*/*" => Media::Json,
                "text/event-stream" => Media::Events,
                _ => continue,
            };
            if quality > 0 && best.is_none_or(|(known, _)| quality > known) {
                best = Some((quality, media));
            }
        }
    }
    if any { best.map(|(_, media)| media) } else { Some(Media::Json) }
}

/// The language that is preferred among ours.
pub(super) fn language(headers: &HeaderMap, otherwise: Lang) -> Lang {
    let mut best: Option<(u16, Lang)> = None;
    for value in headers.get_all(ACCEPT_LANGUAGE) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let (tag, quality) = weighed(range);
            if let Some(lang) = Lang::parse(tag)
                && quality > 0
                && best.is_none_or(|(known, _)| quality > known)
            {
                best = Some((quality, lang));
            }
        }
    }
    best.map_or(otherwise, |(_, lang)| lang)
}

/// Whether the body is JSON. Other character sets than UTF-8 are none.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    if !parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json")) {
        return false;
    }
    parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        !name.trim().eq_ignore_ascii_case("charset")
            || matches!(value.trim().trim_matches('"').to_ascii_lowercase().as_str(), "utf-8" | "utf8")
    })
}

/// The name of a range, and its weight in thousandths.
fn weighed(range: &str) -> (&str, u16) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")));
    (name, weight.map_or(1_000, thousandths))
}

/// `0.8` is 800; what is no weight is 0.
fn thousandths(weight: &str) -> u16 {
    let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{rest:0<3}");
    match (whole, digits.get(..3).and_then(|digits| digits.parse::<u16>().ok())) {
        ("1", Some(_)) => 1_000,
        ("0", Some(thousandths)) => thousandths,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_heaviest_media_type_that_we_write_wins() {
        let of = |accept: &str| media(&headers(ACCEPT, accept));
        assert_eq!(of("application/json;q=0.5, application/graphql-response+json"), Some(Media::Response));
        assert_eq!(of("application/graphql-response+json;q=0.5, application/json;q=0.9"), Some(Media::Json));
        assert_eq!(of("*/*"), Some(Media::Json));
        assert_eq!(of("text/event-stream"), Some(Media::Events));
        assert_eq!(of("text/html"), None);
        assert_eq!(of("application/json;q=0"), None);
        assert_eq!(media(&HeaderMap::new()), Some(Media::Json));
    }

    #[test]
    fn the_heaviest_language_that_we_speak_wins() {
        let of = |accept: &str| language(&headers(ACCEPT_LANGUAGE, accept), Lang::Fa);
        assert_eq!(of("de, en-GB;q=0.8, fa;q=0.7"), Lang::En);
        assert_eq!(of("en;q=0.1, fa-IR"), Lang::Fa);
        assert_eq!(of("de"), Lang::Fa);
    }

    #[test]
    fn only_json_in_utf_8_is_json() {
        let of = |content: &str| is_json(&headers(CONTENT_TYPE, content));
        assert!(of("application/json") && of("Application/JSON; charset=UTF-8"));
        assert!(!of("text/plain") && !of("application/json; charset=latin1") && !of("application/jsonx"));
    }
}
