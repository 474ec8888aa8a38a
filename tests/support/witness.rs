//! A witness as a process of its own, and asking it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use reqwest::{Client, Response};

use crate::binary;

/// Killed when it is dropped.
pub struct Witness {
    child: Child,
    /// `http://127.0.0.1:<port>`
    pub address: String,
    pub directory: PathBuf,
    client: Client,
}

impl Witness {
    /// The public half of a new key in a new directory.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn keygen(directory: &Path, name: &str) -> String {
        let output = binary::run(&["witness", "keygen", "--name", name, "--dir", &directory.display().to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// # Panics
    /// When it cannot be written.
    pub fn trust(directory: &Path, key: &str) {
        let output = binary::run(&["witness", "trust", key, "--dir", &directory.display().to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// On the directory of a key.
    ///
    /// # Panics
    /// When it does not start.
    pub fn on(directory: &Path) -> Witness {
        Witness::at(directory, "127.0.0.1:0")
    }

    /// At an address that others know.
    ///
    /// # Panics
    /// When it does not start.
    pub fn at(directory: &Path, listen: &str) -> Witness {
        let mut command = binary::command(&["witness", "serve", "--dir", &directory.display().to_string(), "--listen", listen]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the witness starts");
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let address = output.lines().map(|line| line.expect("a line")).find(|line| line.starts_with("http://"));
        let Some(address) = address else {
            let status = child.wait();
            panic!("the witness did not tell its address: {status:?}");
        };
        Witness { child, address, directory: directory.to_owned(), client: Client::new() }
    }

    /// Ends it without asking.
    ///
    /// # Panics
    /// When its end cannot be waited for.
    pub fn kill(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        self.child.wait().expect("it ends");
    }

    /// The same while somebody else still looks at it.
    ///
    /// # Panics
    /// When it cannot be sent.
    pub fn signal_kill(&self) {
        let sent = Command::new("kill").args(["-KILL", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill starts").success());
    }

    /// `POST /add-checkpoint`; nothing when it does not answer.
    pub async fn add(&self, body: String) -> Option<Response> {
        self.client.post(format!("{}/add-checkpoint", self.address)).body(body).send().await.ok()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
