// SPDX-License-Identifier: MIT
//! Buffers of the crate bytes.

use bytes::BytesMut;

use crate::{AsyncHandle, CmdFlag, Result};

/// The part that a read fills: the bytes from `start` on.
struct Tail {
    bytes: BytesMut,
    start: usize,
}

impl AsMut<[u8]> for Tail {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..]
    }
}

impl AsyncHandle {
    /// Read a range of the export, and append it to a buffer.
    ///
    /// `buf` is moved into the command, and is returned with `count` more bytes.
    /// Its old content stays, and its reserved memory is used.  If the future is
    /// dropped before that, the command is cancelled and the buffer is dropped.  If
    /// the read fails, the buffer is dropped, too.
    ///
    /// In the other direction, [`pwrite`](AsyncHandle::pwrite) takes
    /// [`Bytes`](bytes::Bytes) and [`BytesMut`] directly.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(async {
    /// # let nbd = libnbd::AsyncHandle::new()?;
    /// # nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "memory", "1M"]).await?;
    /// use bytes::{Bytes, BytesMut};
    /// use libnbd::CmdFlag;
    ///
    /// nbd.pwrite(Bytes::from_static(b"hello"), 0, CmdFlag::empty()).await?;
    /// let mut buf = BytesMut::from(&b"> "[..]);
    /// buf.reserve(5);
    /// let buf = nbd.pread_buf(buf, 5, 0, CmdFlag::empty()).await?;
    /// assert_eq!(&buf[..], b"> hello");
    /// # Ok::<(), libnbd::Error>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Handle::pread`](crate::Handle::pread).
    pub async fn pread_buf(
        &self,
        mut buf: BytesMut,
        count: usize,
        offset: u64,
        flags: CmdFlag,
    ) -> Result<BytesMut> {
        let start = buf.len();
        buf.resize(start + count, 0);
        let tail = Tail { bytes: buf, start };
        Ok(self.pread(tail, offset, flags).await?.bytes)
    }
}
