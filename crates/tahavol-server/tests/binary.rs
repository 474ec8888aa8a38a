//! The binary starts. That this suite names it makes cargo build it before any test of the workspace runs it.

use std::process::Command;

#[test]
fn the_binary_tells_its_version() {
    let output = Command::new(env!("CARGO_BIN_EXE_tahavol")).arg("--version").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("tahavol {}\n", env!("CARGO_PKG_VERSION")));
}
