// SPDX-License-Identifier: MIT
//! Socket addresses in the form that the kernel needs.

use std::ffi::OsStr;
use std::fmt;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use libnbd_sys as sys;

use crate::error::errno;
use crate::{Error, Result};

const AF_UNIX: u16 = 1;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;
const AF_VSOCK: u16 = 40;

/// The size of struct sockaddr_storage.
const ROOM: usize = 128;
/// The size of sun_path.
const PATH_ROOM: usize = 108;

/// The address of a socket, for [`Handle::aio_connect`](crate::Handle::aio_connect).
///
/// ```
/// let tcp = libnbd::SockAddr::from("127.0.0.1:10809".parse::<std::net::SocketAddr>()?);
/// let unix = libnbd::SockAddr::unix("/run/nbd.sock")?;
/// let vm = libnbd::SockAddr::vsock(2, 10809);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[repr(C, align(8))]
pub struct SockAddr {
    bytes: [u8; ROOM],
    len: usize,
}

impl SockAddr {
    fn new(family: u16) -> Self {
        let mut made = SockAddr {
            bytes: [0; ROOM],
            len: 0,
        };
        made.push(&family.to_ne_bytes());
        made
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    fn local(path: &[u8], room: usize) -> Result<Self> {
        if path.len() > room || path.contains(&0) {
            let message = format!("{:?} is no socket's name", OsStr::from_bytes(path));
            return Err(Error::new(errno::EINVAL, message));
        }
        Ok(SockAddr::new(AF_UNIX))
    }

    /// A Unix domain socket in the file system.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the path is longer than 107 bytes, or has a NUL
    pub fn unix(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().as_os_str().as_bytes();
        let mut made = SockAddr::local(path, PATH_ROOM - 1)?;
        made.push(path);
        made.push(&[0]);
        Ok(made)
    }

    /// A Unix domain socket in Linux's abstract namespace.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the name is longer than 107 bytes, or has a NUL
    pub fn unix_abstract(name: impl AsRef<[u8]>) -> Result<Self> {
        let mut made = SockAddr::local(name.as_ref(), PATH_ROOM - 1)?;
        made.push(&[0]);
        made.push(name.as_ref());
        Ok(made)
    }

    /// A socket of a virtual machine, or of its host.
    pub fn vsock(cid: u32, port: u32) -> Self {
        let mut made = SockAddr::new(AF_VSOCK);
        made.push(&[0; 2]);
        made.push(&port.to_ne_bytes());
        made.push(&cid.to_ne_bytes());
        made.push(&[0; 4]);
        made
    }

    pub(crate) fn as_ptr(&self) -> *const sys::sockaddr {
        self.bytes.as_ptr().cast()
    }

    pub(crate) fn len(&self) -> sys::socklen_t {
        self.len as sys::socklen_t
    }
}

impl From<SocketAddr> for SockAddr {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(v4) => {
                let mut made = SockAddr::new(AF_INET);
                made.push(&v4.port().to_be_bytes());
                made.push(&v4.ip().octets());
                made.push(&[0; 8]);
                made
            }
            SocketAddr::V6(v6) => {
                let mut made = SockAddr::new(AF_INET6);
                made.push(&v6.port().to_be_bytes());
                made.push(&v6.flowinfo().to_ne_bytes());
                made.push(&v6.ip().octets());
                made.push(&v6.scope_id().to_ne_bytes());
                made
            }
        }
    }
}

impl fmt::Debug for SockAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SockAddr({:?})", &self.bytes[..self.len])
    }
}
