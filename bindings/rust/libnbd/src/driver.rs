// SPDX-License-Identifier: MIT
//! The task that drives the connection of an asynchronous handle.
//!
//! The reactor tells only once that there is something, so the library is asked
//! whether it has read all.
//! It watches a duplicate of the socket's descriptor, so that the reactor's
//! registration never speaks of a number which the library has closed meanwhile and
//! someone else has got.  The duplicate goes before the handle does: a server that
//! is our child ends when no descriptor of the connection is left.

use std::future::Future;
use std::io;
use std::os::raw::{c_int, c_short, c_ulong};
use std::os::unix::io::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::unix::{AsyncFd, AsyncFdReadyGuard};
use tokio::io::Interest;

use crate::asynchronous::Connection;
use crate::error::errno;
use crate::{Error, Handle, Result, AIO_DIRECTION_READ, AIO_DIRECTION_WRITE};

/// As <poll.h> has it.
#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    revents: c_short,
}

const POLLOUT: c_short = 4;

extern "C" {
    fn poll(fds: *mut PollFd, count: c_ulong, timeout: c_int) -> c_int;
}

/// Whether the descriptor takes something at this moment.
fn has_room(fd: RawFd) -> bool {
    let mut watched = PollFd {
        fd,
        events: POLLOUT,
        revents: 0,
    };
    // SAFETY: it is one element.
    unsafe { poll(&mut watched, 1, 0) != 0 }
}

/// What wakes the driver; a guard remembers when the readiness was seen.
enum Event<'a> {
    Kick,
    Read(AsyncFdReadyGuard<'a, OwnedFd>),
    Write(AsyncFdReadyGuard<'a, OwnedFd>),
}

type Socket = AsyncFd<OwnedFd>;

fn failed(error: io::Error) -> Error {
    let errno = error.raw_os_error().unwrap_or(errno::EIO);
    Error::new(errno, format!("libnbd: watching the socket: {}", error))
}

fn watch(handle: &Handle) -> Result<Socket> {
    let fd = handle.aio_get_fd()?;
    // SAFETY: only this task makes calls by which the library closes it.
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    let copy = fd.try_clone_to_owned().map_err(failed)?;
    AsyncFd::with_interest(copy, Interest::READABLE | Interest::WRITABLE).map_err(failed)
}

/// Waits for what the library waits for, or for a kick.
struct Wait<'a, K> {
    kick: Pin<&'a mut K>,
    socket: Option<&'a Socket>,
    direction: u32,
}

impl<'a, K: Future<Output = ()>> Future for Wait<'a, K> {
    type Output = io::Result<Event<'a>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.kick.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(Event::Kick));
        }
        let socket = match self.socket {
            Some(socket) => socket,
            None => return Poll::Pending,
        };
        if self.direction & AIO_DIRECTION_READ != 0 {
            if let Poll::Ready(guard) = socket.poll_read_ready(cx) {
                return Poll::Ready(guard.map(Event::Read));
            }
        }
        if self.direction & AIO_DIRECTION_WRITE != 0 {
            if let Poll::Ready(guard) = socket.poll_write_ready(cx) {
                return Poll::Ready(guard.map(Event::Write));
            }
        }
        Poll::Pending
    }
}

/// Tell the library, then forget readiness that is over.  The look at the
/// descriptor comes after the guard was made, so the guard does not forget an event
/// that comes still later.
fn notify(handle: &Handle, event: Event<'_>) -> Result<()> {
    // A panic of a closure fails its command, and must not end this task.
    let caught =
        |call: &dyn Fn() -> Result<()>| catch_unwind(AssertUnwindSafe(call)).unwrap_or(Ok(()));
    match event {
        Event::Kick => Ok(()),
        Event::Read(mut guard) => {
            let result = caught(&|| handle.aio_notify_read());
            if handle.aio_is_drained() {
                guard.clear_ready();
            }
            result
        }
        Event::Write(mut guard) => {
            let result = caught(&|| handle.aio_notify_write());
            if !has_room(guard.get_ref().as_raw_fd()) {
                guard.clear_ready();
            }
            result
        }
    }
}

/// Tells everyone when the task ends, however it ends.
struct End<'a>(&'a Connection, u64);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.stopped(self.1);
    }
}

fn is_alive(handle: &Handle) -> bool {
    !(handle.aio_is_closed() || handle.aio_is_dead() || handle.aio_is_created())
}

/// Drive the connection until it ends or nobody is interested any more.
pub(crate) async fn drive(connection: Arc<Connection>, turn: u64) {
    let end = End(&connection, turn);
    if let Err(error) = run(&connection, turn).await {
        connection.failed(turn, error);
    }
    drop(end);
}

async fn run(connection: &Connection, turn: u64) -> Result<()> {
    let handle = &connection.handle;
    let mut socket = None;
    while is_alive(handle) && connection.is_driven_by(turn) {
        let direction = handle.aio_get_direction();
        // While it connects the library may try one socket after the other.
        if handle.aio_is_connecting() {
            socket = None;
        }
        if socket.is_none() && direction != 0 {
            socket = Some(watch(handle)?);
        }
        let kick = connection.kick.notified();
        tokio::pin!(kick);
        let wait = Wait {
            kick,
            socket: socket.as_ref(),
            direction,
        };
        let result = notify(handle, wait.await.map_err(failed)?);
        // While the handle lives, an event that it did not want is no failure.
        if !is_alive(handle) {
            return result;
        }
        connection.changed.notify_waiters();
    }
    Ok(())
}
