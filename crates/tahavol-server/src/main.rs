//! The binary `tahavol`.

fn main() -> std::process::ExitCode {
    tahavol_server::cli::main()
}
