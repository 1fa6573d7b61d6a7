// SPDX-License-Identifier: MIT
//! Read the whole export with many requests in flight, and print a checksum.
//!
//! Each read takes its buffer.  The completion returns the buffer through a
//! channel, and the next read uses it again.
//!
//! usage: concurrent_reads URI

use std::env;
use std::error::Error;
use std::sync::mpsc;

use libnbd::{CmdFlag, Handle, Shutdown};

const IN_FLIGHT: usize = 16;
const REQUEST: usize = 64 * 1024;

/// A sum that does not depend on the order in which blocks arrive.
fn checksum(offset: u64, data: &[u8]) -> u64 {
    let places = offset + 1..;
    data.iter().zip(places).fold(0, |sum: u64, (&byte, place)| {
        sum.wrapping_add(u64::from(byte).wrapping_mul(place))
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let uri = env::args().nth(1).ok_or("usage: concurrent_reads URI")?;
    let nbd = Handle::new()?;
    nbd.connect_uri(&uri)?;
    let size = nbd.get_size()? as u64;

    let (done, finished) = mpsc::channel();
    let mut idle: Vec<Vec<u8>> = (0..IN_FLIGHT).map(|_| Vec::new()).collect();
    let mut next = 0;
    let mut sum = 0_u64;

    while next < size || idle.len() < IN_FLIGHT {
        while next < size && !idle.is_empty() {
            let offset = next;
            let count = (size - offset).min(REQUEST as u64);
            let mut buf = idle.pop().unwrap_or_default();
            buf.resize(count as usize, 0);
            let done = done.clone();
            let completion = move |buf: Vec<u8>, error: &mut i32| {
                // This fails only if the program is about to end.
                let _ = done.send((offset, buf, *error));
                1
            };
            nbd.aio_pread(buf, offset, completion, CmdFlag::empty())?;
            next += count;
        }
        nbd.poll(-1)?;
        while let Ok((offset, buf, error)) = finished.try_recv() {
            if error != 0 {
                return Err(std::io::Error::from_raw_os_error(error).into());
            }
            sum = sum.wrapping_add(checksum(offset, &buf));
            idle.push(buf);
        }
    }
    nbd.shutdown(Shutdown::empty())?;
    println!("{} bytes, checksum {:016x}", size, sum);
    Ok(())
}
