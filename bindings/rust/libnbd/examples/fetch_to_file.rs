// SPDX-License-Identifier: MIT
//! Copy an export into a file, with threads that share one connection.
//!
//! Threads that block in `pread` on the same handle have their requests in flight
//! together.  Ranges that read as zeroes become holes of the file.
//!
//! usage: fetch_to_file URI FILE

use std::env;
use std::error::Error;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use libnbd::{CmdFlag, Handle, Shutdown};

const THREADS: usize = 8;
const REQUEST: u64 = 256 * 1024;

/// Copy one block after another, until none is left.
fn copy(nbd: &Handle, file: &File, next: &AtomicU64, size: u64) -> io::Result<()> {
    let mut buf = vec![0; REQUEST as usize];
    loop {
        let offset = next.fetch_add(REQUEST, Ordering::Relaxed);
        if offset >= size {
            return Ok(());
        }
        let buf = &mut buf[..REQUEST.min(size - offset) as usize];
        nbd.pread(buf, offset, CmdFlag::empty())?;
        if buf.iter().any(|&byte| byte != 0) {
            file.write_all_at(buf, offset)?;
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (uri, path) = match (arguments.next(), arguments.next()) {
        (Some(uri), Some(path)) => (uri, path),
        _ => return Err("usage: fetch_to_file URI FILE".into()),
    };
    let uri = uri.to_str().ok_or("the URI is not UTF-8")?;

    let nbd = Handle::new()?;
    nbd.connect_uri(uri)?;
    let size = nbd.get_size()? as u64;
    let file = File::create(path)?;
    file.set_len(size)?;

    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        let work = || copy(&nbd, &file, &next, size);
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
        })
    })?;
    nbd.shutdown(Shutdown::empty())?;
    println!("{} bytes", size);
    Ok(())
}
