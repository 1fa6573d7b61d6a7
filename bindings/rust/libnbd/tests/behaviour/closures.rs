// SPDX-License-Identifier: MIT
//! Panics in closures, and how long closures live.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use libnbd::{CmdFlag, Handle, Slot};

use crate::{connected, finish, pattern, seen};

/// The message of a panic.
fn panic_of(run: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("it should panic");
    payload
        .downcast_ref::<&str>()
        .expect("a string")
        .to_string()
}

#[test]
fn panic_in_a_callback() {
    let handle = connected(&["pattern", "1M"]);
    let chunk = |_: &[u8], _: u64, _: u32, _: &mut i32| -> i32 { panic!("chunk") };
    let message = panic_of(|| {
        let _ = handle.pread_structured(&mut [0; 512], 0, chunk, CmdFlag::empty());
    });
    assert_eq!(message, "chunk");
    // The handle can be used as before.
    let mut buf = [0; 512];
    handle.pread(&mut buf, 0, CmdFlag::empty()).unwrap();
    assert_eq!(buf[..], pattern(0, 512));
}

#[test]
fn panic_in_an_asynchronous_callback() {
    let handle = connected(&["pattern", "1M"]);
    let chunk = |_: &[u8], _: u64, _: u32, _: &mut i32| -> i32 { panic!("later") };
    let slot = Slot::new();
    let cookie = handle
        .aio_pread_structured(vec![0; 512], 0, chunk, slot.completion(), CmdFlag::empty())
        .unwrap();
    // The method that drives the connection panics.
    assert_eq!(panic_of(|| finish(&handle)), "later");
    finish(&handle);
    let error = handle.aio_command_completed(cookie).unwrap_err();
    assert_eq!(error.errno(), Some(5));
    assert_eq!(slot.take().unwrap().len(), 512);

    handle
        .aio_pread([0; 8], 0, |_, _| panic!("completion"), CmdFlag::empty())
        .unwrap();
    assert_eq!(panic_of(|| finish(&handle)), "completion");
}

#[test]
fn panic_while_closing() {
    let handle = connected(&["--filter=delay", "null", "1M", "rdelay=60"]);
    handle
        .aio_pread(vec![0; 512], 0, |_, _| panic!("closing"), CmdFlag::empty())
        .unwrap();
    handle.kill_subprocess(9).unwrap();
    assert_eq!(panic_of(|| drop(handle)), "closing");
}

#[test]
fn closure_cannot_use_its_own_handle() {
    let handle = Arc::new(connected(&["null", "1M"]));
    let (errors, out) = seen();
    let again = Arc::clone(&handle);
    let completion = move |error: &mut i32| {
        let refused = again.aio_flush(libnbd::keep, CmdFlag::empty());
        out.lock().unwrap().push(refused.unwrap_err());
        // Another handle can be used.
        Handle::new().unwrap().set_export_name("disk").unwrap();
        1 - *error
    };
    handle.aio_flush(completion, CmdFlag::empty()).unwrap();
    finish(&handle);
    let errors = errors.lock().unwrap();
    assert_eq!(errors[0].errno(), Some(35));
}

/// Counts how many objects of its kind exist.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(counter: &Arc<AtomicUsize>) -> Self {
        counter.fetch_add(1, Ordering::SeqCst);
        Counted(Arc::clone(counter))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        // If an object were dropped twice, the counter would wrap around.
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Memory that is counted, too.
struct CountedBuffer {
    memory: Vec<u8>,
    _counted: Counted,
}

impl AsMut<[u8]> for CountedBuffer {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }
}

fn completion(
    counter: &Arc<AtomicUsize>,
) -> impl FnOnce(CountedBuffer, &mut i32) -> i32 + Send + 'static {
    let counted = Counted::new(counter);
    move |buffer, _| {
        drop((buffer, counted));
        1
    }
}

fn buffer(counter: &Arc<AtomicUsize>) -> CountedBuffer {
    CountedBuffer {
        memory: vec![0; 512],
        _counted: Counted::new(counter),
    }
}

#[test]
fn closures_are_freed_exactly_once() {
    let counter = Arc::new(AtomicUsize::new(0));
    let alive = || counter.load(Ordering::SeqCst);
    let none = CmdFlag::empty();

    // When a command has finished.
    let handle = connected(&["null", "1M"]);
    handle
        .aio_pread(buffer(&counter), 0, completion(&counter), none)
        .unwrap();
    assert_eq!(alive(), 2);
    finish(&handle);
    assert_eq!(alive(), 0);

    // When the command is retired, if its completion did not run to the end.
    let counted = Counted::new(&counter);
    let keep = move |_: &mut i32| {
        let _held = &counted;
        0
    };
    let cookie = handle.aio_flush(keep, none).unwrap();
    finish(&handle);
    assert!(handle.aio_command_completed(cookie).unwrap());
    assert_eq!(alive(), 0);

    // When a call is refused.
    handle
        .aio_pread(buffer(&counter), 1 << 30, completion(&counter), none)
        .unwrap_err();
    assert_eq!(alive(), 0);

    // When the handle is closed, connected or not.
    handle
        .aio_pread(buffer(&counter), 0, completion(&counter), none)
        .unwrap();
    drop(handle);
    assert_eq!(alive(), 0);
    let handle = Handle::new().unwrap();
    let counted = Counted::new(&counter);
    let debug = move |_: &str, _: &str| {
        let _held = &counted;
        0
    };
    handle.set_debug_callback(debug).unwrap();
    assert_eq!(alive(), 1);
    handle.set_debug_callback(|_, _| 0).unwrap();
    assert_eq!(alive(), 0);
    let counted = Counted::new(&counter);
    let event = move |_: u32, _: &str, _: i64| {
        let _held = &counted;
        0
    };
    handle.set_event_callback(event).unwrap();
    assert_eq!(alive(), 1);
    handle.clear_event_callback().unwrap();
    assert_eq!(alive(), 0);
    handle
        .aio_pread(buffer(&counter), 0, completion(&counter), none)
        .unwrap_err();
    assert_eq!(alive(), 0);
}

#[test]
fn buffer_whose_drop_panics_is_caught() {
    struct Bomb(Vec<u8>);
    impl AsRef<[u8]> for Bomb {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let handle = connected(&["memory", "1M"]);
    handle
        .aio_pwrite(Bomb(vec![1; 512]), 0, |_, _| 1, CmdFlag::empty())
        .unwrap();
    assert_eq!(panic_of(|| finish(&handle)), "dropped");
    finish(&handle);
}
