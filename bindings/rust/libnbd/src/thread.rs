// SPDX-License-Identifier: MIT
//! What each thread knows about the closures that run on it.
//!
//! A panic must not unwind through C.  It is caught where C calls a closure, kept
//! here, and resumed when the call of the library that ran the closure returns.

use std::any::Any;
use std::cell::Cell;
use std::os::raw::{c_int, c_void};
use std::panic::{self, AssertUnwindSafe};
use std::ptr;

use libnbd_sys::nbd_handle;

/// A closure that runs; the list begins with the innermost one.
struct Frame {
    handle: *const nbd_handle,
    outer: *const Frame,
}

type Payload = Box<dyn Any + Send>;

thread_local! {
    static RUNNING: Cell<*const Frame> = const { Cell::new(ptr::null()) };
    static ISSUING: Cell<*mut c_void> = const { Cell::new(ptr::null_mut()) };
    static HAS_PANIC: Cell<bool> = const { Cell::new(false) };
    static PANIC: Cell<Option<Payload>> = const { Cell::new(None) };
}

/// Whether a closure of this handle runs on this thread.
#[inline]
pub(crate) fn is_inside(handle: *const nbd_handle) -> bool {
    let mut frame = RUNNING.with(Cell::get);
    while !frame.is_null() {
        // SAFETY: a frame is on the stack of a function that has not returned.
        let running = unsafe { &*frame };
        if running.handle == handle {
            return true;
        }
        frame = running.outer;
    }
    false
}

fn take_panic() -> Option<Payload> {
    if HAS_PANIC.with(|flag| flag.replace(false)) {
        PANIC.try_with(Cell::take).unwrap_or(None)
    } else {
        None
    }
}

/// Keep the first panic.  The panic hook has shown all of them.
fn keep_panic(payload: Payload) {
    if HAS_PANIC.with(|flag| flag.replace(true)) {
        // Dropping it could run code that panics again.
        std::mem::forget(payload);
    } else {
        let _ = PANIC.try_with(|cell| cell.set(Some(payload)));
    }
}

/// Run code of the program inside a call of the library.  None: it panicked.
pub(crate) fn guarded<R>(handle: *const nbd_handle, run: impl FnOnce() -> R) -> Option<R> {
    // A panic that an earlier closure has left must not be resumed by calls that
    // this code makes.
    let earlier = take_panic();
    let frame = Frame {
        handle,
        outer: RUNNING.with(Cell::get),
    };
    RUNNING.with(|running| running.set(&frame));
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    RUNNING.with(|running| running.set(frame.outer));
    if let Some(payload) = earlier {
        keep_panic(payload);
    }
    result.map_err(keep_panic).ok()
}

/// Resume the panic of a closure, now that no C function is on the stack.
#[inline]
pub(crate) fn resume() {
    if HAS_PANIC.with(Cell::get) {
        resume_now();
    }
}

#[cold]
fn resume_now() {
    if let Some(payload) = take_panic() {
        if !std::thread::panicking() {
            panic::resume_unwind(payload);
        }
        std::mem::forget(payload);
    }
}

/// Make a call that issues a command.  If this thread frees the closure meanwhile,
/// that is only recorded, see `is_being_issued`, because the library may still use
/// the buffer.  The second result is true if the closure was freed.
pub(crate) fn issuing<R>(closure: *mut c_void, call: impl FnOnce() -> R) -> (R, bool) {
    // Debug output can run a closure that issues commands of another handle.
    let outer = ISSUING.with(|cell| cell.replace(closure));
    let result = call();
    let freed = ISSUING.with(|cell| cell.replace(outer)).is_null();
    (result, freed)
}

/// Whether freeing this closure has to wait.  If so, the request is recorded.
pub(crate) fn is_being_issued(closure: *mut c_void) -> bool {
    ISSUING.with(|cell| {
        let found = cell.get() == closure;
        if found {
            cell.set(ptr::null_mut());
        }
        found
    })
}

/// The result for the library of a closure that panicked.
pub(crate) const PANICKED: c_int = -1;
