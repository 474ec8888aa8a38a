//! How one knows: the signed head of the log, its witnesses, the last comparison of the picture with the ledger, and how to verify it all.

use maud::{Markup, html};
use tahavol_app::proof::{Cosigner, ProofState, WitnessReport};
use tahavol_app::{Compared, Condition, Equality, Follower, Lag, Link};
use tahavol_domain::calendar::Instant;

use crate::address;
use crate::sheet::{Section, Sheet};

/// A signed head as it is shown.
#[derive(Debug, Clone)]
pub struct Head {
    pub origin: String,
    pub size: u64,
    /// Base64, as in the checkpoint.
    pub root: String,
    pub cosigners: Vec<Cosigner>,
}

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct ProofPage<'a> {
    pub state: ProofState,
    /// In which way the log is not what was signed.
    pub unproven: Option<&'a str>,
    /// From how many events on it is signed again.
    pub signs_from: Option<u64>,
    pub signed: Option<&'a Head>,
    pub cosigned: Option<&'a Head>,
    /// The log's public keys.
    pub keys: &'a [String],
    pub witnesses: &'a [WitnessReport],
    pub equality: Option<&'a Equality>,
    pub follower: &'a Follower,
    pub condition: &'a Condition,
    pub lag: Lag,
    /// Whether the reader may take the whole ledger away, and why it could not be done just now.
    pub may_take: bool,
    pub refused: Option<&'a str>,
}

#[must_use]
pub fn page(sheet: &Sheet<'_>, shown: &ProofPage<'_>) -> Markup {
    let trail = html! { p.trail { a href=(sheet.at(address::LEDGER)) { (sheet.word("page-section-ledger")) } } };
    let content = html! {
        @if let Some(text) = shown.refused { div.summary role="alert" { p { (text) } } }
        div #proof-state data-live[!sheet.is_past()] {
            (log(sheet, shown))
            (equality(sheet, shown.equality))
            (follower(sheet, shown))
        }
        (verify(sheet, shown))
    };
    sheet.page_under(Some(Section::Ledger), &trail, &sheet.word("page-proof"), &content)
}

/// How far the log is proved, by the key of a sentence, and whether that alarms.
pub(crate) fn proof_line(state: ProofState) -> (&'static str, bool) {
    match state {
        ProofState::Unsigned => ("page-proof-unsigned", true),
        ProofState::Waiting => ("page-proof-waiting", true),
        ProofState::Unproven => ("page-proof-unproven", true),
        ProofState::Signed => ("page-proof-signed", false),
        ProofState::Cosigned => ("page-proof-cosigned", false),
    }
}

fn log(sheet: &Sheet<'_>, shown: &ProofPage<'_>) -> Markup {
    let (key, alarming) = proof_line(shown.state);
    html! {
        section aria-labelledby="log" {
            h2 #log { (sheet.word("page-proof-log")) }
            p.lead.alarm[alarming] { (sheet.word(key)) }
            @if let Some(what) = shown.unproven { p.alarm dir="auto" { (what) } }
            @if let Some(from) = shown.signs_from { p { (sheet.telling("page-proof-signs-from", sheet.hand.position(from))) } }
            @if let Some(head) = shown.signed { (self::head(sheet, "page-proof-head", head)) }
            @if let Some(head) = shown.cosigned.filter(|head| shown.signed.is_none_or(|newest| newest.size != head.size)) {
                (self::head(sheet, "page-proof-head-cosigned", head))
            }
            @if !shown.keys.is_empty() {
                h3 { (sheet.word("page-proof-keys")) }
                ul { @for key in shown.keys { li { bdi.code.long { (key) } } } }
            }
            h3 { (sheet.word("page-proof-witnesses")) }
            (sheet.witnesses(shown.witnesses))
        }
    }
}

fn head(sheet: &Sheet<'_>, title: &str, head: &Head) -> Markup {
    html! {
        h3 { (sheet.word(title)) }
        dl {
            dt { (sheet.word("page-proof-size")) } dd { (sheet.telling("page-proof-events", sheet.hand.position(head.size))) }
            dt { (sheet.word("page-proof-root")) } dd { bdi.code.long { (head.root) } }
            dt { (sheet.word("page-proof-origin")) } dd { bdi.code.long { (head.origin) } }
            @for cosigner in &head.cosigners {
                dt { (sheet.word("page-proof-cosigner")) }
                dd { bdi.code.long { (cosigner.name) } " · " (sheet.hand.moment(of_unix(cosigner.unix_seconds))) }
            }
        }
    }
}

fn equality(sheet: &Sheet<'_>, last: Option<&Equality>) -> Markup {
    let detail = |key: &str, value: Markup| html! { dt { (sheet.word(key)) } dd { (value) } };
    html! {
        section aria-labelledby="equality" {
            h2 #equality { (sheet.word("page-equality")) }
            p.hint { (sheet.word("page-equality-what")) }
            @match last {
                None => p.empty { (sheet.word("page-equality-never")) },
                Some(last) => {
                    p.lead.alarm[!last.is_equal()] {
                        @match &last.outcome {
                            Compared::Equal { .. } => (sheet.word("page-equality-equal")),
                            Compared::Different { .. } => (sheet.word("page-equality-different")),
                            Compared::Damaged { .. } => (sheet.word("page-equality-damaged")),
                        }
                    }
                    dl {
                        (detail("page-equality-at", html! { (sheet.telling("page-event-number", sheet.hand.position(last.position))) }))
                        (detail("page-equality-ran", sheet.hand.moment(last.ran_at)))
                        (detail("page-equality-took", html! { (sheet.telling("page-milliseconds", last.took.as_millis())) }))
                        (detail("page-equality-digest", html! { bdi.code.long { (last.live) } }))
                        @match &last.outcome {
                            Compared::Equal { root } => (detail("page-equality-root", html! { bdi.code.long { (root) } })),
                            Compared::Different { rebuilt, root } => {
                                (detail("page-equality-rebuilt", html! { bdi.code.long { (rebuilt) } }))
                                (detail("page-equality-root", html! { bdi.code.long { (root) } }))
                            }
                            Compared::Damaged { position, what } => {
                                @if let Some(position) = position {
                                    (detail("page-equality-damaged-at", html! { (sheet.telling("page-event-number", sheet.hand.position(*position))) }))
                                }
                                (detail("page-equality-why", html! { span dir="auto" { (what) } }))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn follower(sheet: &Sheet<'_>, shown: &ProofPage<'_>) -> Markup {
    html! {
        section aria-labelledby="follower" {
            h2 #follower { (sheet.word("page-follower")) }
            (sheet.following(shown.follower, shown.condition, shown.lag))
        }
    }
}

fn verify(sheet: &Sheet<'_>, shown: &ProofPage<'_>) -> Markup {
    html! {
        section aria-labelledby="verify" {
            h2 #verify { (sheet.word("page-verify")) }
            ol {
                li { (sheet.word("page-verify-checkpoint")) " " a href="/log/checkpoint" { bdi.code { "/log/checkpoint" } } }
                @match shown.keys {
                    [] => li { (sheet.word("page-verify-no-key")) },
                    keys => {
                        @let last = shown.signed.map_or(0, |head| head.size.saturating_sub(1));
                        @let keys = keys.iter().map(|key| format!(" --key {}", quoted(key))).collect::<String>();
                        li {
                            (sheet.word("page-verify-receipt"))
                            pre dir="ltr" tabindex="0" { "tahavol log check " (last) ".tlog-proof --line " (last) ".json" (keys) }
                        }
                        li {
                            (sheet.word("page-verify-bundle"))
                            pre dir="ltr" tabindex="0" {
                                "tar xf tahavol-bundle.tar\ntahavol verify tahavol-bundle" (keys) "\npython3 docs/verifier/verify.py tahavol-bundle" (keys)
                            }
                        }
                    }
                }
            }
            @if !shown.keys.is_empty() { p.hint { (sheet.word("page-verify-key")) } }
            @if shown.may_take {
                form method="post" action=(address::PROOF_BUNDLE) {
                    input type="hidden" name="csrf" value=(sheet.frame.reader.map(|reader| reader.csrf).unwrap_or_default());
                    p.hint { (sheet.word("page-bundle-what")) }
                    button type="submit" { (sheet.word("page-bundle-take")) }
                }
            }
        }
    }
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

impl Sheet<'_> {
    /// How each witness is.
    pub(crate) fn witnesses(&self, witnesses: &[WitnessReport]) -> Markup {
        html! {
            @if witnesses.is_empty() { p.hint { (self.word("page-witnesses-none")) } } @else {
                ul.witnesses {
                    @for witness in witnesses {
                        li {
                            bdi.code.long { (witness.name) } ": "
                            @match witness.cosigned {
                                Some((size, at)) => {
                                    (self.telling("page-witness-cosigned", self.hand.position(size))) " · " (self.hand.moment(of_unix(at)))
                                }
                                None => (self.word("page-witness-nothing")),
                            }
                            @if witness.alarm { " " strong.alarm { (self.word("page-witness-alarm")) } }
                            @if let Some(problem) = &witness.problem { " " span.quiet dir="auto" { (problem) } }
                        }
                    }
                }
            }
        }
    }

    /// What the follower does, how the engine of the ledger is, and how far the picture is behind.
    pub(crate) fn following(&self, follower: &Follower, condition: &Condition, lag: Lag) -> Markup {
        let (key, what, alarming) = match follower {
            Follower::Following => ("page-follower-following", None, false),
            Follower::Replaying => ("page-follower-replaying", None, false),
            Follower::Reconnecting { what } => ("page-follower-reconnecting", Some(what), true),
            Follower::Stopped { what, .. } => ("page-follower-stopped", Some(what), true),
            Follower::Closed => ("page-follower-closed", None, true),
        };
        let link = match &condition.link {
            Link::Sound => "page-link-sound",
            Link::CatchingUp => "page-link-catching-up",
            Link::Lost { .. } => "page-link-lost",
            Link::Stopped { .. } => "page-link-stopped",
        };
        html! {
            dl {
                dt { (self.word("page-follower-state")) }
                dd.alarm[alarming] { (self.word(key)) @if let Some(what) = what { " " span dir="auto" { (what) } } }
                @if let Follower::Stopped { position, .. } = follower {
                    dt { (self.word("page-follower-stopped-at")) } dd { (self.telling("page-event-number", self.hand.position(*position))) }
                }
                dt { (self.word("page-follower-link")) } dd { (self.word(link)) }
                dt { (self.word("page-follower-lag")) }
                dd {
                    @match lag.events {
                        Some(0) => (self.word("page-moment-live")),
                        Some(events) => (self.telling("page-moment-behind", self.hand.position(events))),
                        None => (self.word("page-moment-unknown")),
                    }
                }
                @for alarm in &condition.alarms {
                    dt { (self.word("page-follower-alarm")) } dd.alarm { bdi.code { (alarm.stream) } ": " span dir="auto" { (alarm.what) } }
                }
            }
        }
    }
}

fn of_unix(seconds: u64) -> Instant {
    Instant::from_micros(i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000))
}
