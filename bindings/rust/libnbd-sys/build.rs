// SPDX-License-Identifier: MIT
//! Tells the linker where libnbd is: in the directory of the environment variable
//! LIBNBD_LIBDIR, where pkg-config says, or otherwise where the linker looks
//! itself.

use std::env;
use std::process::Command;

/// The directory from pkg-config, if it is not a directory of the system.
fn from_pkg_config() -> Option<String> {
    let program = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".to_owned());
    let output = Command::new(program)
        .args(["--libs-only-L", "libnbd"])
        .output()
        .ok()?;
    let flags = String::from_utf8(output.stdout).ok()?;
    let flag = flags.split_whitespace().next()?;
    flag.strip_prefix("-L").map(str::to_owned)
}

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for name in ["LIBNBD_LIBDIR", "PKG_CONFIG", "PKG_CONFIG_PATH"] {
        println!("cargo:rerun-if-env-changed={}", name);
    }
    if let Some(directory) = env::var("LIBNBD_LIBDIR").ok().or_else(from_pkg_config) {
        println!("cargo:rustc-link-search=native={}", directory);
    }
    println!("cargo:rustc-link-lib=dylib=nbd");
}
