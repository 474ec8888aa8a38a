//! What may be wrong with a connection string, kind by kind, so that it can be told in any language. Never the password.

/// What is wrong with a connection string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It has no kurrentdb:// before it.
    #[error("a cluster's address begins with kurrentdb://")]
    NoScheme,
    #[error("{scheme}:// is no address of KurrentDB, kurrentdb:// is")]
    Scheme { scheme: String },
    /// A `/` and something behind the hosts.
    #[error("the address has the path /{path}, KurrentDB knows none")]
    Path { path: String },
    #[error("+discover takes one name, behind which all nodes stand")]
    DiscoverSeveral,
    #[error("the address names no host, or an empty one")]
    NoHost,
    /// What stands there may be a user and a password with the `@` forgotten, so that it is not repeated.
    #[error("a host's name has no colon, and an IPv6 address stands in brackets")]
    Brackets,
    #[error("`{host}` is no name of a host")]
    HostName { host: String },
    #[error("the port of {host} is no number from 1 to 65535")]
    Port { host: String },
    #[error("the user name is empty or holds a colon")]
    User,
    /// What follows it may be the rest of a password.
    #[error("a ? in the user name or the password is written %3F")]
    QuestionMark,
    #[error("a % in the user name or the password is not followed by two hexadecimal digits; a % itself is written %25")]
    UserPercent,
    #[error("a % in {name} is not followed by two hexadecimal digits; a % itself is written %25")]
    Percent { name: String },
    #[error("the user name or the password is no UTF-8")]
    UserEncoding,
    #[error("{name} is no UTF-8")]
    Encoding { name: String },
    #[error("the address has the unknown parameter {name}")]
    Parameter { name: String },
    #[error("{name} is true or false")]
    Truth { name: String },
    #[error("{name} is a number from 0 to 86400000")]
    Number { name: String },
    #[error("{name} names no file")]
    NoFile { name: String },
    #[error("tlsVerifyCert=false would trust any server: name the authority with tlsCAFile instead")]
    Unverified,
    #[error("userCertFile and userKeyFile are given together or not at all")]
    HalfCertificate,
    #[error("tls=false and a certificate contradict each other")]
    CertificateWithoutTls,
    #[error("the client does not take the settings: {what}")]
    Client { what: String },
}
