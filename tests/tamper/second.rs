//! The second verifier by itself: its own tests, run with ours.

use std::process::Command;

use tahavol_tests::{binary, python};

#[test]
fn the_second_verifier_passes_its_own_tests() {
    let Some(python) = python::python() else { return };
    let mut command = Command::new(python);
    command.args(["-B", "-m", "unittest", "discover", "-s", "tests/verifier"]).current_dir(binary::root());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("\nOK"), "{said}");
}
