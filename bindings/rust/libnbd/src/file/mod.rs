// SPDX-License-Identifier: MIT
//! An export as a file: the common part of the blocking file and of that for tokio.

mod ahead;
mod behind;
mod blocking;
#[cfg(feature = "tokio")]
mod with_tokio;

use std::io::SeekFrom;
use std::sync::Arc;
use std::task::Poll;

use crate::error::errno;
use crate::flight::{Port, Sleepers};
use crate::{Error, Handle, Result, Size};

use ahead::Ahead;
use behind::Behind;

pub use blocking::File;
#[cfg(feature = "tokio")]
pub use with_tokio::AsyncFile;

/// The longest request that is made by default.
const REQUEST: u64 = 256 * 1024;

/// The most that is read ahead, and the most that is written behind.
const WINDOW: u64 = 8 * 1024 * 1024;

/// What the server accepts.
#[derive(Clone, Copy, Debug)]
struct Limits {
    size: u64,
    /// Requests begin and end at multiples of this.
    align: u64,
    /// The longest request, a multiple of `align`.
    request: u64,
    read_only: bool,
}

impl Limits {
    fn of(handle: &Handle) -> Result<Limits> {
        let size = handle.get_size()? as u64;
        let align = (handle.get_block_size(Size::Minimum)? as u64).max(1);
        let request = match handle.get_block_size(Size::Maximum)? as u64 {
            0 => REQUEST,
            most => most.min(REQUEST),
        };
        Ok(Limits {
            size,
            align,
            request: (request - request % align).max(align),
            read_only: handle.is_read_only()?,
        })
    }

    /// Why nothing can be written at this offset.
    fn forbids(&self, offset: u64) -> Option<(i32, String)> {
        if self.read_only {
            Some((errno::EPERM, "the export is read-only".to_owned()))
        } else if offset >= self.size {
            Some((errno::ENOSPC, format!("the export has {} bytes", self.size)))
        } else {
            None
        }
    }

    fn down(&self, offset: u64) -> u64 {
        offset - offset % self.align
    }

    /// The end of the block that contains the byte before, but at most the end of
    /// the export.
    fn up(&self, offset: u64) -> u64 {
        (self.down(offset + self.align - 1)).min(self.size)
    }
}

/// The objects that a step of a file uses.
struct Io<'a, P> {
    port: &'a P,
    limits: Limits,
    sleepers: &'a Arc<Sleepers>,
}

/// The state of a file.  Each step does what is possible without waiting.  The
/// caller waits for a completion between steps.
#[derive(Debug)]
struct Core {
    limits: Limits,
    position: u64,
    ahead: Ahead,
    behind: Behind,
    sleepers: Arc<Sleepers>,
}

impl Core {
    fn new(handle: &Handle) -> Result<Core> {
        Ok(Core {
            limits: Limits::of(handle)?,
            position: 0,
            ahead: Ahead::default(),
            behind: Behind::default(),
            sleepers: Arc::default(),
        })
    }

    /// Read at the position, as much as is available, but at least one byte unless
    /// it is the end.
    fn read<P: Port>(
        &mut self,
        port: &P,
        want: usize,
        put: &mut dyn FnMut(&[u8]),
    ) -> Poll<Result<usize>> {
        let io = Io {
            port,
            limits: self.limits,
            sleepers: &self.sleepers,
        };
        let left = self.limits.size.saturating_sub(self.position);
        let want = left.min(want as u64);
        if want == 0 {
            return Poll::Ready(Ok(0));
        }
        // What was written is read only when the server has it.
        let (from, to) = (io.limits.down(self.position), self.position + want);
        if self.behind.overlaps(from, io.limits.up(to)) && self.behind.drain(&io).is_pending() {
            return Poll::Pending;
        }
        let read = self
            .ahead
            .read(&io, &self.behind, self.position, want, put)?;
        read.map(|count| {
            self.position += count as u64;
            Ok(count)
        })
    }

    /// Write at the position, as much of the data as can be taken.
    fn write<P: Port>(&mut self, port: &P, data: &[u8]) -> Poll<Result<usize>> {
        let io = Io {
            port,
            limits: self.limits,
            sleepers: &self.sleepers,
        };
        if data.is_empty() {
            return Poll::Ready(Ok(0));
        }
        if let Some((errno, why)) = self.limits.forbids(self.position) {
            let (count, at) = (data.len(), self.position);
            let message = format!("libnbd: writing {} bytes at offset {}: {}", count, at, why);
            return Poll::Ready(Err(Error::new(errno, message)));
        }
        let left = self.limits.size - self.position;
        let data = &data[..left.min(data.len() as u64) as usize];
        let written = self.behind.write(&io, self.position, data)?;
        written.map(|count| {
            let end = self.position + count as u64;
            self.ahead.forget(port.handle(), self.position, end);
            self.position = end;
            Ok(count)
        })
    }

    /// Wait until everything that was written has been answered, without a failure.
    fn flush<P: Port>(&mut self, port: &P) -> Poll<Result<()>> {
        let io = Io {
            port,
            limits: self.limits,
            sleepers: &self.sleepers,
        };
        self.behind.flush(&io)
    }

    /// Wait until everything that was written is on stable storage, if the server
    /// can do that.
    fn sync<P: Port>(&mut self, port: &P) -> Poll<Result<()>> {
        let io = Io {
            port,
            limits: self.limits,
            sleepers: &self.sleepers,
        };
        self.behind.sync(&io)
    }

    /// Positions beyond the end can only be moved to.
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(offset) => {
                self.position = offset;
                return Ok(offset);
            }
            SeekFrom::Current(by) => (self.position, by),
            SeekFrom::End(by) => (self.limits.size, by),
        };
        match i128::from(base) + i128::from(by) {
            offset if offset < 0 || offset > i128::from(u64::MAX) => {
                let message = format!("libnbd: seeking to {}: no such offset", offset);
                Err(Error::new(errno::EINVAL, message))
            }
            offset => {
                self.position = offset as u64;
                Ok(self.position)
            }
        }
    }

    fn is_clean(&self) -> bool {
        self.behind.is_clean()
    }

    /// Cancel what is being read.
    fn give_up(&mut self, handle: &Handle) {
        self.ahead.clear(handle);
    }
}

/// An error of a range.
fn failed(what: &str, offset: u64, length: u64, error: &Error) -> Error {
    let message = format!(
        "libnbd: {} {} bytes at offset {}: {}",
        what,
        length,
        offset,
        error.message()
    );
    Error::new(error.errno().unwrap_or(errno::EIO), message)
}
