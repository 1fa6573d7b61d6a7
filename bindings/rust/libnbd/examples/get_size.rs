// SPDX-License-Identifier: MIT
//! Print the size of an export.
//!
//! usage: get_size URI

use std::env;
use std::process::ExitCode;

fn size_of(uri: &str) -> libnbd::Result<i64> {
    let nbd = libnbd::Handle::new()?;
    nbd.connect_uri(uri)?;
    let size = nbd.get_size()?;
    nbd.shutdown(libnbd::Shutdown::empty())?;
    Ok(size)
}

fn main() -> ExitCode {
    let uri = match env::args().nth(1) {
        Some(uri) => uri,
        None => {
            eprintln!("usage: get_size URI");
            return ExitCode::FAILURE;
        }
    };
    match size_of(&uri) {
        Ok(size) => println!("{}: {} bytes", uri, size),
        Err(error) => {
            eprintln!("get_size: {}", error);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
