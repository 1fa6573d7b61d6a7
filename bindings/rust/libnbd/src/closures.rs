// SPDX-License-Identifier: MIT
//! The memory of closures and of commands: who owns it, and how long.
//!
//! The library owns what was lent to it from the call until it calls the closure's
//! free function, once.  A completion and the buffer of its command are in one
//! allocation.  So the buffer stays where it is until the library has released
//! both, whatever happens to the handle, even if it is forgotten.

use std::marker::PhantomData;
use std::os::raw::{c_int, c_void};
use std::ptr;
use std::sync::{Arc, Mutex, TryLockError};

use libnbd_sys as sys;

use crate::error::errno;
use crate::thread::{guarded, is_being_issued, issuing, PANICKED};

// Closures that are called any number of times --------------------------------

/// What user_data points to.  The lock of the handle serializes calls.  The mutex
/// is for what that lock does not cover: the end of a borrowed closure, and debug
/// output that a closure for debug output causes.
struct State<F> {
    handle: *const sys::nbd_handle,
    function: Mutex<Option<F>>,
}

/// A closure that the library owns together with us.
pub(crate) struct Shared<F>(Arc<State<F>>);

impl<F> Shared<F> {
    pub(crate) fn new(handle: *const sys::nbd_handle, function: F) -> Self {
        let function = Mutex::new(Some(function));
        Shared(Arc::new(State { handle, function }))
    }

    /// A share for the library, which gives it back with `free`.
    pub(crate) fn lend(&self) -> *mut c_void {
        Arc::into_raw(Arc::clone(&self.0)) as *mut c_void
    }
}

/// A borrowed closure, which is removed when this is dropped.  If the library still
/// had it, it would find nothing.
pub(crate) struct Scope<'a, F: 'a>(Shared<F>, PhantomData<&'a mut F>);

impl<F> Scope<'_, F> {
    pub(crate) fn new(handle: *const sys::nbd_handle, function: F) -> Self {
        Scope(Shared::new(handle, function), PhantomData)
    }
}

impl<F> std::ops::Deref for Scope<'_, F> {
    type Target = Shared<F>;

    fn deref(&self) -> &Shared<F> {
        &self.0
    }
}

impl<F> Drop for Scope<'_, F> {
    fn drop(&mut self) {
        let function = match self.0 .0.function.lock() {
            Ok(mut function) => function.take(),
            Err(poisoned) => poisoned.into_inner().take(),
        };
        drop(function);
    }
}

/// Call a closure for the library.  A panic counts as -1, with EIO as the error.
///
/// # Safety
/// `user_data` must be from `Shared<F>::lend`, and `error` NULL or valid.
pub(crate) unsafe fn call<F, C>(user_data: *mut c_void, error: *mut c_int, call: C) -> c_int
where
    C: FnOnce(&mut F, &mut i32) -> i32,
{
    // SAFETY: the library still has its share.
    let state = unsafe { &*(user_data as *const State<F>) };
    let mut function = match state.function.try_lock() {
        Ok(function) => function,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return 0,
    };
    let function = match function.as_mut() {
        Some(function) => function,
        None => return PANICKED,
    };
    let mut none = 0;
    // SAFETY: the library lends it to this call.
    let error = unsafe { error.as_mut() }.unwrap_or(&mut none);
    returned(guarded(state.handle, || call(function, error)), error)
}

fn returned(result: Option<i32>, error: &mut i32) -> c_int {
    result.unwrap_or_else(|| {
        if *error == 0 {
            *error = errno::EIO;
        }
        PANICKED
    })
}

/// The library no longer needs the closure.
///
/// # Safety
/// `user_data` must be from `Shared<F>::lend`.
pub(crate) unsafe extern "C" fn free<F>(user_data: *mut c_void) {
    // SAFETY: the library returns its share, once.
    let state = unsafe { Arc::from_raw(user_data as *const State<F>) };
    guarded(state.handle, || drop(state));
}

// Commands --------------------------------------------------------------------

/// A buffer and a completion, behind user_data.
struct Pending<B, F> {
    handle: *const sys::nbd_handle,
    buffer: Option<B>,
    completion: Option<F>,
}

/// A command for the library, which will own what it points to.
pub(crate) struct Command<B, F>(*mut Pending<B, F>);

impl<B, F> Command<B, F>
where
    F: FnOnce(B, &mut i32) -> i32,
{
    pub(crate) fn new(handle: *const sys::nbd_handle, buffer: B, completion: F) -> Self {
        Command(Box::into_raw(Box::new(Pending {
            handle,
            buffer: Some(buffer),
            completion: Some(completion),
        })))
    }

    pub(crate) fn closure(&self) -> sys::nbd_completion_callback {
        sys::nbd_completion_callback {
            callback: Some(complete::<B, F>),
            user_data: self.0.cast(),
            free: Some(free_command::<B, F>),
        }
    }

    /// Make the call that gives the command to the library.
    pub(crate) fn issue<R>(self, call: impl FnOnce() -> R) -> R {
        let pending = self.0;
        std::mem::forget(self);
        let (result, freed) = issuing(pending.cast(), call);
        if freed {
            // SAFETY: the library has released it and returned.
            unsafe { drop_command(pending) };
        }
        result
    }
}

// The buffer is borrowed from here until the library releases it.  The buffer
// borrows nothing and does not move, so the memory that it refers to stays valid.
impl<B: AsMut<[u8]> + Send + 'static, F> Command<B, F> {
    pub(crate) fn memory_mut(&self) -> (*mut c_void, usize) {
        // SAFETY: nobody else has it yet.
        let buffer = unsafe { (*self.0).buffer.as_mut() };
        match buffer.map(AsMut::as_mut) {
            Some(memory) => (memory.as_mut_ptr().cast(), memory.len()),
            None => (ptr::null_mut(), 0),
        }
    }
}

impl<B: AsRef<[u8]> + Send + 'static, F> Command<B, F> {
    pub(crate) fn memory(&self) -> (*const c_void, usize) {
        // SAFETY: nobody else has it yet.
        let buffer = unsafe { (*self.0).buffer.as_ref() };
        match buffer.map(AsRef::as_ref) {
            Some(memory) => (memory.as_ptr().cast(), memory.len()),
            None => (ptr::null(), 0),
        }
    }
}

/// The command was not issued, because getting its memory panicked.
impl<B, F> Drop for Command<B, F> {
    fn drop(&mut self) {
        // SAFETY: the library never had it.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

unsafe extern "C" fn complete<B, F>(user_data: *mut c_void, error: *mut c_int) -> c_int
where
    F: FnOnce(B, &mut i32) -> i32,
{
    // SAFETY: the library no longer uses the buffer, and keeps the rest for now.
    let (pending, error) = unsafe { (&mut *(user_data as *mut Pending<B, F>), &mut *error) };
    let handle = pending.handle;
    match (pending.buffer.take(), pending.completion.take()) {
        (Some(buffer), Some(completion)) => {
            returned(guarded(handle, || completion(buffer, error)), error)
        }
        _ => 0,
    }
}

unsafe extern "C" fn free_command<B, F>(user_data: *mut c_void) {
    if !is_being_issued(user_data) {
        // SAFETY: the library releases it, once.
        unsafe { drop_command(user_data as *mut Pending<B, F>) };
    }
}

unsafe fn drop_command<B, F>(pending: *mut Pending<B, F>) {
    // SAFETY: the caller promises that nobody else has it.
    let pending = unsafe { Box::from_raw(pending) };
    guarded(pending.handle, || drop(pending));
}
