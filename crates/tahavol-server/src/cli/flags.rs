//! Tried: no secret is taken on the command line, where every process of the machine reads it and shells remember it.

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::Cli;

/// What a secret is called. Public keys and names of files are none.
const SECRETS: [&str; 8] = ["token", "password", "passphrase", "secret", "credential", "cookie", "csrf", "private"];

/// Every argument that takes a value, with the commands that lead to it.
fn values(command: &Command, way: &str, found: &mut Vec<(String, Arg)>) {
    let way = format!("{way} {}", command.get_name());
    let takes = |arg: &&Arg| matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    found.extend(command.get_arguments().filter(takes).map(|arg| (way.clone(), arg.clone())));
    command.get_subcommands().for_each(|command| values(command, &way, found));
}

#[test]
fn no_flag_takes_a_secret() {
    let mut found = Vec::new();
    values(&Cli::command(), "", &mut found);
    assert!(found.len() > 50, "the commands are looked through");
    for (way, arg) in found {
        let names = arg.get_value_names().unwrap_or_default().iter().map(|name| name.to_string());
        let called: Vec<String> = [arg.get_id().to_string()].into_iter().chain(arg.get_long().map(str::to_owned)).chain(names).collect();
        let secret = |name: &String| SECRETS.iter().any(|secret| name.to_lowercase().contains(secret));
        assert!(!called.iter().any(secret), "{way}: {called:?} takes a secret");
        assert!(arg.get_env().is_none(), "{way}: {called:?}: what is in the environment is configuration, and shown by no help");
    }
}
