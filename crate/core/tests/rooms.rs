//! A request goes down the rooms and its answer comes up: a lower room never names a higher one.

#![allow(clippy::unwrap_used)] // a test may: helper functions are no tests to clippy
use std::fs;
use std::path::Path;

/// Top to bottom.
const ROOMS: [&str; 11] = [
    "api",
    "operations",
    "authz",
    "audit",
    "store",
    "keys",
    "envelope",
    "hierarchy",
    "model",
    "trace",
    "crypto",
];

fn sources(folder: &Path, out: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn a_lower_room_never_names_a_higher_one() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut offences = Vec::new();
    for (at, room) in ROOMS.iter().enumerate() {
        let mut files = Vec::new();
        sources(&src.join(room), &mut files);
        assert!(!files.is_empty(), "{room} is empty");
        for (path, text) in files {
            for higher in &ROOMS[..at] {
                let named = format!("crate::{higher}");
                let lines =
                    text.lines().filter(|line| line.contains(&named) && !line.trim().starts_with("//"));
                offences.extend(lines.map(|line| format!("{path}: {line}")));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn every_room_has_its_place_in_the_order() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(src).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!path.is_dir() || ROOMS.contains(&name.as_str()), "{name} has no place");
    }
}
