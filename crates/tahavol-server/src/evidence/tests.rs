//! Files in a directory: one copy, known by content, nothing left of what is refused.

use bytes::Bytes;
use futures_util::stream;
use tahavol_app::EvidenceStore;

use super::*;
use crate::config::EvidenceSettings;

fn files(max_bytes: u64) -> (tempfile::TempDir, Files) {
    let directory = tempfile::tempdir().unwrap();
    let settings = EvidenceSettings { max_bytes, ..EvidenceSettings::default() };
    let files = Files::open(&settings, directory.path()).unwrap();
    (directory, files)
}

async fn send(files: &Files, declared: Option<&str>, pieces: &[&[u8]]) -> Result<Received, EvidenceError> {
    let pieces: Vec<Result<Bytes, String>> = pieces.iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    files.receive(declared, stream::iter(pieces)).await
}

fn count(directory: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn a_file_is_kept_once_and_found_by_its_digest() {
    let (directory, files) = files(1_000);
    let first = send(&files, Some("text/plain; charset=utf-8"), &["سلا".as_bytes(), "م".as_bytes()]).await.unwrap();
    let again = send(&files, Some("text/csv"), &["سلام".as_bytes()]).await.unwrap();
    assert!(first.new && !again.new);
    assert_eq!((again.digest, again.file.media_type.as_str(), again.file.size), (first.digest, "text/plain", 8));
    assert_eq!(files.find(first.digest).await.unwrap(), Some(first.file));
    assert_eq!(count(directory.path()), 2);
}

#[tokio::test]
async fn nothing_is_left_of_a_file_that_is_refused() {
    let (directory, files) = files(10);
    assert!(matches!(send(&files, None, &[b"12345", b"678901"]).await, Err(EvidenceError::TooLarge { limit: 10 })));
    assert!(matches!(send(&files, None, &[]).await, Err(EvidenceError::Empty)));
    assert!(matches!(send(&files, None, &[b"\x7fELF\x02"]).await, Err(EvidenceError::UnknownType)));
    assert!(matches!(send(&files, Some("image/png"), &[b"plain"]).await, Err(EvidenceError::OtherType { .. })));
    assert!(matches!(send(&files, Some("text/html"), &[b"<html>"]).await, Err(EvidenceError::UnknownType)));
    let broken = stream::iter([Ok(Bytes::from_static(b"12")), Err("gone")]);
    assert!(matches!(files.receive(None, broken).await, Err(EvidenceError::Interrupted { .. })));
    assert_eq!(count(directory.path()), 0);
}

#[tokio::test]
async fn a_destroyed_file_is_gone_and_can_be_destroyed_again() {
    let (directory, files) = files(10);
    let received = send(&files, None, &[b"text"]).await.unwrap();
    files.destroy(received.digest).await.unwrap();
    files.destroy(received.digest).await.unwrap();
    assert!(files.content(received.digest).await.unwrap().is_none());
    assert_eq!(count(directory.path()), 0);
}

fn kind_of(content: &[u8]) -> Option<Kind> {
    let mut sniffer = Sniffer::default();
    // Byte by byte, so that every signature and character is cut somewhere.
    content.chunks(1).for_each(|piece| sniffer.see(piece));
    sniffer.kind()
}

#[test]
fn a_file_is_what_its_content_says() {
    assert_eq!(kind_of(b"%PDF-1.7\n..."), Some(Kind::Pdf));
    assert_eq!(kind_of(b"\x89PNG\r\n\x1a\n...."), Some(Kind::Png));
    assert_eq!(kind_of(b"\xff\xd8\xff\xe0...."), Some(Kind::Jpeg));
    assert_eq!(kind_of(b"GIF89a...."), Some(Kind::Gif));
    assert_eq!(kind_of(b"RIFF\0\0\0\0WEBPVP8 "), Some(Kind::Webp));
    assert_eq!(kind_of("گزارش".as_bytes()), Some(Kind::Text));
    assert_eq!(kind_of(b"MZ\x90\x00"), None);
    assert_eq!(kind_of(b"\xff\xfe"), None);
    assert_eq!(kind_of("نیم".as_bytes().split_last().unwrap().1), None);
}

#[tokio::test]
async fn a_text_that_begins_as_a_page_or_a_drawing_is_no_plain_text() {
    let (directory, files) = files(10_000);
    let blank = " ".repeat(600);
    for content in [
        "<!DOCTYPE html>",
        "\u{feff} \r\n\t<HTML lang=fa>",
        "<svg onload=x>",
        "<Script>",
        "<?xml version=\"1.0\"?>",
        &format!("{blank}<html>"),
    ] {
        let bytewise: Vec<&[u8]> = content.as_bytes().chunks(1).collect();
        for declared in ["text/plain", "text/csv", "application/octet-stream"] {
            assert!(matches!(send(&files, Some(declared), &[content.as_bytes()]).await, Err(EvidenceError::OtherType { .. })), "{content}");
            assert!(matches!(send(&files, Some(declared), &bytewise).await, Err(EvidenceError::OtherType { .. })), "{content}");
        }
        assert!(matches!(send(&files, None, &[content.as_bytes()]).await, Err(EvidenceError::UnknownType)), "{content}");
    }
    assert_eq!(count(directory.path()), 0);
    for content in ["a <html> in a sentence", "<htm", "\u{feff}گزارش", "< svg"] {
        assert!(send(&files, Some("text/plain"), &[content.as_bytes()]).await.is_ok(), "{content}");
    }
}

/// The end of a ZIP file as far as it matters: an entry of the table of contents for each name.
fn zip(names: &[&str]) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    for name in names {
        let mut entry = [0_u8; 46];
        entry[..4].copy_from_slice(b"PK\x01\x02");
        entry[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        bytes.extend(entry);
        bytes.extend(name.as_bytes());
    }
    bytes
}

#[test]
fn office_files_are_taken_and_other_archives_and_macros_are_not() {
    assert_eq!(kind_of(&zip(&["[Content_Types].xml", "word/document.xml"])), Some(Kind::Docx));
    assert_eq!(kind_of(&zip(&["[Content_Types].xml", "xl/workbook.xml"])), Some(Kind::Xlsx));
    assert_eq!(kind_of(&zip(&["[Content_Types].xml", "ppt/presentation.xml"])), Some(Kind::Pptx));
    assert_eq!(kind_of(&zip(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"])), None);
    assert_eq!(kind_of(&zip(&["a.exe"])), None);
    let mut odt = [0_u8; 30].to_vec();
    odt[..4].copy_from_slice(b"PK\x03\x04");
    odt.extend(b"mimetypeapplication/vnd.oasis.opendocument.text");
    assert_eq!(kind_of(&odt), Some(Kind::Odt));
}

#[test]
fn a_declared_type_must_be_what_the_content_is() {
    assert_eq!(Kind::Text.declared_as("text/csv"), Some(Kind::Csv));
    assert_eq!(Kind::Pdf.declared_as(""), Some(Kind::Pdf));
    assert_eq!(Kind::Pdf.declared_as("application/octet-stream"), Some(Kind::Pdf));
    assert_eq!(Kind::Pdf.declared_as("text/plain"), None);
    assert_eq!(Kind::Text.declared_as("image/svg+xml"), None);
}
