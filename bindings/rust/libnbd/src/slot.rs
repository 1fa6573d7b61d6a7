// SPDX-License-Identifier: MIT
//! Commands whose results are collected by cookie.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A completion that keeps the command for
/// [`Handle::aio_command_completed`](crate::Handle::aio_command_completed), which
/// returns how it ended.
///
/// ```
/// # let nbd = libnbd::Handle::new()?;
/// # nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "memory", "1M"])?;
/// let cookie = nbd.aio_flush(libnbd::keep, libnbd::CmdFlag::empty())?;
/// while !nbd.aio_command_completed(cookie)? {
///     nbd.poll(-1)?;
/// }
/// # Ok::<(), libnbd::Error>(())
/// ```
pub fn keep(_error: &mut i32) -> i32 {
    0
}

/// The place for the buffer of a command whose result is collected by cookie.
///
/// ```
/// # let nbd = libnbd::Handle::new()?;
/// # nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "memory", "1M"])?;
/// let slot = libnbd::Slot::new();
/// let buf = vec![0; 512];
/// let cookie = nbd.aio_pread(buf, 0, slot.completion(), libnbd::CmdFlag::empty())?;
/// while !nbd.aio_command_completed(cookie)? {
///     nbd.poll(-1)?;
/// }
/// let buf = slot.take().expect("the command has finished");
/// # assert_eq!(buf.len(), 512);
/// # Ok::<(), libnbd::Error>(())
/// ```
#[derive(Debug)]
pub struct Slot<B> {
    buffer: Arc<Mutex<Option<B>>>,
}

impl<B> Slot<B> {
    /// An empty slot.
    pub fn new() -> Self {
        Slot {
            buffer: Arc::new(Mutex::new(None)),
        }
    }

    /// A completion that puts the buffer here and keeps the command for
    /// [`Handle::aio_command_completed`](crate::Handle::aio_command_completed).
    pub fn completion(&self) -> impl FnOnce(B, &mut i32) -> i32 + Send + 'static
    where
        B: Send + 'static,
    {
        let slot = Arc::clone(&self.buffer);
        move |buffer, _error| {
            *lock(&slot) = Some(buffer);
            0
        }
    }

    /// The buffer, if the command has finished and it was not taken before.
    pub fn take(&self) -> Option<B> {
        lock(&self.buffer).take()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<B> Default for Slot<B> {
    fn default() -> Self {
        Slot::new()
    }
}
