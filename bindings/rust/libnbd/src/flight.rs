// SPDX-License-Identifier: MIT
//! Commands in flight, for code that works with both kinds of handles.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use crate::{Error, Handle, Result};

/// A handle as readers and iterators see it, blocking or not.
pub(crate) trait Port {
    fn handle(&self) -> &Handle;

    /// A command was issued, which the driver of the connection may have to know.
    fn issued(&self);
}

impl Port for Handle {
    fn handle(&self) -> &Handle {
        self
    }

    fn issued(&self) {}
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// Who waits -------------------------------------------------------------------

/// The wakers that are called when a command has completed: of a reader and of a
/// writer.
#[derive(Debug, Default)]
pub(crate) struct Sleepers([Mutex<Option<Waker>>; 2]);

/// One of the two.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "tokio"), allow(dead_code))]
pub(crate) enum Role {
    Reader,
    Writer,
}

impl Sleepers {
    /// Must be called before looking for results, so that none is missed.
    pub(crate) fn register(&self, role: Role, waker: &Waker) {
        let mut place = lock(&self.0[role as usize]);
        match place.as_mut() {
            Some(old) if old.will_wake(waker) => {}
            _ => *place = Some(waker.clone()),
        }
    }

    pub(crate) fn wake(&self) {
        for place in &self.0 {
            let waker = lock(place).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

// What is awaited -------------------------------------------------------------

#[derive(Debug)]
enum Landing<B> {
    Flying,
    /// Nobody needs it any more.
    GivenUp,
    Landed(B, i32),
}

/// A command that was issued, which returns its buffer.
#[derive(Debug)]
pub(crate) struct Flight<B> {
    landing: Arc<Mutex<Landing<B>>>,
    cookie: u64,
}

impl<B: Send + 'static> Flight<B> {
    /// Issue a command with the completion that `issue` is given.
    pub(crate) fn start<P, I>(port: &P, sleepers: &Arc<Sleepers>, issue: I) -> Result<Flight<B>>
    where
        P: Port,
        I: FnOnce(&Handle, Completion<B>) -> Result<u64>,
    {
        let landing = Arc::new(Mutex::new(Landing::Flying));
        let completion = Completion {
            landing: Arc::clone(&landing),
            sleepers: Arc::clone(sleepers),
        };
        let cookie = issue(port.handle(), completion)?;
        port.issued();
        Ok(Flight { landing, cookie })
    }

    /// The result, once; None if the command has not completed.
    pub(crate) fn take(&mut self, handle: &Handle) -> Option<Result<B>> {
        let mut landing = lock(&self.landing);
        match std::mem::replace(&mut *landing, Landing::GivenUp) {
            Landing::Landed(buffer, 0) => Some(Ok(buffer)),
            Landing::Landed(_, errno) => {
                drop(landing);
                Some(Err(reason(handle, self.cookie, errno)))
            }
            other => {
                *landing = other;
                None
            }
        }
    }

    /// Cancel the command.  Its buffer lives until the library has given it back.
    pub(crate) fn give_up(self, handle: &Handle) {
        // Both calls fail only if the command has ended.  The lock must not be held
        // meanwhile, because completions take it, in calls on the handle.
        let was = std::mem::replace(&mut *lock(&self.landing), Landing::GivenUp);
        let _ = match was {
            Landing::Flying => handle.aio_cancel(self.cookie),
            Landing::Landed(_, errno) if errno != 0 => handle.aio_command_completed(self.cookie),
            _ => return,
        };
    }
}

/// The reason for a failure.  The command was not retired, because the library says
/// more than a number does.
fn reason(handle: &Handle, cookie: u64, errno: i32) -> Error {
    match handle.aio_command_completed(cookie) {
        Err(error) => error,
        Ok(_) => {
            let why = io::Error::from_raw_os_error(errno);
            Error::new(errno, format!("libnbd: command failed: {}", why))
        }
    }
}

/// Where a command puts its result.
pub(crate) struct Completion<B> {
    landing: Arc<Mutex<Landing<B>>>,
    sleepers: Arc<Sleepers>,
}

impl<B> Completion<B> {
    /// Must be called by the completion, and returns its result: a command that
    /// failed is not retired if somebody will ask for the reason.
    pub(crate) fn land(self, buffer: B, errno: i32) -> i32 {
        {
            let mut landing = lock(&self.landing);
            if matches!(*landing, Landing::GivenUp) {
                return 1;
            }
            *landing = Landing::Landed(buffer, errno);
        }
        self.sleepers.wake();
        i32::from(errno == 0)
    }
}
