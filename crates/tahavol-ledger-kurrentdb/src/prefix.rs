//! The names of one programme's streams in the cluster: its id and a full stop before every name.

use std::fmt;

use uuid::Uuid;

/// `<32 hex digits>.`, what every stream of the programme begins with. It is no part of a line, a stream column or a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(String);

/// What a stream of the cluster is to this programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// A stream of the programme, by its own name.
    Ours(&'a str),
    /// The metadata of a stream of the programme.
    MetadataOf(&'a str),
    /// Settings that can bear upon every stream: `$settings` and the metadata of `$all`.
    Settings(&'a str),
    /// Somebody else's.
    Foreign,
}

const SETTINGS: &str = "$settings";
const ALL: &str = "$all";
const METADATA: &str = "$$";

impl Prefix {
    pub fn new(programme: Uuid) -> Self {
        Prefix(format!("{}.", programme.simple()))
    }

    /// The programme's 32 hex digits.
    pub fn programme(&self) -> &str {
        self.0.trim_end_matches('.')
    }

    /// The name in the cluster.
    pub fn to_cluster(&self, stream: &str) -> String {
        format!("{}{stream}", self.0)
    }

    /// The programme's own name of a stream in the cluster; `None`: it is somebody else's.
    pub fn of_cluster<'a>(&self, stream: &'a str) -> Option<&'a str> {
        stream.strip_prefix(self.0.as_str())
    }

    /// The beginnings of stream names that a follower asks the server for. What comes is [sorted](Self::sort) again: a
    /// stream `$settings-of-mine` begins like `$settings`.
    pub(crate) fn followed(&self) -> Vec<String> {
        vec![self.0.clone(), format!("{METADATA}{}", self.0), SETTINGS.to_owned(), format!("{METADATA}{ALL}")]
    }

    pub(crate) fn sort<'a>(&self, stream: &'a str) -> Kind<'a> {
        if let Some(name) = self.of_cluster(stream) {
            return Kind::Ours(name);
        }
        if stream == SETTINGS {
            return Kind::Settings(SETTINGS);
        }
        match stream.strip_prefix(METADATA) {
            Some(ALL) => Kind::Settings(ALL),
            Some(original) => self.of_cluster(original).map_or(Kind::Foreign, Kind::MetadataOf),
            None => Kind::Foreign,
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix() -> Prefix {
        Prefix::new(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00aa))
    }

    #[test]
    fn a_name_goes_to_the_cluster_and_comes_back() {
        let name = prefix().to_cluster("milestone-7");
        assert_eq!(name, "019000000000700080000000000000aa.milestone-7");
        assert_eq!(prefix().of_cluster(&name), Some("milestone-7"));
        assert_eq!(prefix().programme(), "019000000000700080000000000000aa");
    }

    #[test]
    fn another_programme_is_foreign() {
        let other = Prefix::new(Uuid::from_u128(1)).to_cluster("milestone-7");
        assert_eq!(prefix().of_cluster(&other), None);
        assert_eq!(prefix().sort(&other), Kind::Foreign);
        assert_eq!(prefix().sort(&format!("$${other}")), Kind::Foreign);
    }

    #[test]
    fn a_name_with_full_stops_and_dollars_stays_whole() {
        let name = prefix().to_cluster("$$a.b");
        assert_eq!(prefix().sort(&name), Kind::Ours("$$a.b"));
    }

    #[test]
    fn metadata_and_settings_are_told_apart_from_streams_that_begin_like_them() {
        let prefix = prefix();
        assert_eq!(prefix.sort(&format!("$${prefix}milestone-7")), Kind::MetadataOf("milestone-7"));
        assert_eq!(prefix.sort("$settings"), Kind::Settings("$settings"));
        assert_eq!(prefix.sort("$$$all"), Kind::Settings("$all"));
        assert_eq!(prefix.sort("$settings-of-mine"), Kind::Foreign);
        assert_eq!(prefix.sort("$$$allowed"), Kind::Foreign);
        assert_eq!(prefix.sort("$$$settings"), Kind::Foreign);
    }

    #[test]
    fn everything_that_matters_is_asked_for() {
        let prefix = prefix();
        let followed = prefix.followed();
        for name in [format!("{prefix}a"), format!("$${prefix}a"), "$settings".to_owned(), "$$$all".to_owned()] {
            assert!(followed.iter().any(|beginning| name.starts_with(beginning.as_str())), "{name}");
        }
    }
}
