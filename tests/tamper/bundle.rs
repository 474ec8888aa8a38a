//! A bundle that somebody has changed: both verifiers say the same, each by code of its own.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tahavol_ledger::merkle::cosignature::cosign;
use tahavol_ledger::merkle::note::{KeyKind, Note, SigningKey};
use tahavol_ledger::merkle::tile::{bundle as entries_of, bundles_of, entries_path, tile_bytes, tile_path, tiles_of};
use tahavol_ledger::merkle::{leaf_hash, root};
use tahavol_tests::python;

use crate::ledger::another_time;
use crate::real::{PLACE, SIZE, real};
use crate::{expect, verify};

/// What both say of a copy that was changed.
#[track_caller]
fn both(what: &str, code: i32, position: Option<u64>, change: impl FnOnce(&Path)) {
    both_with(what, code, position, &[], change);
}

#[track_caller]
fn both_with(what: &str, code: i32, position: Option<u64>, more: &[&str], change: impl FnOnce(&Path)) {
    let (_folder, bundle) = real().copy_of_bundle();
    change(&bundle);
    let key = real().vkey().to_string();
    let more = if more.contains(&"--key") { more.to_vec() } else { [&["--key", &key], more].concat() };
    expect(&verify(&bundle, &more), code, position, what);
    second(what, &bundle, &more, code);
}

#[track_caller]
fn second(what: &str, bundle: &Path, more: &[&str], code: i32) {
    if let Some(output) = python::verify(bundle, more) {
        assert_eq!(output.status.code(), Some(code), "the second verifier, {what}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

fn lines(bundle: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(bundle.join("events.jsonl")).unwrap();
    bytes.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn put_lines(bundle: &Path, lines: &[Vec<u8>]) {
    let bytes: Vec<u8> = lines.iter().flat_map(|line| line.iter().copied().chain([b'\n'])).collect();
    fs::write(bundle.join("events.jsonl"), bytes).unwrap();
}

fn with_lines(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> impl FnOnce(&Path) {
    |bundle| {
        let mut lines = lines(bundle);
        change(&mut lines);
        put_lines(bundle, &lines);
    }
}

/// Entries and tiles as these lines give them.
fn grow_anew(bundle: &Path, lines: &[Vec<u8>]) {
    let size = lines.len() as u64;
    for (number, width) in bundles_of(size) {
        let first = (number * 256) as usize;
        let held = entries_of(lines[first..first + usize::from(width)].iter().map(Vec::as_slice));
        fs::write(bundle.join(entries_path(number, width)), held).unwrap();
    }
    let mut levels = vec![lines.iter().map(|line| leaf_hash(line)).collect::<Vec<_>>()];
    while levels.last().unwrap().len() >= 256 {
        let above = levels.last().unwrap().chunks_exact(256).map(|hashes| root(hashes.iter().copied())).collect();
        levels.push(above);
    }
    for (level, number, width) in tiles_of(size) {
        let first = (number * 256) as usize;
        let hashes = &levels[usize::from(level)][first..first + usize::from(width)];
        fs::write(bundle.join(tile_path(level, number, width)), tile_bytes(hashes)).unwrap();
    }
}

fn flip(bundle: &Path, part: &str, at: usize) {
    let mut bytes = fs::read(bundle.join(part)).unwrap();
    bytes[at] ^= 1;
    fs::write(bundle.join(part), bytes).unwrap();
}

fn edit(bundle: &Path, part: &str, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&fs::read(bundle.join(part)).unwrap()).unwrap();
    change(&mut value);
    fs::write(bundle.join(part), format!("{value:#}\n")).unwrap();
}

fn replaced(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(line.to_vec()).unwrap();
    assert!(text.contains(from), "{text}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn an_untouched_bundle_passes_both_verifiers() {
    both("untouched", 0, None, |_| ());
    let (_folder, bundle) = real().copy_of_bundle();
    let own = verify(&bundle, &[]);
    expect(&own, 0, None, "by its own key");
    assert!(own.said["notes"].to_string().contains("WARNING"), "its own key is no proof, and that is said");
    second("by its own key", &bundle, &[], 0);
    expect(&verify(&bundle, &["--quick"]), 0, None, "quick");
}

#[test]
fn changed_lines_are_noticed_at_the_first_of_them() {
    let place = PLACE as usize;
    both("a changed note", 23, Some(PLACE), with_lines(|lines| lines[place] = replaced(&lines[place], "گزارش 1", "گزارش 3")));
    both("a changed time", 23, Some(PLACE), with_lines(|lines| lines[place] = another_time(&lines[place])));
    both("a brace", 22, Some(PLACE), with_lines(|lines| lines[place][0] ^= 1));
    both("a space", 22, Some(PLACE), with_lines(|lines| lines[place] = replaced(&lines[place], "\":", "\": ")));
    both("deleted", 23, Some(PLACE), with_lines(|lines| drop(lines.remove(place))));
    both("swapped", 23, Some(PLACE), with_lines(|lines| lines.swap(place, place + 1)));
    both("put in", 23, Some(PLACE), with_lines(|lines| lines.insert(place, lines[place - 1].clone())));
    both("appended", 33, Some(SIZE), with_lines(|lines| lines.push(lines[place].clone())));
    both("the end is gone", 25, Some(PLACE), with_lines(|lines| lines.truncate(place)));
}

#[test]
fn a_changed_recorded_time_is_noticed_however_well_everything_is_made_to_fit() {
    both("rewritten throughout", 25, None, |bundle| {
        let mut lines = lines(bundle);
        lines[PLACE as usize] = another_time(&lines[PLACE as usize]);
        put_lines(bundle, &lines);
        grow_anew(bundle, &lines);
    });
}

#[test]
fn a_truncated_file_and_a_missing_one_are_noticed() {
    let cut = |bundle: &Path| {
        let path = bundle.join("events.jsonl");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    };
    both("cut off", 20, Some(SIZE - 1), cut);
    for part in
        ["events.jsonl", "checkpoint", "progress.json", "bundle.json", "keys/log.vkey", &tile_path(0, 3, 256), &entries_path(3, 256)]
    {
        both(part, 20, None, |bundle| fs::remove_file(bundle.join(part)).unwrap());
    }
    both("half a manifest", 20, None, |bundle| fs::write(bundle.join("bundle.json"), "{\"format\":").unwrap());
    both("half of progress", 20, None, |bundle| fs::write(bundle.join("progress.json"), "{\"figures\":").unwrap());
}

#[test]
fn an_edited_tile_and_an_edited_bundle_of_entries_are_noticed() {
    both("a leaf", 24, Some(3 * 256 + 2), |bundle| flip(bundle, &tile_path(0, 3, 256), 2 * 32 + 7));
    both("a subtree", 24, Some(5 * 256), |bundle| flip(bundle, &tile_path(1, 0, (SIZE / 256) as u16), 5 * 32));
    both("an entry", 24, Some(3 * 256), |bundle| flip(bundle, &entries_path(3, 256), 2 + 100));
    both("a tile that is cut off", 24, Some(3 * 256 + 255), |bundle| {
        let path = bundle.join(tile_path(0, 3, 256));
        let bytes = fs::read(&path).unwrap();
        fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
    });
}

#[test]
fn another_checkpoint_is_noticed() {
    let put = |note: &'static str| move |bundle: &Path| fs::write(bundle.join("checkpoint"), note).unwrap();
    both("an older one", 25, None, put(&real().note_before));
    both("of a fork", 25, None, put(&real().note_of_fork));
    both("of a fork, and the manifest with it", 25, None, |bundle| {
        put(&real().note_of_fork)(bundle);
        let root = real().note_of_fork.lines().nth(2).unwrap().to_owned();
        edit(bundle, "bundle.json", |manifest| manifest["root"] = json!(root));
    });
    both("a signature", 26, None, |bundle| {
        let at = real().note.rfind("= ").map_or(real().note.len() - 20, |at| at);
        let mut note = real().note.clone().into_bytes();
        note[at] = if note[at] == b'A' { b'B' } else { b'A' };
        fs::write(bundle.join("checkpoint"), note).unwrap();
    });
    both("no note at all", 26, None, put("nothing\n"));
    both("another size in the manifest", 25, None, |bundle| edit(bundle, "bundle.json", |manifest| manifest["size"] = json!(7)));
    both("another origin in the manifest", 26, None, |bundle| {
        edit(bundle, "bundle.json", |manifest| manifest["origin"] = json!("log.example"))
    });
    both("another programme", 29, None, |bundle| {
        edit(bundle, "bundle.json", |manifest| manifest["programme"] = json!("6600b4e2-a2e7-4aeb-bf37-00cceebdd0ce"));
    });
}

#[test]
fn keys_that_are_not_the_logs_are_noticed() {
    let stranger = SigningKey::generate(real().key.name(), KeyKind::Log, [7; 32]).unwrap().verifying_key().to_string();
    both_with("a key that is given", 26, None, &["--key", &stranger], |_| ());
    both("a key that comes with it", 26, None, |bundle| fs::write(bundle.join("keys/log.vkey"), format!("{stranger}\n")).unwrap());
    both("a key that is none", 26, None, |bundle| fs::write(bundle.join("keys/log.vkey"), "log+0+0\n").unwrap());
}

#[test]
fn witnesses_who_have_not_signed_or_not_this_are_noticed() {
    let witness = SigningKey::generate("witness.example/auditor", KeyKind::Cosigner, [5; 32]).unwrap();
    let vkey = witness.verifying_key().to_string();
    let note: Note = real().note.parse().unwrap();
    let cosigned = |text: &str| {
        let mut note = note.clone();
        note.signatures.push(cosign(text, &witness, 1_770_000_000).unwrap());
        note.to_string()
    };
    let put = |note: String| move |bundle: &Path| fs::write(bundle.join("checkpoint"), note).unwrap();
    both_with("a witness who has signed", 0, None, &["--witness", &vkey], put(cosigned(&note.text)));
    both_with("one who has not", 27, None, &["--witness", &vkey], |_| ());
    both_with("one who has signed something else", 27, None, &["--witness", &vkey], put(cosigned("other\n1\nAAAA\n")));
    both("one whose key comes with it", 27, None, |bundle| {
        put(cosigned("other\n1\nAAAA\n"))(bundle);
        fs::write(bundle.join("keys/witness.vkey"), format!("{vkey}\n")).unwrap();
    });
    both("keys that are none", 27, None, |bundle| fs::write(bundle.join("keys/witness.vkey"), "nobody\n").unwrap());
}

#[test]
fn edited_figures_are_noticed() {
    let progress = |change: fn(&mut Value)| move |bundle: &Path| edit(bundle, "progress.json", change);
    both("a figure", 31, None, progress(|told| told["figures"][3]["planned"] = json!(9_999)));
    both(
        "a sum in a row of a milestone",
        31,
        None,
        progress(|told| {
            let rows =
                told["figures"].as_array_mut().unwrap().iter_mut().find(|group| !group["contributions"].as_array().unwrap().is_empty());
            rows.unwrap()["contributions"][0]["weight"] = json!(77);
        }),
    );
    both("a group that is gone", 31, None, progress(|told| drop(told["figures"].as_array_mut().unwrap().pop())));
    both("another position", 31, None, progress(|told| told["position"] = json!(5)));
    both("another day", 31, None, progress(|told| told["statusDate"] = json!("2026-11-22")));
}

/// The digest of the snapshot and the schemas are the first verifier's alone.
#[test]
fn an_edited_digest_and_an_edited_schema_are_noticed_by_the_first_verifier() {
    let (_folder, bundle) = real().copy_of_bundle();
    edit(&bundle, "progress.json", |told| told["digest"] = json!("0".repeat(64)));
    expect(&verify(&bundle, &[]), 32, None, "the digest");
    let (_folder, bundle) = real().copy_of_bundle();
    flip(&bundle, "schema/milestone.planned.v1.json", 10);
    expect(&verify(&bundle, &[]), 28, None, "a schema");
    let (_folder, bundle) = real().copy_of_bundle();
    fs::remove_file(bundle.join("schema/milestone.planned.v1.json")).unwrap();
    expect(&verify(&bundle, &[]), 20, None, "a schema that is gone");
    fs::remove_dir_all(bundle.join("schema")).unwrap();
    expect(&verify(&bundle, &[]), 20, None, "all of them");
}

#[test]
fn what_is_wrong_with_a_figure_is_told_by_its_name() {
    let told = |change: fn(&mut Value), part: &str| {
        let (_folder, bundle) = real().copy_of_bundle();
        edit(&bundle, "progress.json", |told| {
            let rows = |group: &&mut Value| !group["contributions"].as_array().unwrap().is_empty();
            change(told["figures"].as_array_mut().unwrap().iter_mut().find(rows).unwrap());
        });
        let found = verify(&bundle, &[]);
        expect(&found, 31, None, part);
        let said = found.said["message"]["en"].as_str().unwrap();
        assert!(said.contains(part), "{said}");
    };
    told(|group| group["lie"] = Value::Null, "there is no lie");
    told(|group| drop(group.as_object_mut().unwrap().remove("planned")), "planned is missing");
    told(|group| group["contributions"][0]["weight"] = json!(77), "].weight is 77");
}

#[test]
fn a_bundle_older_than_a_head_that_is_known_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let before = folder.path().join("before");
    crate::real::export(&real().before, &before);
    let known = folder.path().join("known");
    let more = ["--key", &real().vkey().to_string(), "--known", known.to_str().unwrap()];
    for (note, bundle, code) in [
        (&real().note, &before, 34),
        (&real().note_before, &before, 0),
        (&real().note_before, &real().bundle, 0),
        (&real().note_of_fork, &real().bundle, 34),
    ] {
        fs::write(&known, note).unwrap();
        expect(&verify(bundle, &more), code, None, "known");
        second("known", bundle, &more, code);
    }
}

#[test]
fn nothing_is_exported_over_something_nor_from_a_ledger_without_a_key() {
    let out = tahavol_tests::binary::run(&[
        "export",
        "bundle",
        real().bundle.to_str().unwrap(),
        "--data",
        real().data.to_str().unwrap(),
        "--lang",
        "en",
    ]);
    assert_eq!(out.status.code(), Some(3));
    let unsigned = tempfile::tempdir().unwrap();
    fs::copy(tahavol_tests::binary::root().join("tests/releases/0.1.0/ledger.sqlite"), unsigned.path().join("ledger.sqlite")).unwrap();
    let ledger = tahavol_ledger::SqliteLedger::open_blocking(unsigned.path(), &tahavol_ledger::OpenOptions::default()).unwrap();
    drop(ledger);
    let to = unsigned.path().join("bundle");
    let out = tahavol_tests::binary::run(&[
        "export",
        "bundle",
        to.to_str().unwrap(),
        "--data",
        unsigned.path().to_str().unwrap(),
        "--lang",
        "en",
    ]);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.code() == Some(3) && said.contains("log keygen"), "{said}");
    expect(&verify(unsigned.path(), &[]), 33, Some(0), "a ledger that was never signed");
}
