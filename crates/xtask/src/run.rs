//! Running other programs, and saying so.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Prints a line for people.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A closed pipe is no reason to fail a check.
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// Runs a program in the workspace's folder.
///
/// # Errors
/// When it cannot be started or fails; the text names the command.
pub(crate) fn run(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    say(&format!("── {program} {}", arguments.join(" ")));
    let status = command(program, arguments, environment).status().map_err(|why| format!("{program}: {why}"))?;
    if status.success() { Ok(()) } else { Err(format!("failed: {program} {} ({status})", arguments.join(" "))) }
}

/// Runs a program, passing its output on line by line, and shows each line to `see`.
///
/// # Errors
/// When it cannot be started. Whether it succeeded is the answer.
pub(crate) fn watch(program: &str, arguments: &[&str], mut see: impl FnMut(&str)) -> Result<bool, String> {
    say(&format!("── {program} {}", arguments.join(" ")));
    let mut child = command(program, arguments, &[]).stdout(Stdio::piped()).spawn().map_err(|why| format!("{program}: {why}"))?;
    let output = child.stdout.take().ok_or("the output is not piped")?;
    for line in BufReader::new(output).lines() {
        let line = line.map_err(|why| format!("{program}: {why}"))?;
        say(&line);
        see(&line);
    }
    Ok(child.wait().map_err(|why| format!("{program}: {why}"))?.success())
}

/// Whether a program can be started here.
pub(crate) fn have(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Writes the GraphQL schema as the binary prints it.
///
/// # Errors
/// When the binary does not build or the file cannot be written.
pub(crate) fn write_sdl(root: &Path) -> Result<(), String> {
    let output = command("cargo", &["run", "--quiet", "--package", "tahavol-server", "--", "schema", "graphql"], &[])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|why| format!("cargo: {why}"))?;
    if !output.status.success() {
        return Err("`tahavol schema graphql` failed".to_owned());
    }
    std::fs::write(root.join("schema/tahavol.graphql"), output.stdout).map_err(|why| format!("schema/tahavol.graphql: {why}"))
}

fn command(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).envs(environment.iter().copied()).current_dir(crate::root());
    command
}
