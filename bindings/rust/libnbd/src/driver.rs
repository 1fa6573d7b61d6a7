// SPDX-License-Identifier: MIT
//! The task that drives the connection of an asynchronous handle.
//!
//! The reactor watches the descriptor that the library names.  It reports only once
//! that there is something, so the library is asked whether it has read everything.
//! A handle that stays connected always has one descriptor, which is registered
//! once.  Another handle has the descriptor of its socket, which the library closes
//! at the end.  It is not deregistered after that, because the kernel has forgotten
//! it, and its number may already be in use again.

use std::future::Future;
use std::io;
use std::os::unix::io::{AsRawFd, RawFd};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::unix::{AsyncFd, AsyncFdReadyGuard};
use tokio::io::Interest;

use crate::asynchronous::Connection;
use crate::error::errno;
use crate::{Error, Handle, Result, AIO_DIRECTION_READ, AIO_DIRECTION_WRITE};

/// A descriptor of the library, as long as it is that of the connection.  The
/// library closes it only in calls that the driver makes.
struct Watched {
    connection: Arc<Connection>,
    fd: RawFd,
}

impl AsRawFd for Watched {
    fn as_raw_fd(&self) -> RawFd {
        match self.connection.handle.aio_get_fd() {
            Ok(fd) if fd == self.fd => fd,
            _ => -1,
        }
    }
}

type Socket = AsyncFd<Watched>;

/// What wakes the driver.  A guard records when the readiness was seen.
enum Event<'a> {
    Kick,
    Read(AsyncFdReadyGuard<'a, Watched>),
    Write(AsyncFdReadyGuard<'a, Watched>),
}

fn failed(error: io::Error) -> Error {
    let errno = error.raw_os_error().unwrap_or(errno::EIO);
    Error::new(errno, format!("libnbd: watching the socket: {}", error))
}

fn watch(connection: &Arc<Connection>) -> Result<Socket> {
    let watched = Watched {
        connection: Arc::clone(connection),
        fd: connection.handle.aio_get_fd()?,
    };
    AsyncFd::with_interest(watched, Interest::READABLE | Interest::WRITABLE).map_err(failed)
}

/// Waits for what the library waits for, or for a wake-up.
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

/// Tell the library, then clear readiness that is over.  The library looks after
/// the guard was made, so the guard does not clear an event that comes later.
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
            if is_full(handle) {
                guard.clear_ready();
            }
            result
        }
    }
}

/// Whether the socket took less than there is to send.  A library that has
/// something else to do also asks for write events.
fn is_full(handle: &Handle) -> bool {
    handle.aio_get_direction() & AIO_DIRECTION_WRITE != 0 && handle.aio_is_drained()
}

/// Whether the descriptor stays the same while connections come and go.
fn has_one_descriptor(handle: &Handle) -> bool {
    handle.get_reconnect_timeout() != 0
        || handle.get_connect_timeout() != 0
        || handle.get_command_timeout() > 0
        || handle.get_stall_timeout() > 0
        || handle.get_connections() > 1
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

/// Drive the connection until it ends or nobody uses it.
pub(crate) async fn drive(connection: Arc<Connection>, turn: u64) {
    let end = End(&connection, turn);
    if let Err(error) = run(&connection, turn).await {
        connection.failed(turn, error);
    }
    drop(end);
}

async fn run(connection: &Arc<Connection>, turn: u64) -> Result<()> {
    let handle = &connection.handle;
    let lasts = has_one_descriptor(handle);
    let mut socket: Option<Socket> = None;
    while is_alive(handle) && connection.is_driven_by(turn) {
        let direction = handle.aio_get_direction();
        // While it connects, the library may try one socket after another.
        if handle.aio_is_connecting() && !lasts {
            socket = None;
        }
        if socket.is_none() && direction != 0 {
            socket = Some(watch(connection)?);
        }
        let kick = connection.kick.notified();
        tokio::pin!(kick);
        let wait = Wait {
            kick,
            socket: socket.as_ref(),
            direction,
        };
        let result = notify(handle, wait.await.map_err(failed)?);
        // While the handle lives, an event that the library did not wait for is no
        // failure.
        if !is_alive(handle) {
            return result;
        }
        connection.changed.notify_waiters();
    }
    Ok(())
}
