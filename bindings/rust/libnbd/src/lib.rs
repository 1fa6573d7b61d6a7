// SPDX-License-Identifier: MIT
//! Talk to Network Block Device (NBD) servers.
//!
//! A server has disks, images or snapshots, which it calls exports.  This crate
//! reads, writes and maps them.  Where to begin:
//!
//! - [`File`] is an export as a file, with `Read`, `Write` and `Seek`.  It reads ahead and
//!   writes behind by itself.
//! - [`Handle`] is a connection with everything that the protocol has, as blocking calls that
//!   threads can share, or as commands with closures for a loop of your own.
//! - `AsyncHandle` and `AsyncFile` are both for tokio, see [Features](#features).
//! - [`Handle::extents`] iterates over the map of an export: what is allocated, zero,
//!   or dirty since a backup.
//!
//! ```
//! use libnbd::{CmdFlag, Handle};
//!
//! let nbd = Handle::new()?;
//! nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "memory", "1M"])?;
//! assert_eq!(nbd.get_size()?, 1 << 20);
//! nbd.pwrite(b"hello", 4096, CmdFlag::empty())?;
//! let mut buf = [0; 5];
//! nbd.pread(&mut buf, 4096, CmdFlag::empty())?;
//! assert_eq!(&buf, b"hello");
//! # Ok::<(), libnbd::Error>(())
//! ```
//!
//! A server is often named by a URI, such as `nbd://server/export` or
//! `nbds+unix:///?socket=/run/nbd.sock`, see [`Handle::connect_uri`].  Settings come
//! before connecting: [`Handle::set_tls`] and its relatives,
//! [`Handle::set_reconnect_timeout`] to outlive a restart of the server, and
//! [`Handle::add_meta_context`] for maps.
//!
//! Every method of [`Handle`] is a function of the C library, with the same name.
//! The manual page `libnbd(3)` explains how to use them together.  A call that
//! fails returns an [`Error`], which has a message for users, the system's error
//! number if there is one, and the [kind](Error::kind) of the standard library.
//! Names that the server sends are UTF-8 by the rules of the protocol.  Bytes that
//! are not UTF-8 are replaced by U+FFFD.
//!
//! # Closures
//!
//! An argument `error` of a closure is the system's number for the failure, or 0.
//! A closure returns -1 to fail the command, after setting `error` to say why, and
//! otherwise 0.  A completion returns 1 to retire the command at once, and 0 to
//! keep it for [`Handle::aio_command_completed`], as [`keep`] and [`Slot`] do.
//!
//! Closures of a blocking call may borrow, and are dropped when the call returns.
//! Those of other calls are owned by the handle until the library drops them,
//! exactly once.  All closures run with the lock of the handle held, so they must
//! not use the handle: methods that take the lock fail with `EDEADLK` there, and
//! those that cannot fail panic.
//!
//! A panic does not unwind through the library.  It counts as -1 with `EIO`, and
//! the connection stays usable.  The panic is resumed by the method that ran the
//! closure, at its end: the blocking call itself, or [`Handle::poll`] or another
//! method that drove the connection.
//!
//! # Buffers
//!
//! A blocking call borrows its buffer.  An asynchronous call, such as
//! [`Handle::aio_pread`], takes its buffer, because no borrow would be safe: with
//! `std::mem::forget`, the end of a borrow may never come.  The buffer is then in
//! one allocation with the completion, where only the library finds it, and the
//! completion gets it back.  To write data without a copy that others read, too,
//! pass an `Arc<[u8]>`.
//!
//! ```compile_fail
//! # let nbd = libnbd::Handle::new().unwrap();
//! let mut buf = [0; 512];
//! nbd.aio_pread(&mut buf, 0, |_, _| 1, libnbd::CmdFlag::empty()); // borrowed
//! ```
//!
//! # Threads
//!
//! A handle can be used by several threads at once.  N threads that read on one
//! handle have N requests in flight.
//!
//! # Features
//!
//! None is on by default, and without them no other crate is needed.
//!
//! - `tokio`: `AsyncHandle`, whose calls are futures, and `AsyncFile` with `AsyncRead`,
//!   `AsyncWrite` and `AsyncSeek`.  tokio 1.24 or newer.
//! - `bytes`: with `tokio`, `AsyncHandle::pread_buf` appends to a `BytesMut`.  Buffers of
//!   that crate can be used without it wherever memory is moved into a command.
//!
//! # Minimum Rust version
//!
//! Rust 1.63, with every feature; tests of the crate run with it.  Only a new minor
//! version may need a newer Rust.

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
#[cfg(all(feature = "bytes", feature = "tokio"))]
mod with_bytes;

pub use libnbd_sys::nbd_extent as NbdExtent;

#[cfg(feature = "tokio")]
pub use asynchronous::AsyncHandle;
pub use error::{Error, Result};
#[cfg(feature = "tokio")]
pub use extents::AsyncExtents;
pub use extents::{Extent, ExtentFlags, Extents};
#[cfg(feature = "tokio")]
pub use file::AsyncFile;
pub use file::File;
pub use generated::types::*;
pub use handle::Handle;
pub use slot::{keep, Slot};
pub use sockaddr::SockAddr;

/// The examples of the page that registries show.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
