// SPDX-License-Identifier: MIT
//! The crate and the handle.

use std::io::ErrorKind;
use std::sync::Arc;

use libnbd::{CmdFlag, Error, Handle};

use crate::{connected, seen};

#[test]
fn module_loads() {
    let handle = Handle::new().unwrap();
    assert_eq!(handle.get_package_name(), "libnbd");
    let version = handle.get_version();
    assert!(version.starts_with("1."), "{}", version);
}

// The compiler checks that a closed handle cannot be used: see the documentation of
// Handle.
#[test]
fn handle_lives_and_closes() {
    let handle = Handle::new().unwrap();
    assert!(handle.aio_is_created());
    handle.close();

    // The server is our child process, which has ended when close returns.
    let handle = connected(&["null", "1M"]);
    let pid = handle.get_subprocess_pid().unwrap();
    let process = format!("/proc/{}", pid);
    assert!(std::path::Path::new(&process).exists());
    drop(handle);
    assert!(!std::path::Path::new(&process).exists());
}

#[test]
fn handle_is_shared_by_threads() {
    let handle = Arc::new(connected(&["pattern", "1M"]));
    let threads: Vec<_> = (0..8)
        .map(|number| {
            let handle = Arc::clone(&handle);
            std::thread::spawn(move || {
                let offset = number * 4096;
                let mut buf = [0; 4096];
                handle.pread(&mut buf, offset, CmdFlag::empty()).unwrap();
                assert_eq!(buf[..], crate::pattern(offset, 4096));
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn errors_have_text_and_errno() {
    let handle = Handle::new().unwrap();
    let error = handle.get_size().unwrap_err();
    assert!(error.to_string().starts_with("nbd_get_size: "), "{}", error);
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    assert!(error.errno().is_some());

    let error = handle.connect_unix("/nonexistent/socket").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    // The handle is dead, and the error has the cause.
    assert!(handle.aio_is_dead());
    let error = handle.get_size().unwrap_err();
    assert!(error.message().contains("dead"), "{}", error);
    assert!(std::io::Error::from(error).to_string().contains("dead"));
}

#[test]
fn strings_with_nul_are_refused() {
    let handle = Handle::new().unwrap();
    let error = handle.set_export_name("a\0b").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let expected = "nbd_set_export_name: export_name has a NUL at byte 1";
    assert_eq!(error.message(), expected);
}

#[test]
fn debug_callback_sees_messages() {
    let handle = Handle::new().unwrap();
    let (lines, log) = seen();
    let callback = move |context: &str, message: &str| {
        log.lock()
            .unwrap()
            .push(format!("{}: {}", context, message));
        0
    };
    handle.set_debug_callback(callback).unwrap();
    handle.set_debug(true).unwrap();
    handle.set_export_name("disk").unwrap();
    handle.set_debug(false).unwrap();
    handle.clear_debug_callback().unwrap();
    handle.set_export_name("other").unwrap();
    let lines = lines.lock().unwrap();
    assert!(lines
        .iter()
        .any(|line| line.starts_with("nbd_set_export_name: ") && line.contains("disk")));
    assert!(!lines.iter().any(|line| line.contains("other")));
}

#[test]
fn debug_callback_may_ask_what_needs_no_lock() {
    let handle: &'static Handle = Box::leak(Box::new(Handle::new().unwrap()));
    let (results, out) = seen();
    let callback = move |_: &str, _: &str| {
        let locked: Result<i64, Error> = handle.get_size();
        out.lock().unwrap().push((handle.aio_is_created(), locked));
        0
    };
    handle.set_debug_callback(callback).unwrap();
    handle.set_debug(true).unwrap();
    handle.set_export_name("disk").unwrap();
    handle.clear_debug_callback().unwrap();
    let results = results.lock().unwrap();
    let (created, locked) = &results[0];
    assert!(created);
    let error = locked.as_ref().unwrap_err();
    assert_eq!(error.errno(), Some(35));
    assert!(error.message().contains("in a closure"), "{}", error);
    // SAFETY: it came from a box, and no closure refers to it any more.
    drop(unsafe { Box::from_raw(handle as *const Handle as *mut Handle) });
}
