// SPDX-License-Identifier: MIT
//! The handle itself.

use std::fmt;
use std::os::unix::io::{IntoRawFd, OwnedFd, RawFd};
use std::ptr::NonNull;

use libnbd_sys as sys;

use crate::error::errno;
use crate::thread::{guarded, is_inside, resume};
use crate::{Error, Result};

/// A connection to an NBD server, connected or not.
///
/// Each method is a function of the library, and its documentation says what the
/// function does.  Dropping the handle closes the connection without telling the
/// server.  Use [`Handle::shutdown`] first for an orderly end.  Commands that are
/// in flight then fail with `ENOTCONN`, and their completions run.
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
/// A handle that was closed cannot be used, which the compiler checks.
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

// SAFETY: functions of the library can be called by any thread.  Only errors belong
// to threads, and methods read them before they return.  What the handle holds for
// the program are closures and buffers, all of which are Send.
unsafe impl Send for Handle {}

// SAFETY: every function takes the handle's lock or reads one atomic word, so
// several threads may call methods at once.  Closures run with the lock held, so
// never two at a time.  Only Drop needs exclusive access to the handle, and has it.
unsafe impl Sync for Handle {}

impl Handle {
    /// Create a handle, which is not connected.
    ///
    /// If the environment variable `LIBNBD_DEBUG` is exactly 1, debug output is
    /// switched on, see [`Handle::set_debug`].
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

    /// The handle in C, for functions of `libnbd-sys`.  It is valid as long as this
    /// handle, which still owns it.
    pub fn as_ptr(&self) -> *mut sys::nbd_handle {
        self.pointer.as_ptr()
    }

    /// The handle for a function that takes no lock.
    #[inline]
    pub(crate) fn pointer(&self) -> *mut sys::nbd_handle {
        self.pointer.as_ptr()
    }

    /// The handle for a function that takes the lock, which closures already hold.
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

    /// The number of a socket that the library will own.  If the handle is not new,
    /// the library refuses the socket without looking at it, so it is closed here.
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

/// Closures that are left run and are dropped.  A panic of a closure is resumed
/// here, unless the thread already panics.
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
