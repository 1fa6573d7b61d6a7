// SPDX-License-Identifier: MIT
//! The map of an export, for tokio.

use std::convert::Infallible;
use std::future::Future;
use std::ops::RangeBounds;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::map::Map;
use super::Extent;
use crate::flight::Role;
use crate::{AsyncHandle, Result};

/// The extents of a range, one after another: see [`AsyncHandle::extents`].
///
/// [`next`](AsyncExtents::next) is a future, and [`poll_next`](AsyncExtents::poll_next)
/// is all that an adapter for another crate's `Stream` needs.
#[derive(Debug)]
pub struct AsyncExtents<'a> {
    handle: &'a AsyncHandle,
    map: Map,
}

impl AsyncExtents<'_> {
    /// The names of the metadata contexts, in the order of [`Extent::flags`].
    pub fn contexts(&self) -> &[String] {
        self.map.contexts()
    }

    /// The next extent, or None after the last.  The future may be dropped before it is
    /// ready: nothing is lost.
    pub async fn next(&mut self) -> Option<Result<Extent>> {
        Next(self).await
    }

    /// The next extent, or None after the last, as far as it is known.  The task is woken
    /// when there may be more.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Extent>>> {
        self.map.sleepers.register(Role::Reader, cx.waker());
        match self.map.next(self.handle) {
            Poll::Pending => match self.handle.while_driven::<Infallible>(&self.map.sleepers) {
                Poll::Ready(Err(error)) => Poll::Ready(Some(Err(self.map.fail(error)))),
                Poll::Ready(Ok(never)) => match never {},
                Poll::Pending => Poll::Pending,
            },
            ready => ready,
        }
    }
}

/// Leaving the iteration early cancels the request in flight.
impl Drop for AsyncExtents<'_> {
    fn drop(&mut self) {
        self.map.give_up(self.handle);
    }
}

/// A future of the next extent.
struct Next<'a, 'h>(&'a mut AsyncExtents<'h>);

impl Future for Next<'_, '_> {
    type Output = Option<Result<Extent>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_next(cx)
    }
}

impl AsyncHandle {
    /// Iterate over the map of a range, as [`Handle::extents`](crate::Handle::extents)
    /// does.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(async {
    /// # let nbd = libnbd::AsyncHandle::new()?;
    /// # nbd.add_meta_context(libnbd::CONTEXT_BASE_ALLOCATION)?;
    /// # nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "null", "1M"]).await?;
    /// let mut extents = nbd.extents(..)?;
    /// let mut holes = 0;
    /// while let Some(extent) = extents.next().await {
    ///     let extent = extent?;
    ///     if extent.is_hole() {
    ///         holes += extent.length;
    ///     }
    /// }
    /// assert_eq!(holes, 1 << 20);
    /// # Ok::<(), libnbd::Error>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Handle::extents`](crate::Handle::extents).
    pub fn extents(&self, range: impl RangeBounds<u64>) -> Result<AsyncExtents<'_>> {
        let map = Map::new(self, None, range)?;
        Ok(AsyncExtents { handle: self, map })
    }

    /// Iterate over the map of a range, for some of the negotiated metadata
    /// contexts: see [`Handle::extents_of`](crate::Handle::extents_of).
    ///
    /// # Errors
    ///
    /// Those of [`Handle::extents_of`](crate::Handle::extents_of).
    pub fn extents_of(
        &self,
        contexts: &[impl AsRef<str>],
        range: impl RangeBounds<u64>,
    ) -> Result<AsyncExtents<'_>> {
        let names = contexts.iter().map(|name| name.as_ref().to_owned());
        let map = Map::new(self, Some(names.collect()), range)?;
        Ok(AsyncExtents { handle: self, map })
    }
}
