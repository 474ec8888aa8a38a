//! What people wrote within a sentence: it keeps its own direction and cannot turn around what stands beside it.

use tahavol_domain::text::Lang;

/// Begins a run of text in the direction of its own first letter (Unicode, FIRST STRONG ISOLATE).
const BEGINS: char = '\u{2068}';

/// Ends it (POP DIRECTIONAL ISOLATE).
const ENDS: char = '\u{2069}';

/// The value as it may stand within a sentence of the language: whatever in it could turn the sentence around ends with it. A value
/// that is written as the sentence is, or that is isolated already, is left as it is.
pub(super) fn isolated(value: &str, lang: Lang) -> String {
    let balanced = balanced(value);
    if stands_apart(&balanced, lang) { format!("{BEGINS}{balanced}{ENDS}") } else { balanced }
}

/// Without what overrides or embeds directions; of the isolates those that are closed within the text.
fn balanced(text: &str) -> String {
    let mut open = Vec::new();
    let mut paired = vec![true; text.chars().count()];
    for (at, c) in text.chars().enumerate() {
        match c {
            '\u{2066}'..='\u{2068}' => open.push(at),
            ENDS => paired[at] = open.pop().is_some(),
            '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' => paired[at] = false,
            _ => {}
        }
    }
    for at in open {
        paired[at] = false;
    }
    text.chars().zip(paired).filter(|(_, paired)| *paired).map(|(c, _)| c).collect()
}

/// Whether anything outside of the isolates of the text could be read in another order beside the words of the language.
fn stands_apart(text: &str, lang: Lang) -> bool {
    let mut depth = 0_usize;
    text.chars().any(|c| {
        match c {
            '\u{2066}'..='\u{2068}' => depth += 1,
            ENDS => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c != ENDS && is_other(c, lang)
    })
}

fn is_other(c: char, lang: Lang) -> bool {
    let right_to_left = matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    match lang {
        Lang::En => right_to_left,
        // The parts of a number on either side of a sign change places among Persian words.
        Lang::Fa => !right_to_left && (c.is_alphanumeric() || matches!(c, '-' | '+' | '−')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_in_the_other_direction_is_isolated_and_the_rest_is_left_alone() {
        for (text, lang) in
            [("پروندهٔ قضایی ۲۰", Lang::Fa), ("۱۴۰۵/۰۶/۰۱", Lang::Fa), ("TEC-1.2", Lang::En), ("\u{2066}۴۱٪\u{2069}", Lang::Fa)]
        {
            assert_eq!(isolated(text, lang), text);
        }
        for (text, lang) in [("TEC-1.2", Lang::Fa), ("۲۰-۰۳-۲۰۲۶", Lang::Fa), ("12/3", Lang::Fa), ("سارا", Lang::En)] {
            assert_eq!(isolated(text, lang), format!("\u{2068}{text}\u{2069}"));
        }
    }

    #[test]
    fn no_text_reaches_beyond_its_end() {
        for lang in [Lang::Fa, Lang::En] {
            for hostile in ["\u{202e}abc", "abc\u{2066}", "\u{2069}abc", "\u{2067}abc\u{2069}\u{2069}\u{202b}", "\u{2069}\u{2068}سارا"]
            {
                let told = isolated(hostile, lang);
                let mut depth = 0_i32;
                for c in told.chars() {
                    depth += i32::from(matches!(c, '\u{2066}'..='\u{2068}')) - i32::from(c == ENDS);
                    assert!(depth >= 0 && !matches!(c, '\u{202a}'..='\u{202e}'), "{told:?}");
                }
                assert_eq!(depth, 0, "{told:?}");
            }
        }
    }
}
