//! The peer of the append benchmark: a plain events table in a PostgreSQL server that is started for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

const TABLE: &str = "
    CREATE TABLE event (
        position bigserial PRIMARY KEY,
        stream text NOT NULL,
        revision bigint NOT NULL,
        id uuid NOT NULL UNIQUE,
        type text NOT NULL,
        line bytea NOT NULL,
        UNIQUE (stream, revision)
    )";

/// One statement: the expected revision is checked where the row is made, and the constraint decides races.
const APPEND: &str = "
    INSERT INTO event (stream, revision, id, type, line)
    SELECT $1::text, $2::bigint, $3::uuid, $4::text, $5::bytea
    WHERE (SELECT coalesce(max(revision), -1) FROM event WHERE stream = $1) = $2 - 1
    RETURNING position";

/// A server of our own; it is stopped and its files removed when this is dropped.
pub(crate) struct Postgres {
    programs: PathBuf,
    data: TempDir,
    socket: TempDir,
}

impl Postgres {
    /// `None` when PostgreSQL is not installed.
    pub(crate) fn start(beside: &Path) -> Option<Self> {
        let programs = installed()?;
        let data = TempDir::new_in(beside).expect("a directory for the peer's data");
        // A socket's path is at most about a hundred bytes long, so it lies elsewhere.
        let socket = TempDir::new().expect("a directory for the peer's socket");
        if administrator() {
            for directory in [data.path(), socket.path()] {
                run(Command::new("chown").arg("postgres").arg(directory));
            }
        }
        let server = Postgres { programs, data, socket };
        run(server.program("initdb").args(["-A", "trust", "-U", "postgres", "-D"]).arg(server.data.path()));
        let settings = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c synchronous_commit=on -c fsync=on \
             -c max_connections=100 -c shared_buffers=256MB -c max_wal_size=4GB",
            server.socket.path().display()
        );
        let log = server.data.path().join("log");
        // Its output is a file, because a pipe would stay open for as long as the server runs.
        let started = server
            .program("pg_ctl")
            .args(["start", "-w", "-D"])
            .arg(server.data.path())
            .arg("-l")
            .arg(log)
            .args(["-o", &settings])
            .stdout(std::process::Stdio::null())
            .status()
            .expect("pg_ctl runs");
        assert!(started.success(), "PostgreSQL does not start");
        Some(server)
    }

    /// The version, as it calls itself.
    pub(crate) fn version(&self) -> String {
        let output = Command::new(self.programs.join("postgres")).arg("--version").output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// An empty events table.
    pub(crate) async fn empty_table(&self) {
        let client = self.connect().await;
        client.batch_execute("DROP TABLE IF EXISTS event").await.expect("the old table goes");
        client.batch_execute(TABLE).await.expect("the table is made");
        client.batch_execute("CHECKPOINT").await.expect("a calm start");
    }

    pub(crate) async fn writer(&self) -> PostgresWriter {
        let client = self.connect().await;
        let append = client.prepare(APPEND).await.expect("the statement is prepared");
        PostgresWriter { client, append }
    }

    async fn connect(&self) -> Client {
        let settings = format!("host={} user=postgres dbname=postgres", self.socket.path().display());
        let (client, connection) = tokio_postgres::connect(&settings, NoTls).await.expect("a connection");
        tokio::spawn(async move { connection.await.expect("the connection holds") });
        client
    }

    /// One of its programs; the server refuses to run as an administrator.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if administrator() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        run(self.program("pg_ctl").args(["stop", "-m", "immediate", "-w", "-D"]).arg(self.data.path()));
    }
}

pub(crate) struct PostgresWriter {
    client: Client,
    append: Statement,
}

impl PostgresWriter {
    pub(crate) async fn append(&self, stream: &str, revision: i64, id: Uuid, event_type: &str, line: &[u8]) {
        let rows = self.client.query(&self.append, &[&stream, &revision, &id, &event_type, &line]).await;
        assert_eq!(rows.expect("the row is recorded").len(), 1, "the expected revision is right");
    }
}

fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut programs: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
    programs.retain(|programs| programs.join("initdb").exists());
    programs.sort();
    programs.pop()
}

fn administrator() -> bool {
    run(Command::new("id").arg("-u")).stdout.trim_ascii() == b"0"
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
