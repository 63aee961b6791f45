//! The only file that ends the process.

use std::process::ExitCode;

use lookback::cli;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Ok(status) => status.into(),
        // The reader closed the pipe: `lookback sql … | head`.
        Err(err) if err.is_broken_pipe() => ExitCode::SUCCESS,
        Err(err) => {
            cli::report(&err);
            cli::Status::from(err.kind()).into()
        }
    }
}
