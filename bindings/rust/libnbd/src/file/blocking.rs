// SPDX-License-Identifier: MIT
//! An export as a file of the standard library.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::task::Poll;

use super::Core;
use crate::{Handle, Result, Shutdown};

/// An export as a file, with [`Read`], [`Write`] and [`Seek`].
///
/// Sequential reading reads ahead, more the longer it lasts.  Many requests are in
/// flight then, so the delay of the network matters once and not for each request.
/// Writes are gathered, and several requests for them are in flight.  At most 8 MiB
/// are read ahead, and at most 8 MiB are written behind.  The file is exact
/// nevertheless:
///
/// - A read sees what was written before.
/// - A write that fails is reported once, with its range, by the next write,
///   [`flush`](Write::flush), [`sync_all`](File::sync_all) or [`close`](File::close).
///   Dropping the file waits for writes, too, but ignores their results.
/// - A read ahead that fails is reported only if its data is needed and a second
///   attempt fails, too.
///
/// Any offset and any length can be used, whatever the server's minimum block size
/// is.  Blocks that are only partly written are read first, so other clients of the
/// server should not write to the same blocks meanwhile.
///
/// The file ends where the export does: reads return 0 there, and writes fail with
/// `ENOSPC`.  Writes to an export that is read-only fail with `EPERM`.
///
/// ```
/// use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
///
/// # let nbd = libnbd::Handle::new()?;
/// # nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "memory", "1M"])?;
/// let mut file = libnbd::File::new(nbd)?;
/// file.write_all(b"one line\nand another\n")?;
/// file.seek(SeekFrom::Start(0))?;
/// let mut lines = BufReader::new(&mut file).lines();
/// assert_eq!(lines.next().unwrap()?, "one line");
/// file.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct File {
    core: Core,
    handle: Handle,
}

impl File {
    /// Connect to the server of a URI, and open its export.
    ///
    /// # Errors
    ///
    /// Those of [`Handle::connect_uri`].
    pub fn open(uri: &str) -> Result<File> {
        let handle = Handle::new()?;
        // The contents of a buffer are used only as far as data was read.
        handle.set_pread_initialize(false)?;
        handle.connect_uri(uri)?;
        File::new(handle)
    }

    /// The export of a connected handle, for instance with settings that a URI does
    /// not have.
    ///
    /// # Errors
    ///
    /// - `ENOTCONN`: the handle is not connected
    pub fn new(handle: Handle) -> Result<File> {
        Ok(File {
            core: Core::new(&handle)?,
            handle,
        })
    }

    /// The handle, for information about the export.  Commands on the handle do not
    /// see what the file has gathered: call [`flush`](Write::flush) first.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The size of the export in bytes.
    pub fn size(&self) -> u64 {
        self.core.limits.size
    }

    /// Wait for all writes, and have the server put them on stable storage, if it can.
    ///
    /// # Errors
    ///
    /// That of a write that failed, or those of [`Handle::flush`].
    pub fn sync_all(&mut self) -> Result<()> {
        self.complete(Core::sync)
    }

    /// Do as [`sync_all`](File::sync_all), and end the connection in an orderly way.
    ///
    /// # Errors
    ///
    /// The first of both: the connection is closed in any case.
    pub fn close(mut self) -> Result<()> {
        self.core.give_up(&self.handle);
        let synced = self.sync_all();
        let ended = self.handle.shutdown(Shutdown::empty());
        synced.and(ended)
    }

    /// Do a step, and wait until it can be done.  Nothing else drives the
    /// connection.
    fn complete<T>(
        &mut self,
        mut step: impl FnMut(&mut Core, &Handle) -> Poll<Result<T>>,
    ) -> Result<T> {
        let mut polled = Ok(());
        loop {
            match (step(&mut self.core, &self.handle), polled) {
                (Poll::Ready(result), _) => return result,
                (Poll::Pending, Err(error)) => return Err(error),
                (Poll::Pending, Ok(())) => polled = self.handle.poll(-1).map(drop),
            }
        }
    }
}

impl Read for File {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.complete(|core, handle| {
            let mut filled = 0;
            core.read(handle, buf.len(), &mut |data| {
                buf[filled..filled + data.len()].copy_from_slice(data);
                filled += data.len();
            })
        })?;
        Ok(count)
    }
}

impl Write for File {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Ok(self.complete(|core, handle| core.write(handle, data))?)
    }

    /// Wait until the server has all that was written.  See
    /// [`sync_all`](File::sync_all) for stable storage.
    fn flush(&mut self) -> io::Result<()> {
        Ok(self.complete(Core::flush)?)
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        Ok(self.core.seek(to)?)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.core.give_up(&self.handle);
        if !self.core.is_clean() {
            let _ = self.complete(Core::flush);
        }
    }
}
