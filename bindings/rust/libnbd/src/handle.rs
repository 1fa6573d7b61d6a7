// SPDX-License-Identifier: MIT
//! The handle itself.

use std::fmt;
use std::os::unix::io::{IntoRawFd, OwnedFd, RawFd};
use std::ptr::NonNull;

use libnbd_sys as sys;

use crate::error::errno;
use crate::thread::{guarded, is_inside, resume};
use crate::{Error, Result};

/// One connection to an NBD server, or the plan for it.
///
/// Each method is a function of the library, and says what that does.  Dropping
/// the handle closes the connection without a word to the server: use
/// [`Handle::shutdown`] first for an orderly end.  Commands that are still in
/// flight then fail with `ENOTCONN`, and their completions run.
///
/// ```
/// let nbd = libnbd::Handle::new()?;
/// nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "pattern", "1M"])?;
/// let mut buf = [0; 16];
/// nbd.pread(&mut buf, 4096, libnbd::CmdFlag::empty())?;
/// assert_eq!(buf[8..], 4104_u64.to_be_bytes());
/// nbd.shutdown(libnbd::Shutdown::empty())?;
/// # Ok::<(), libnbd::Error>(())
/// ```
///
/// A handle that was closed cannot be used any more; the compiler sees to that.
///
/// ```compile_fail,E0382
/// let nbd = libnbd::Handle::new()?;
/// nbd.close();
/// nbd.get_size()?;
/// # Ok::<(), libnbd::Error>(())
/// ```
pub struct Handle {
    pointer: NonNull<sys::nbd_handle>,
}

// SAFETY: no function of the library cares which thread calls it, except that
// errors belong to threads, and these are read before a method returns.  What the
// handle holds for the program are closures and buffers, all of which are Send.
unsafe impl Send for Handle {}

// SAFETY: every function takes the handle's lock or reads one atomic word, so
// methods may be called by several threads at once.  Closures run with the lock
// held, never two at a time.  Only Drop needs the handle for itself, and has it.
unsafe impl Sync for Handle {}

impl Handle {
    /// Create a handle, which is not connected.
    ///
    /// If the environment variable `LIBNBD_DEBUG` is exactly 1 it starts with debug
    /// output on, see [`Handle::set_debug`].
    ///
    /// # Errors
    ///
    /// - `ENOMEM`: memory is short
    pub fn new() -> Result<Handle> {
        // SAFETY: it takes nothing.
        let pointer = unsafe { sys::nbd_create() };
        match NonNull::new(pointer) {
            Some(pointer) => Ok(Handle { pointer }),
            None => Err(Error::last()),
        }
    }

    /// Close the connection and free the handle, as dropping it does.
    pub fn close(self) {
        drop(self);
    }

    /// The handle as C knows it, for functions of `libnbd-sys`.  It is valid as long
    /// as this one, and still belongs to it.
    pub fn as_ptr(&self) -> *mut sys::nbd_handle {
        self.pointer.as_ptr()
    }

    /// The handle for a function that takes no lock.
    #[inline]
    pub(crate) fn pointer(&self) -> *mut sys::nbd_handle {
        self.pointer.as_ptr()
    }

    /// The handle for a function that takes the lock, which closures hold already.
    #[inline]
    pub(crate) fn enter(&self, call: &str) -> Result<*mut sys::nbd_handle> {
        if is_inside(self.pointer.as_ptr()) {
            return Err(inside(call));
        }
        Ok(self.pointer.as_ptr())
    }

    /// The same for functions that cannot fail.
    #[inline]
    pub(crate) fn enter_or_panic(&self, call: &str) -> *mut sys::nbd_handle {
        match self.enter(call) {
            Ok(pointer) => pointer,
            Err(error) => panic!("{}", error),
        }
    }

    /// The number of a socket that the library is to own.  If the handle is not new
    /// the library refuses it unseen, and so it is closed here.
    pub(crate) fn give_away(&self, socket: OwnedFd) -> RawFd {
        if self.aio_is_created() {
            socket.into_raw_fd()
        } else {
            -1
        }
    }
}

#[cold]
fn inside(call: &str) -> Error {
    let message = format!(
        "{}: not possible in a closure of the same handle, whose lock is held: \
         make the call when the closure has returned",
        call
    );
    Error::new(errno::EDEADLK, message)
}

/// Closures that are still there run, and are dropped.  What one of them panics
/// with goes on here, unless the thread is panicking already.
impl Drop for Handle {
    fn drop(&mut self) {
        let pointer = self.pointer.as_ptr();
        // SAFETY: nobody else has the handle, and nobody will.
        guarded(pointer, || unsafe { sys::nbd_close(pointer) });
        resume();
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("pointer", &self.pointer)
            .finish_non_exhaustive()
    }
}
