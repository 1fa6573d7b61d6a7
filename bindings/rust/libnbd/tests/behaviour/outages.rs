// SPDX-License-Identifier: MIT
//! Connections that are lost, and commands that are cancelled.

use std::thread;

use libnbd::{CmdFlag, Handle};

use crate::{connected, nbdkit, pattern, seen};

const ECANCELED: i32 = 125;

#[test]
fn events_tell_of_an_outage() {
    let handle = Handle::new().unwrap();
    let (events, out) = seen();
    let event = move |number: u32, message: &str, value: i64| {
        out.lock()
            .unwrap()
            .push((number, message.to_owned(), value));
        0
    };
    handle.set_event_callback(event).unwrap();
    handle.set_reconnect_timeout(-1).unwrap();
    nbdkit(&handle, &["pattern", "1M"]);
    handle.kill_subprocess(9).unwrap();
    let mut buf = [0; 512];
    handle.pread(&mut buf, 512, CmdFlag::empty()).unwrap();
    assert_eq!(buf[..], pattern(512, 512));
    assert_eq!(handle.stats_reconnects(), 1);

    let events = events.lock().unwrap();
    assert_eq!(events[0].0, libnbd::EVENT_CONNECTED);
    assert_eq!(events[1].0, libnbd::EVENT_LOST);
    let (number, message, value) = events.last().unwrap();
    assert_eq!(*number, libnbd::EVENT_BACK);
    assert!(
        message.contains(&format!("after {} ms", value)),
        "{}",
        message
    );
}

#[test]
fn commands_can_be_cancelled() {
    let handle = connected(&["--filter=delay", "null", "1M", "delay-read=60"]);
    let (errors, out) = seen();
    let completion = move |_: [u8; 512], error: &mut i32| {
        out.lock().unwrap().push(*error);
        1
    };
    let cookie = handle
        .aio_pread([0; 512], 0, completion, CmdFlag::empty())
        .unwrap();
    assert!(handle.aio_cancel(cookie).unwrap());
    assert_eq!(*errors.lock().unwrap(), [ECANCELED]);
    assert!(!handle.aio_cancel(cookie).unwrap());

    assert!(!handle.cancel().unwrap());
    thread::scope(|scope| {
        let reader = scope.spawn(|| handle.pread(&mut [0; 512], 0, CmdFlag::empty()));
        while !handle.cancel().unwrap() {
            thread::yield_now();
        }
        let error = reader.join().unwrap().unwrap_err();
        assert_eq!(error.errno(), Some(ECANCELED));
    });
}
