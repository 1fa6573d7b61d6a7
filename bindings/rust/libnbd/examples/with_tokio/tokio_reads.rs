// SPDX-License-Identifier: MIT
//! Count the bytes of an export that are not zero, with many reads at a time.
//!
//! usage: tokio_reads URI

use std::env;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use libnbd::{AsyncHandle, CmdFlag};

const TASKS: usize = 16;
const REQUEST: u64 = 64 * 1024;

/// Read one block after another, until none is left.
async fn count(nbd: &AsyncHandle, next: &AtomicU64, size: u64) -> libnbd::Result<u64> {
    let mut buf = Vec::new();
    let mut found = 0;
    loop {
        let offset = next.fetch_add(REQUEST, Ordering::Relaxed);
        if offset >= size {
            return Ok(found);
        }
        buf.resize(REQUEST.min(size - offset) as usize, 0);
        buf = nbd.pread(buf, offset, CmdFlag::empty()).await?;
        found += buf.iter().filter(|&&byte| byte != 0).count() as u64;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let uri = env::args().nth(1).ok_or("usage: tokio_reads URI")?;
    let nbd = Arc::new(AsyncHandle::new()?);
    nbd.connect_uri(&uri).await?;
    let size = nbd.get_size()? as u64;

    let next = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (nbd, next) = (Arc::clone(&nbd), Arc::clone(&next));
            tokio::spawn(async move { count(&nbd, &next, size).await })
        })
        .collect();
    let mut found = 0;
    for task in tasks {
        found += task.await??;
    }
    nbd.shutdown().await?;
    println!("{} of {} bytes are not zero", found, size);
    Ok(())
}
