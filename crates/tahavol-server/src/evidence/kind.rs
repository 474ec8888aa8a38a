//! What a file is, by its content, read once from its beginning to its end.

/// A type of file that is taken as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Png,
    Jpeg,
    Gif,
    Webp,
    Docx,
    Xlsx,
    Pptx,
    Odt,
    Ods,
    Odp,
    /// UTF-8 without control characters; what is meant by it, text or a table, only the sender knows.
    Text,
    Csv,
}

/// Every kind with its media type.
const MEDIA_TYPES: [(Kind, &str); 13] = [
    (Kind::Pdf, "application/pdf"),
    (Kind::Png, "image/png"),
    (Kind::Jpeg, "image/jpeg"),
    (Kind::Gif, "image/gif"),
    (Kind::Webp, "image/webp"),
    (Kind::Docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (Kind::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (Kind::Pptx, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (Kind::Odt, "application/vnd.oasis.opendocument.text"),
    (Kind::Ods, "application/vnd.oasis.opendocument.spreadsheet"),
    (Kind::Odp, "application/vnd.oasis.opendocument.presentation"),
    (Kind::Text, "text/plain"),
    (Kind::Csv, "text/csv"),
];

impl Kind {
    #[must_use]
    pub fn media_type(self) -> &'static str {
        MEDIA_TYPES.iter().find(|(kind, _)| *kind == self).map_or("application/octet-stream", |(_, name)| name)
    }

    /// How the name of such a file ends.
    #[must_use]
    pub fn ending(media_type: &str) -> Option<&'static str> {
        let (kind, _) = MEDIA_TYPES.iter().find(|(_, known)| *known == media_type)?;
        Some(match kind {
            Kind::Pdf => "pdf",
            Kind::Png => "png",
            Kind::Jpeg => "jpg",
            Kind::Gif => "gif",
            Kind::Webp => "webp",
            Kind::Docx => "docx",
            Kind::Xlsx => "xlsx",
            Kind::Pptx => "pptx",
            Kind::Odt => "odt",
            Kind::Ods => "ods",
            Kind::Odp => "odp",
            Kind::Text => "txt",
            Kind::Csv => "csv",
        })
    }

    /// Whether a sender may call it so. Parameters such as the character set say nothing here.
    #[must_use]
    pub fn declared_as(self, declared: &str) -> Option<Kind> {
        let name = declared.split(';').next().unwrap_or_default().trim();
        if name.is_empty() || name.eq_ignore_ascii_case("application/octet-stream") {
            return Some(self);
        }
        let (declared, _) = MEDIA_TYPES.iter().find(|(_, known)| name.eq_ignore_ascii_case(known))?;
        match (self, *declared) {
            (Kind::Text, Kind::Csv) => Some(Kind::Csv),
            (found, declared) => (found == declared).then_some(found),
        }
    }
}

/// Enough of the beginning to know every signature, and an OpenDocument's type.
const HEAD: usize = 512;
/// Enough of the end for the table of contents of an office file.
const TAIL: usize = 128 << 10;

/// How a text begins that a browser or a viewer would take for a page or a drawing, with its media type.
const MARKUP: [(&[u8], &str); 5] = [
    (b"<!doctype", "text/html"),
    (b"<html", "text/html"),
    (b"<script", "text/html"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "application/xml"),
];
/// The longest of them.
const OPENING: usize = 9;
/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Looks at a file as it passes.
#[derive(Debug, Default)]
pub struct Sniffer {
    head: Vec<u8>,
    /// The first bytes behind white space and byte-order marks, however much of these there is.
    opening: Vec<u8>,
    tail: Vec<u8>,
    not_text: bool,
    /// The beginning of a character whose end is in the next piece.
    partial: Vec<u8>,
}

impl Sniffer {
    pub fn see(&mut self, bytes: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        let superfluous = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..superfluous);
        let room = OPENING - self.opening.len();
        let nothing_yet = self.opening.is_empty();
        let blank = |byte: &u8| byte.is_ascii_whitespace() || BYTE_ORDER_MARK.contains(byte);
        self.opening.extend(bytes.iter().skip_while(|byte| nothing_yet && blank(byte)).take(room));
        if !self.not_text {
            self.not_text = !self.reads(bytes);
        }
    }

    /// The media type of a text that is no plain one: it would be run or drawn by whoever opens it.
    #[must_use]
    pub fn markup(&self) -> Option<&'static str> {
        let opening = self.opening.to_ascii_lowercase();
        MARKUP.iter().find(|(tag, _)| opening.starts_with(tag)).map(|(_, media_type)| *media_type)
    }

    /// What the whole file is; none where it is nothing that is taken.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        let head = self.head.as_slice();
        if head.starts_with(b"%PDF-") {
            Some(Kind::Pdf)
        } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Kind::Png)
        } else if head.starts_with(b"\xff\xd8\xff") {
            Some(Kind::Jpeg)
        } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
            Some(Kind::Gif)
        } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
            Some(Kind::Webp)
        } else if head.starts_with(b"PK\x03\x04") {
            self.office()
        } else if !self.not_text && self.partial.is_empty() && !head.is_empty() {
            Some(Kind::Text)
        } else {
            None
        }
    }

    /// OpenDocument says its type at the beginning; Office Open XML only by the names of its parts, at the end.
    fn office(&self) -> Option<Kind> {
        for (kind, name) in [Kind::Odt, Kind::Ods, Kind::Odp].map(|kind| (kind, kind.media_type())) {
            if self.head.get(30..38) == Some(b"mimetype") && self.head[38..].starts_with(name.as_bytes()) {
                return Some(kind);
            }
        }
        let names = names_of_parts(&self.tail);
        if !names.contains(&b"[Content_Types].xml".as_slice()) {
            return None;
        }
        // A document with macros is a program.
        if names.iter().any(|name| name.ends_with(b"vbaProject.bin")) {
            return None;
        }
        let parts: [(Kind, &[u8]); 3] = [(Kind::Docx, b"word/"), (Kind::Xlsx, b"xl/"), (Kind::Pptx, b"ppt/")];
        parts.into_iter().find(|(_, folder)| names.iter().any(|name| name.starts_with(folder))).map(|(kind, _)| kind)
    }

    fn reads(&mut self, bytes: &[u8]) -> bool {
        let joined;
        let bytes = if self.partial.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.partial).as_slice(), bytes].concat();
            joined.as_slice()
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                let (whole, rest) = bytes.split_at(error.valid_up_to());
                self.partial = rest.to_vec();
                std::str::from_utf8(whole).unwrap_or_default()
            }
            Err(_) => return false,
        };
        text.chars().all(|letter| !letter.is_control() || matches!(letter, '\t' | '\n' | '\r' | '\u{c}'))
    }
}

/// The names in a ZIP file's table of contents, as far as it lies in these last bytes.
fn names_of_parts(tail: &[u8]) -> Vec<&[u8]> {
    const ENTRY: &[u8] = b"PK\x01\x02";
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(found) = tail[at..].windows(ENTRY.len()).position(|window| window == ENTRY) {
        let entry = &tail[at + found..];
        let length = entry.get(28..30).map_or(0, |length| usize::from(u16::from_le_bytes([length[0], length[1]])));
        names.extend(entry.get(46..46 + length));
        at += found + ENTRY.len();
    }
    names
}
