//! The test bench as a process of its own, with a script that controls its nodes: a cluster to try things on by hand.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tahavol_tests::kurrent::{Cluster, Shape, User, control};
use tokio::net::TcpListener;

const HELP: &str = "kurrent-bench [--nodes 1|3] [--tls] [--users] [--folder DIR]

Prints the address of a cluster that is there until it is told `quit`, and a script for its nodes:
  control.sh kill N | stop N | cont N | start N | leader | quit     (nodes count from 1)
With --folder the log stays there, and a later start goes on with it; otherwise it goes with the process.";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut shape = Shape { nodes: 3, ..Shape::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--nodes" => shape.nodes = arguments.next().unwrap_or_default().parse()?,
            "--tls" => shape.tls = true,
            "--users" => shape.users = User::usual(),
            "--folder" => shape.folder = Some(PathBuf::from(arguments.next().ok_or(HELP)?)),
            _ => return Err(HELP.into()),
        }
    }
    if ![1, 3].contains(&shape.nodes) {
        return Err(HELP.into());
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(shape))
}

async fn run(shape: Shape) -> Result<(), Box<dyn std::error::Error>> {
    let own = tempfile::tempdir()?;
    let folder = shape.folder.clone().unwrap_or_else(|| own.path().to_owned());
    std::fs::create_dir_all(&folder)?;
    let cluster = Arc::new(Cluster::start(Shape { folder: Some(folder.clone()), ..shape }).await);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let script = folder.join("control.sh");
    write_script(&script, listener.local_addr()?.port())?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}\n{}", cluster.address(), script.display())?;
    out.flush()?;
    drop(out);
    control::run(cluster, listener).await?;
    Ok(())
}

fn write_script(path: &Path, port: u16) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let text = format!(
        "#!/usr/bin/env bash\n\
         # Tells the test bench one verb: kill N, stop N, cont N, start N, leader, quit.\n\
         exec 3<>/dev/tcp/127.0.0.1/{port} || exit 1\n\
         echo \"$*\" >&3\n\
         read -r answer <&3 || exit 1\n\
         case $answer in refused*) echo \"$answer\" >&2; exit 1 ;; esac\n\
         echo \"$answer\"\n"
    );
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o755).open(path)?;
    file.write_all(text.as_bytes())?;
    // A file that was there keeps its mode otherwise.
    file.set_permissions(std::fs::Permissions::from_mode(0o755))
}
