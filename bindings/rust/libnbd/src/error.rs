// SPDX-License-Identifier: MIT
//! Why a call failed.

use std::ffi::CStr;
use std::fmt;
use std::io;

use libnbd_sys as sys;

/// The result of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// Error numbers that the binding itself uses.
#[allow(dead_code)]
pub(crate) mod errno {
    pub const EPERM: i32 = 1;
    pub const EIO: i32 = 5;
    pub const EINVAL: i32 = 22;
    pub const ENOSPC: i32 = 28;
    pub use arch::*;

    #[cfg(any(target_arch = "mips", target_arch = "mips64"))]
    mod arch {
        pub const EDEADLK: i32 = 45;
        pub const ENOTCONN: i32 = 134;
        pub const EPROTO: i32 = 71;
    }
    #[cfg(target_arch = "sparc64")]
    mod arch {
        pub const EDEADLK: i32 = 78;
        pub const ENOTCONN: i32 = 57;
        pub const EPROTO: i32 = 86;
    }
    #[cfg(not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64")))]
    mod arch {
        pub const EDEADLK: i32 = 35;
        pub const ENOTCONN: i32 = 107;
        pub const EPROTO: i32 = 71;
    }
}

/// A call failed.
///
/// It has a message for users, which begins with the name of the C function, and
/// for most failures an error number.
///
/// ```
/// let nbd = libnbd::Handle::new()?;
/// let error = nbd.get_size().unwrap_err();
/// assert!(error.message().starts_with("nbd_get_size: "));
/// assert_eq!(error.kind(), std::io::ErrorKind::NotConnected);
/// # Ok::<(), libnbd::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: String,
    errno: i32,
}

impl Error {
    pub(crate) fn new(errno: i32, message: impl Into<String>) -> Self {
        Error {
            message: message.into(),
            errno,
        }
    }

    /// The error of this thread's last call.
    #[cold]
    pub(crate) fn last() -> Self {
        // SAFETY: the string is valid until this thread's next call.
        let message = unsafe {
            let text = sys::nbd_get_error();
            if text.is_null() {
                "libnbd: no reason was given".to_owned()
            } else {
                CStr::from_ptr(text).to_string_lossy().into_owned()
            }
        };
        // SAFETY: it takes nothing and reads this thread's error only.
        let errno = unsafe { sys::nbd_get_errno() };
        Error { message, errno }
    }

    /// The message for users.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The error number, if one describes the failure.
    pub fn errno(&self) -> Option<i32> {
        Some(self.errno).filter(|&errno| errno != 0)
    }

    /// The kind that the standard library assigns to the error number.
    pub fn kind(&self) -> io::ErrorKind {
        match self.errno() {
            Some(errno) => io::Error::from_raw_os_error(errno).kind(),
            None => io::ErrorKind::Other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Keeps the kind and the message.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        io::Error::new(error.kind(), error)
    }
}
