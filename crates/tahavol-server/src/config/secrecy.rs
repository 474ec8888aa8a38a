//! What is wrong with a configuration, told without its values: any of them may be a password, a token or a key.

use std::path::Path;

use config::ConfigError;

use crate::failure::Failure;

/// Before the file is read for its values: of a file that is no TOML the library would quote the line.
///
/// # Errors
/// When it is no TOML. That it is not there, or cannot be read, is told by whoever reads it.
pub(super) fn refuse_no_toml(path: &Path) -> Result<(), Failure> {
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(()) };
    toml::from_str::<toml::Table>(&text).map(drop).map_err(|error| of_toml(path, &text, &error))
}

/// File, line, column and what was expected there.
pub(super) fn of_toml(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start));
    let place = before.map_or_else(String::new, |before| {
        let (line, column) = (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1);
        format!(" line {line}, column {column}:")
    });
    Failure::usage(format!("configuration: {}:{place} {}", path.display(), without_value(error.message())))
}

/// The same for values that are of another kind than they have to be.
pub(super) fn of_config(error: &ConfigError) -> String {
    match error {
        ConfigError::Type { origin, unexpected, expected, key } => {
            format!("invalid type: {}, expected {expected}{}", kind(&unexpected.to_string()), place(key.as_deref(), origin.as_deref()))
        }
        ConfigError::At { error, origin, key } => format!("{}{}", of_config(error), place(key.as_deref(), origin.as_deref())),
        ConfigError::Message(text) => without_value(text),
        ConfigError::FileParse { uri, .. } => format!("it cannot be read{}", place(None, uri.as_deref())),
        // These name keys and files, and no values.
        ConfigError::Frozen | ConfigError::NotFound(_) | ConfigError::PathParse { .. } | ConfigError::Foreign(_) => error.to_string(),
        // The library may get further ones, of which nobody knows what they quote.
        _ => "it cannot be used".to_owned(),
    }
}

fn place(key: Option<&str>, origin: Option<&str>) -> String {
    let key = key.map_or_else(String::new, |key| format!(" for key `{key}`"));
    let origin = origin.map_or_else(String::new, |origin| format!(" in {origin}"));
    format!("{key}{origin}")
}

/// What stands before the quotes of a value.
fn kind(value: &str) -> &str {
    value.split(['"', '`', '\'']).next().unwrap_or_default().trim()
}

/// serde's own sentences have the value between these beginnings and the last `, expected`; what stands before its quotes is
/// its kind. All others name keys.
fn without_value(text: &str) -> String {
    // The configuration library's own sentence about a word that is none of those that may stand there.
    if text.contains(" does not have variant constructor ") {
        return "not one of the words that may stand".to_owned();
    }
    const QUOTING: [&str; 4] = ["invalid type: ", "invalid value: ", "unknown variant ", "invalid length "];
    let Some(beginning) = QUOTING.into_iter().find(|beginning| text.starts_with(beginning)) else {
        return text.to_owned();
    };
    let (value, expected) = text[beginning.len()..].rsplit_once(", expected").unwrap_or((&text[beginning.len()..], ""));
    let told = [beginning.trim(), kind(value)].join(" ").trim().to_owned();
    if expected.is_empty() { told } else { format!("{told}, expected{expected}") }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::{PEOPLE_FILE, Settings};

    const SECRET: &str = "s3cret-of-some-length";

    /// What a configuration is refused with. The secret is not in it, in whichever form it is shown.
    #[track_caller]
    fn refused(toml: &str, environment: &[(&str, &str)]) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tahavol.toml");
        std::fs::write(&path, toml).unwrap();
        let environment: HashMap<_, _> = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let failure = Settings::load(Some(&path), environment).unwrap_err();
        let told = format!("{failure} {failure:?}");
        assert!(!told.contains("s3cret"), "a secret is told: {told}");
        failure.text
    }

    #[test]
    fn a_line_that_is_no_toml_is_told_by_its_place_alone() {
        let address = format!("kurrentdb://u:{SECRET}@h:2113");
        for (line, column) in [
            (format!("ledger = \"{address}"), None),
            (format!("ledger = {address}"), Some(10)),
            (format!("ledger = \"{address}\" {SECRET}"), None),
            (format!("ledger = '{address}"), None),
            (format!("ledger \"{address}\""), None),
            (format!("ledger = \"\\q{address}\""), None),
            (format!("{address} = 1"), None),
            (format!("[[tokens]]\ntoken = {SECRET}\n"), None),
            (format!("[[tokens]\ntoken = \"{SECRET}\"\n"), None),
            (format!("tokens = [{{ token = \"{SECRET}\" actor = \"a\" }}]"), None),
            (format!("[evidence.s3]\nsecret_access_key = \"{SECRET}\nbucket = \"b\"\n"), None),
            (format!("ledger = \"x\"\nledger = \"{address}\"\n"), None),
        ] {
            let told = refused(&format!("data = \"x\"\n{line}\n"), &[]);
            assert!(told.contains("tahavol.toml: line ") && told.contains("column "), "{line}: {told}");
            if let Some(column) = column {
                assert!(told.contains(&format!("line 2, column {column}:")), "{line}: {told}");
            }
        }
    }

    #[test]
    fn a_value_of_another_kind_is_told_by_its_key_alone() {
        for toml in [
            format!("tokens = \"{SECRET}\""),
            format!("tokens = [\"{SECRET}\"]"),
            format!("tokens = {{ token = \"{SECRET}\" }}"),
            format!("[evidence]\ns3 = \"{SECRET}\""),
            format!("evidence = \"{SECRET}\""),
            format!("[evidence.s3]\nbucket = \"b\"\nallow_http = \"{SECRET}\""),
            format!("ledger = [\"{SECRET}\"]"),
            format!("ledger = \"{SECRET}\""),
            format!("programme = \"kurrentdb://u:{SECRET}@h\""),
            format!("listen = \"kurrentdb://u:{SECRET}@h\""),
            format!("language = \"kurrentdb://u:{SECRET}@h, expected\""),
            format!("[log]\nformat = \"{SECRET}\""),
            format!("[limits]\nbatch = \"{SECRET}\""),
            format!("[[tokens]]\ntoken = \"{SECRET}\"\nactor = \"a\"\n"),
            format!("[[tokens]]\ntoken = \"{SECRET}\"\nactor = \"a\"\nname = \"A\"\nnot_a_key = \"{SECRET}\"\n"),
        ] {
            assert!(refused(&toml, &[]).to_lowercase().starts_with("configuration:"), "{toml}");
        }
        let told = refused("[log]\nformat = \"loud\"\n", &[]);
        assert!(told.contains("words") && told.contains("`log.format`") && !told.contains("loud"), "{told}");
    }

    #[test]
    fn a_variable_is_told_by_its_name_alone() {
        let address = format!("kurrentdb://u:{SECRET}@h");
        let secret = [
            ("TAHAVOL_TOKENS", SECRET),
            ("TAHAVOL_EVIDENCE__S3", SECRET),
            ("TAHAVOL_EVIDENCE", SECRET),
            ("TAHAVOL_LEDGER", SECRET),
            ("TAHAVOL_LEDGER__PASSWORD", SECRET),
            ("TAHAVOL_PROGRAMME", &address),
            ("TAHAVOL_LISTEN", &address),
            ("TAHAVOL_LANGUAGE", &address),
            ("TAHAVOL_NOT_A_KEY", SECRET),
            ("TAHAVOL_LIMITS__BATCH", SECRET),
        ];
        for variable in secret {
            refused("", &[variable]);
        }
    }

    #[test]
    fn the_people_of_a_data_directory_are_told_by_their_place_alone() {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings { data: directory.path().to_owned(), ..Settings::default() };
        for text in [format!("people = \"{SECRET}\""), format!("[[people]]\ntoken = \"{SECRET}\n"), format!("[[people]]\nt = \"{SECRET}\"")]
        {
            std::fs::write(directory.path().join(PEOPLE_FILE), &text).unwrap();
            let told = settings.clone().with_people_of_data().unwrap_err().text;
            assert!(told.contains("line ") && !told.contains("s3cret"), "{text}: {told}");
        }
    }
}
