// SPDX-License-Identifier: MIT
//! Commands in flight, for what is built on both kinds of handles.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use crate::{Error, Handle, Result};

/// A handle as readers and iterators see it, blocking or not.
pub(crate) trait Port {
    fn handle(&self) -> &Handle;

    /// A command was issued: whoever drives the connection may have to know.
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

/// Those who want to know when a command is done: a reader and a writer.
#[derive(Debug, Default)]
pub(crate) struct Sleepers([Mutex<Option<Waker>>; 2]);

/// Which of both.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "tokio"), allow(dead_code))]
pub(crate) enum Role {
    Reader,
    Writer,
}

impl Sleepers {
    /// To be called before looking at what is done, so that nothing is missed.
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
    /// Nobody wants it any more.
    GivenUp,
    Landed(B, i32),
}

/// A command that was issued, and whose buffer comes back with it.
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

    /// What became of it, once; None if it is not done.
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
        // Both calls fail only if the command is no more.  The lock must not be
        // held meanwhile: completions take it, in calls on the handle.
        let was = std::mem::replace(&mut *lock(&self.landing), Landing::GivenUp);
        let _ = match was {
            Landing::Flying => handle.aio_cancel(self.cookie),
            Landing::Landed(_, errno) if errno != 0 => handle.aio_command_completed(self.cookie),
            _ => return,
        };
    }
}

/// Why a command failed.  It was kept for this: the library says more than a number.
fn reason(handle: &Handle, cookie: u64, errno: i32) -> Error {
    match handle.aio_command_completed(cookie) {
        Err(error) => error,
        Ok(_) => {
            let why = io::Error::from_raw_os_error(errno);
            Error::new(errno, format!("libnbd: command failed: {}", why))
        }
    }
}

/// Where a command leaves its result.
pub(crate) struct Completion<B> {
    landing: Arc<Mutex<Landing<B>>>,
    sleepers: Arc<Sleepers>,
}

impl<B> Completion<B> {
    /// To be called by the completion, whose result it is: a command that failed is
    /// kept if somebody will ask why.
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
