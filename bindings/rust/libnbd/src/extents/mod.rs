// SPDX-License-Identifier: MIT
//! The map of an export, as an iterator.

mod map;
#[cfg(feature = "tokio")]
mod with_tokio;

use std::io::{Read, Write};
use std::iter::FusedIterator;
use std::ops::{Deref, RangeBounds};
use std::os::unix::io::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::task::{Poll, Wake, Waker};

use crate::error::errno;
use crate::flight::Role;
use crate::{Error, Handle, Result, STATE_HOLE, STATE_ZERO};

use map::Map;
#[cfg(feature = "tokio")]
pub use with_tokio::AsyncExtents;

/// A range of an export whose flags are the same everywhere.
///
/// Extents come from [`Handle::extents`] and its relatives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extent {
    /// The offset in bytes.
    pub offset: u64,
    /// The length in bytes.
    pub length: u64,
    /// The flags of each metadata context, in the order in which the contexts were
    /// asked for.
    pub flags: ExtentFlags,
    pub(crate) allocation: u64,
}

impl Extent {
    /// Whether `base:allocation` says that nothing is allocated.  False if that
    /// context was not asked for.
    pub fn is_hole(&self) -> bool {
        self.allocation & u64::from(STATE_HOLE) != 0
    }

    /// Whether `base:allocation` says that all of it reads as zeroes.  False if
    /// that context was not asked for.
    pub fn is_zero(&self) -> bool {
        self.allocation & u64::from(STATE_ZERO) != 0
    }

    /// Whether it may contain bytes that are not zero: the opposite of
    /// [`is_zero`](Extent::is_zero).
    pub fn is_data(&self) -> bool {
        !self.is_zero()
    }

    /// The offset of the end, which is that of the first byte after it.
    pub fn end(&self) -> u64 {
        self.offset + self.length
    }
}

/// The flags of an [`Extent`]: a slice with one number for each metadata context.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExtentFlags(pub(crate) Numbers);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Numbers {
    One(u64),
    Many(Box<[u64]>),
}

impl Deref for ExtentFlags {
    type Target = [u64];

    fn deref(&self) -> &[u64] {
        match &self.0 {
            Numbers::One(flags) => std::slice::from_ref(flags),
            Numbers::Many(flags) => flags,
        }
    }
}

impl FromIterator<u64> for ExtentFlags {
    fn from_iter<I: IntoIterator<Item = u64>>(flags: I) -> ExtentFlags {
        let mut flags = flags.into_iter();
        match (flags.next(), flags.next()) {
            (Some(one), None) => ExtentFlags(Numbers::One(one)),
            (first, second) => {
                let first = first.into_iter().chain(second);
                ExtentFlags(Numbers::Many(first.chain(flags).collect()))
            }
        }
    }
}

/// Wakes a thread that sleeps in `poll2`.
struct Bell(UnixStream);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        // This fails only if a byte is already there.
        let _ = (&self.0).write(&[0]);
    }
}

/// Iterates over the extents of a range: see [`Handle::extents`].
#[derive(Debug)]
pub struct Extents<'a> {
    handle: &'a Handle,
    map: Map,
    bell: Waker,
    heard: UnixStream,
}

impl<'a> Extents<'a> {
    fn new(handle: &'a Handle, map: Map) -> Result<Extents<'a>> {
        let failed = |error: std::io::Error| {
            let errno = error.raw_os_error().unwrap_or(errno::EIO);
            Error::new(errno, format!("libnbd: a pair of sockets: {}", error))
        };
        let (bell, heard) = UnixStream::pair().map_err(failed)?;
        bell.set_nonblocking(true).map_err(failed)?;
        heard.set_nonblocking(true).map_err(failed)?;
        Ok(Extents {
            handle,
            map,
            bell: Waker::from(Arc::new(Bell(bell))),
            heard,
        })
    }

    /// The names of the metadata contexts, in the order of [`Extent::flags`].
    pub fn contexts(&self) -> &[String] {
        self.map.contexts()
    }

    fn step(&mut self) -> Poll<Option<Result<Extent>>> {
        // Another thread may be the one that drives the connection.
        self.map.sleepers.register(Role::Reader, &self.bell);
        self.map.next(self.handle)
    }

    fn sleep(&self) -> Result<()> {
        let slept = self.handle.poll2(Some(self.heard.as_fd()), -1);
        let _ = (&self.heard).read(&mut [0; 16]);
        slept.map(drop)
    }
}

impl Iterator for Extents<'_> {
    type Item = Result<Extent>;

    fn next(&mut self) -> Option<Result<Extent>> {
        let mut slept = Ok(());
        loop {
            match (self.step(), slept) {
                (Poll::Ready(item), _) => return item,
                (Poll::Pending, Err(error)) => return Some(Err(self.map.fail(error))),
                (Poll::Pending, Ok(())) => slept = self.sleep(),
            }
        }
    }
}

impl FusedIterator for Extents<'_> {}

/// Leaving the iterator early cancels the request in flight.
impl Drop for Extents<'_> {
    fn drop(&mut self) {
        self.map.give_up(self.handle);
    }
}

impl Handle {
    /// Iterate over the map of a range: which parts of it are allocated, zero, dirty.
    ///
    /// The server must have been asked for metadata contexts before connecting, with
    /// [`Handle::add_meta_context`].  The flags of an extent are those of all contexts
    /// that were negotiated, in the order of [`Extents::contexts`]; see
    /// [`Handle::extents_of`] for some of them.
    ///
    /// The extents come in order, cover the range exactly, and adjacent extents
    /// differ in some flag, however the server splits its replies.  The range is
    /// clipped to the size of the export.  While the extents of one reply are used,
    /// the next request is in flight.  At most two replies are kept, so the memory
    /// that is needed does not depend on the size of the range.  Dropping the
    /// iterator cancels the request in flight.
    ///
    /// After an error there are no further extents.
    ///
    /// ```
    /// let nbd = libnbd::Handle::new()?;
    /// nbd.add_meta_context(libnbd::CONTEXT_BASE_ALLOCATION)?;
    /// nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "data", "1", "size=1M"])?;
    /// for extent in nbd.extents(..)? {
    ///     let extent = extent?;
    ///     let what = if extent.is_data() { "data" } else { "zeroes" };
    ///     println!("{:>10} {:>10} {}", extent.offset, extent.length, what);
    /// }
    /// # Ok::<(), libnbd::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - `EINVAL`: no metadata context was negotiated
    /// - `ENOTCONN`: the handle is not connected
    ///
    /// The iterator returns those of [`Handle::block_status_64`], and `EPROTO` if a reply
    /// of the server says nothing about a context or about the start of its range.
    pub fn extents(&self, range: impl RangeBounds<u64>) -> Result<Extents<'_>> {
        Extents::new(self, Map::new(self, None, range)?)
    }

    /// Iterate over the map of a range, for some of the negotiated metadata
    /// contexts.  A new extent begins wherever the flags of one of them change.
    ///
    /// ```
    /// # let nbd = libnbd::Handle::new()?;
    /// # nbd.add_meta_context(libnbd::CONTEXT_BASE_ALLOCATION)?;
    /// # nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "null", "1M"])?;
    /// let contexts = [libnbd::CONTEXT_BASE_ALLOCATION];
    /// let holes = nbd.extents_of(&contexts, 4096..)?.filter(|extent| {
    ///     matches!(extent, Ok(extent) if extent.is_hole())
    /// });
    /// assert_eq!(holes.count(), 1);
    /// # Ok::<(), libnbd::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Handle::extents`], and `EINVAL` if one of the contexts was not
    /// negotiated.
    pub fn extents_of(
        &self,
        contexts: &[impl AsRef<str>],
        range: impl RangeBounds<u64>,
    ) -> Result<Extents<'_>> {
        let names = contexts.iter().map(|name| name.as_ref().to_owned());
        Extents::new(self, Map::new(self, Some(names.collect()), range)?)
    }
}
