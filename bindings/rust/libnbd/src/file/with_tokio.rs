// SPDX-License-Identifier: MIT
//! An export as a file of tokio.

use std::io::{self, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncSeek, AsyncWrite, ReadBuf};

use super::Core;
use crate::flight::Role;
use crate::{AsyncHandle, Result};

/// An export as a file, with tokio's `AsyncRead`, `AsyncWrite` and `AsyncSeek`.
///
/// It reads ahead and writes behind as [`File`](crate::File) does, and is as exact.
/// The futures of reads and writes may be dropped before they are ready: no data is
/// lost.
///
/// Writes that were not waited for with `flush`, [`sync_all`](AsyncFile::sync_all)
/// or `shutdown` may be lost when the file is dropped, because nothing waits for
/// them.
///
/// ```
/// use std::io::SeekFrom;
/// use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
///
/// # tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(async {
/// # let nbd = libnbd::AsyncHandle::new()?;
/// # nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "memory", "1M"]).await?;
/// let mut file = libnbd::AsyncFile::new(nbd)?;
/// file.write_all(b"hello").await?;
/// file.seek(SeekFrom::Start(0)).await?;
/// let mut buf = [0; 5];
/// file.read_exact(&mut buf).await?;
/// assert_eq!(&buf, b"hello");
/// file.shutdown().await?;
/// # Ok::<(), std::io::Error>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct AsyncFile {
    core: Core,
    handle: Arc<AsyncHandle>,
}

impl AsyncFile {
    /// Connect to the server of a URI, and open its export.
    ///
    /// # Errors
    ///
    /// Those of [`AsyncHandle::connect_uri`].
    pub async fn open(uri: &str) -> Result<AsyncFile> {
        let handle = AsyncHandle::new()?;
        // The contents of a buffer are used only as far as data was read.
        handle.set_pread_initialize(false)?;
        handle.connect_uri(uri).await?;
        AsyncFile::new(handle)
    }

    /// The export of a connected handle.  Several files may share a handle.  They
    /// do not see what other files have not flushed.
    ///
    /// # Errors
    ///
    /// - `ENOTCONN`: the handle is not connected
    pub fn new(handle: impl Into<Arc<AsyncHandle>>) -> Result<AsyncFile> {
        let handle = handle.into();
        Ok(AsyncFile {
            core: Core::new(&handle)?,
            handle,
        })
    }

    /// The handle.  Commands on the handle do not see what the file has gathered.
    pub fn handle(&self) -> &Arc<AsyncHandle> {
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
    /// That of a write that failed, or those of [`AsyncHandle::flush`].
    pub async fn sync_all(&mut self) -> Result<()> {
        Syncing(self).await
    }

    /// Do a step; the task is woken when there may be another.
    fn step<T>(
        &mut self,
        cx: &mut Context<'_>,
        role: Role,
        step: impl FnOnce(&mut Core, &AsyncHandle) -> Poll<Result<T>>,
    ) -> Poll<Result<T>> {
        self.core.sleepers.register(role, cx.waker());
        match step(&mut self.core, &self.handle) {
            Poll::Pending => self.handle.while_driven(&self.core.sleepers),
            ready => ready,
        }
    }
}

/// A future of `sync_all`.
struct Syncing<'a>(&'a mut AsyncFile);

impl std::future::Future for Syncing<'_> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.0
            .step(cx, Role::Writer, |core, handle| core.sync(handle))
    }
}

impl AsyncRead for AsyncFile {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let want = buf.remaining();
        let read = self.step(cx, Role::Reader, |core, handle| {
            core.read(handle, want, &mut |data| buf.put_slice(data))
        })?;
        read.map(|_| Ok(()))
    }
}

impl AsyncWrite for AsyncFile {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.step(cx, Role::Writer, |core, handle| core.write(handle, data))?;
        written.map(Ok)
    }

    /// Wait until the server has all that was written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = self.step(cx, Role::Writer, |core, handle| core.flush(handle))?;
        flushed.map(Ok)
    }

    /// Do as [`sync_all`](AsyncFile::sync_all).  The connection is not closed.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let synced = self.step(cx, Role::Writer, |core, handle| core.sync(handle))?;
        synced.map(Ok)
    }
}

impl AsyncSeek for AsyncFile {
    fn start_seek(mut self: Pin<&mut Self>, to: SeekFrom) -> io::Result<()> {
        self.core.seek(to)?;
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.core.position))
    }
}

impl Drop for AsyncFile {
    fn drop(&mut self) {
        self.core.give_up(&self.handle);
    }
}
