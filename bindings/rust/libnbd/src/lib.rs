// SPDX-License-Identifier: MIT
//! Talk to Network Block Device (NBD) servers.
//!
//! ```
//! let nbd = libnbd::Handle::new()?;
//! nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "memory", "1M"])?;
//! assert_eq!(nbd.get_size()?, 1 << 20);
//! # Ok::<(), libnbd::Error>(())
//! ```
//!
//! Every method of [`Handle`] is a function of the C library, with its name and the
//! same documentation; `libnbd(3)` explains how they belong together.  Where a text
//! says that a call returns -1 or `NULL`, the method returns an [`Error`]; 0 and 1 of
//! questions are `false` and `true`.  Names that the server sends are UTF-8 by the
//! rules of the protocol; what is not is replaced by U+FFFD.
//!
//! # Closures
//!
//! Closures get what the C callbacks get.  Where there is an `error`, it is the errno
//! of the failure, or 0.  A closure returns -1 to fail the command, after setting
//! `error` to say why; a completion returns 1 to have the command retired at once,
//! and 0 to have it kept for [`Handle::aio_command_completed`], as [`keep`] and
//! [`Slot`] do.
//!
//! Closures of a blocking call may borrow; they are gone when it returns.  Those of
//! other calls are owned by the handle until the library drops them, exactly once.
//! All run with the lock of the handle held, so they must not use the handle:
//! methods that take the lock fail with `EDEADLK` there, and those that cannot fail
//! panic.
//!
//! A panic does not cross the library.  It counts as -1 with `EIO`, the connection
//! stays usable, and the panic goes on from the method that ran the closure, once
//! that method is done: the blocking call itself, or [`Handle::poll`] and whatever
//! else drove the connection.
//!
//! # Buffers
//!
//! A blocking call borrows its buffer.  An asynchronous one, such as
//! [`Handle::aio_pread`], takes it, because no borrow could be trusted: a borrower's
//! end may never come, if `std::mem::forget` has its way.  The buffer then lives
//! where only the library can find it, in one allocation with the completion, and
//! the completion gets it back.  To write without copying what others read too, pass
//! an `Arc<[u8]>`.
//!
//! ```compile_fail
//! # let nbd = libnbd::Handle::new().unwrap();
//! let mut buf = [0; 512];
//! nbd.aio_pread(&mut buf, 0, |_, _| 1, libnbd::CmdFlag::empty()); // borrowed
//! ```
//!
//! # Threads
//!
//! A handle can be used by several threads at once; N threads that read on one
//! handle are N requests in flight.
//!
//! # Features
//!
//! With the feature `tokio` there is `AsyncHandle`, whose calls are futures.

#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "tokio")]
mod asynchronous;
mod closures;
#[cfg(feature = "tokio")]
mod driver;
mod error;
mod extents;
mod file;
mod flags;
mod flight;
mod generated {
    #[cfg(feature = "tokio")]
    mod async_calls;
    pub(crate) mod callbacks;
    mod calls;
    pub(crate) mod types;
}
mod glue;
mod handle;
mod slot;
mod sockaddr;
mod thread;

pub use libnbd_sys::nbd_extent as NbdExtent;

#[cfg(feature = "tokio")]
pub use asynchronous::AsyncHandle;
pub use error::{Error, Result};
#[cfg(feature = "tokio")]
pub use extents::AsyncExtents;
pub use extents::{Extent, Extents, Flags};
#[cfg(feature = "tokio")]
pub use file::AsyncFile;
pub use file::File;
pub use generated::types::*;
pub use handle::Handle;
pub use slot::{keep, Slot};
pub use sockaddr::SockAddr;
