//! Text for a terminal: wrapped to its width, in two columns, and safe for a script that runs the other way.

use console::Term;
use tahavol_domain::text::Lang;

use super::table::width;

/// Where nobody says how wide it is.
const USUAL_WIDTH: usize = 100;
const NARROWEST: usize = 40;
/// Between two columns.
const BETWEEN: &str = " │ ";

/// Columns of the terminal; the usual number where the output is none.
pub(super) fn terminal_width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let found = Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    found.or(asked).unwrap_or(USUAL_WIDTH).max(NARROWEST)
}

/// Two texts side by side within so many columns, under their headings.
///
/// In Persian every cell is isolated, and the line as a whole runs from left to right: otherwise a terminal that knows about
/// directions would move the cells of a line around, each line in its own way.
pub(super) fn side_by_side(left: (&str, &[String]), right: (&str, &[String]), columns: usize, lang: Lang) -> Vec<String> {
    let between = BETWEEN.chars().count();
    let first = columns.saturating_sub(between) / 2;
    let second = columns.saturating_sub(between + first);
    let wrapped = |lines: &[String], columns: usize| lines.iter().flat_map(|line| wrap(line, columns)).collect::<Vec<_>>();
    let (left_lines, right_lines) = (wrapped(left.1, first), wrapped(right.1, second));
    let rule = ("─".repeat(first), "─".repeat(second));
    let heads = [(left.0.to_owned(), right.0.to_owned())];
    let rows = (0..left_lines.len().max(right_lines.len())).map(|row| {
        let cell = |lines: &[String]| lines.get(row).cloned().unwrap_or_default();
        (cell(&left_lines), cell(&right_lines))
    });
    let line = |(a, b): (String, String)| {
        let pad = " ".repeat(first.saturating_sub(width(&a)));
        format!("{}{}{pad}{BETWEEN}{}", start(lang), isolated(&a, lang), isolated(&b, lang)).trim_end().to_owned()
    };
    let mut told: Vec<String> = heads.into_iter().map(line).collect();
    told.push(format!("{}─┼─{}", rule.0, rule.1));
    told.extend(rows.map(line));
    told
}

/// A text that keeps its own direction among others.
pub(super) fn isolated(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Fa if !text.is_empty() => format!("\u{2068}{text}\u{2069}"),
        Lang::Fa | Lang::En => text.to_owned(),
    }
}

/// What makes a line run from left to right whatever its first letter is.
fn start(lang: Lang) -> &'static str {
    match lang {
        Lang::Fa => "\u{200e}",
        Lang::En => "",
    }
}

/// At spaces where there are any, within a word where it is longer than a line. Further lines are indented by two more.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let first = " ".repeat(text.len() - words.len());
    let further = format!("{first}  ");
    let mut lines = Vec::new();
    let (mut line, mut empty) = (first, true);
    for word in words.split(' ') {
        let gap = usize::from(!empty);
        if width(&line) + gap + width(word) <= columns {
            line.push_str(&" ".repeat(gap));
            line.push_str(word);
        } else {
            if !empty {
                lines.push(std::mem::replace(&mut line, further.clone()));
            }
            for letter in word.chars() {
                if width(&line) + width(letter.encode_utf8(&mut [0; 4])) > columns {
                    lines.push(std::mem::replace(&mut line, further.clone()));
                }
                line.push(letter);
            }
        }
        empty = false;
    }
    lines.push(line);
    balanced(lines)
}

/// An isolate that a line's end cuts off is closed there and goes on in the next line: left open it would take in the next column.
fn balanced(lines: Vec<String>) -> Vec<String> {
    let mut open = 0_usize;
    let close = |line: String| {
        let opened = "\u{2068}".repeat(open);
        open = line.chars().fold(open, |open, letter| match letter {
            '\u{2068}' => open + 1,
            '\u{2069}' => open.saturating_sub(1),
            _ => open,
        });
        format!("{opened}{line}{}", "\u{2069}".repeat(open))
    };
    lines.into_iter().map(close).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let long = ["a".repeat(90), "one two three four five six seven eight nine ten".to_owned(), "نقطهٔ عطف می\u{200c}رود".to_owned()];
        for columns in [40, 57, 80] {
            for lang in [Lang::Fa, Lang::En] {
                let lines = side_by_side(("Left", &long), ("Right", &long), columns, lang);
                assert!(lines.iter().all(|line| width(line) <= columns), "{lines:#?}");
                let bars: Vec<usize> = lines.iter().skip(2).map(|line| width(line.split('│').next().unwrap())).collect();
                assert!(bars.windows(2).all(|pair| pair[0] == pair[1]), "{lines:#?}");
            }
        }
    }

    #[test]
    fn a_text_is_wrapped_at_spaces_and_loses_nothing() {
        assert_eq!(wrap("one two three", 7), ["one two", "  three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "  ef", "  gh", "  ij"]);
        assert_eq!(wrap("", 7), [""]);
        assert_eq!(wrap("  one two", 7), ["  one", "    two"]);
        assert_eq!(wrap("\u{2068}one two\u{2069}", 6), ["\u{2068}one\u{2069}", "\u{2068}  two\u{2069}"]);
    }

    #[test]
    fn in_persian_every_cell_keeps_its_own_direction_and_the_line_runs_from_left_to_right() {
        let lines = side_by_side(("پیش", &["وزن".to_owned()]), ("رویداد", &["x".to_owned()]), 40, Lang::Fa);
        assert!(lines[2].starts_with("\u{200e}\u{2068}وزن\u{2069}"));
        assert!(lines[2].ends_with("\u{2068}x\u{2069}"));
    }
}
