//! Fixed-width decimal digits, read and written without allocating, and the trimming of what people type.

/// The number that `bytes` spells in ASCII digits; `None` on anything else. At most nine digits are ever passed.
pub(super) fn number(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    let mut value = 0;
    for byte in bytes {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u32::from(byte - b'0');
    }
    Some(value)
}

/// Fills `target` with the last decimal digits of `value`, padded with zeros.
pub(super) fn write_digits(target: &mut [u8], mut value: u32) {
    for place in target.iter_mut().rev() {
        *place = b'0' + u8::try_from(value % 10).expect("a digit is below ten");
        value /= 10;
    }
}

/// The value of a Latin, Persian or Arabic-Indic digit.
pub(super) fn digit(character: char) -> Option<u32> {
    match character {
        '0'..='9' => Some(character as u32 - '0' as u32),
        '۰'..='۹' => Some(character as u32 - '۰' as u32),
        '٠'..='٩' => Some(character as u32 - '٠' as u32),
        _ => None,
    }
}

/// Without the spaces and the invisible direction marks that copying from a right-to-left page leaves at both ends.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    })
}
