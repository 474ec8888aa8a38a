//! A cluster that a script of its operator controls.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use futures_util::future::BoxFuture;

use super::{Control, Verb};

/// A program that is given `kill N`, `stop N`, `cont N`, `start N` (N from 1 to the number of nodes) or `leader`, which
/// prints the number of the leader and fails when there is none. It ends with 0 when that was done.
pub struct Script {
    path: PathBuf,
    nodes: usize,
}

impl Script {
    #[must_use]
    pub fn new(path: PathBuf, nodes: usize) -> Script {
        Script { path, nodes }
    }

    async fn ask(&self, arguments: Vec<String>) -> Result<String, String> {
        let path = self.path.clone();
        let asked = move || {
            let output = Command::new(&path).args(&arguments).stdin(Stdio::null()).output();
            let output = output.map_err(|error| format!("{} does not start: {error}", path.display()))?;
            let told = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            if output.status.success() {
                return Ok(told);
            }
            Err(format!("{}: {told} {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
        };
        tokio::task::spawn_blocking(asked).await.map_err(|error| error.to_string())?
    }
}

impl Control for Script {
    fn nodes(&self) -> Vec<usize> {
        (1..=self.nodes).collect()
    }

    fn act(&self, verb: Verb, node: usize) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move { self.ask(vec![verb.to_string(), node.to_string()]).await.map(drop) })
    }

    fn leader(&self) -> BoxFuture<'_, Result<usize, String>> {
        Box::pin(async move {
            let told = self.ask(vec!["leader".to_owned()]).await?;
            told.parse().map_err(|_| format!("`leader` printed {told:?}, which is no number"))
        })
    }
}
