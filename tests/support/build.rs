//! Makes the messages and the services of the test bench from its `.proto` files, without `protoc`.

use std::path::Path;

const FILES: &[&str] = &["streams.proto", "gossip.proto", "serverfeatures.proto"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new("support/kurrent/proto");
    println!("cargo:rerun-if-changed={}", folder.display());
    let described = protox::compile(FILES, [folder])?;
    tonic_build::configure().build_client(false).bytes(["."]).emit_rerun_if_changed(false).compile_fds(described)?;
    Ok(())
}
