// SPDX-License-Identifier: MIT
//! Asynchronous commands, and main loops of the program.

use std::mem;
use std::os::raw::{c_int, c_short, c_ulong};
use std::sync::{mpsc, Arc};
use std::thread;

use libnbd::{CmdFlag, Handle, Slot, AIO_DIRECTION_READ, AIO_DIRECTION_WRITE};

use crate::{connected, finish, pattern, seen};

#[test]
fn asynchronous_read() {
    let handle = connected(&["pattern", "1M"]);
    let (results, out) = seen();
    let completion = move |buf: Vec<u8>, error: &mut i32| {
        out.lock().unwrap().push((buf, *error));
        1
    };
    let cookie = handle
        .aio_pread(vec![0; 512], 4096, completion, CmdFlag::empty())
        .unwrap();
    assert!(cookie > 0);
    finish(&handle);
    assert_eq!(*results.lock().unwrap(), [(pattern(4096, 512), 0)]);
    // The command retired itself.
    assert!(handle.aio_peek_command_completed().is_err());

    // Or collect it by its cookie.  Any owned memory can be used.
    let slot = Slot::new();
    let cookie = handle
        .aio_pread([0; 16], 8, slot.completion(), CmdFlag::empty())
        .unwrap();
    assert!(slot.take().is_none());
    finish(&handle);
    assert_eq!(handle.aio_peek_command_completed().unwrap(), cookie);
    assert!(handle.aio_command_completed(cookie).unwrap());
    assert!(!handle.aio_command_completed(cookie).unwrap());
    assert_eq!(slot.take().unwrap()[..], pattern(8, 16));
}

#[test]
fn asynchronous_write() {
    let handle = connected(&["memory", "1M"]);
    let data: Arc<[u8]> = pattern(0, 4096).into();
    let slot = Slot::new();
    let cookie = handle
        .aio_pwrite(Arc::clone(&data), 512, slot.completion(), CmdFlag::empty())
        .unwrap();
    while !handle.aio_command_completed(cookie).unwrap() {
        handle.poll(-1).unwrap();
    }
    assert!(Arc::ptr_eq(&slot.take().unwrap(), &data));
    let cookie = handle.aio_flush(libnbd::keep, CmdFlag::empty()).unwrap();
    finish(&handle);
    assert!(handle.aio_command_completed(cookie).unwrap());
    let mut buf = [0; 4096];
    handle.pread(&mut buf, 512, CmdFlag::empty()).unwrap();
    assert_eq!(buf[..], data[..]);
}

#[test]
fn asynchronous_commands_without_data() {
    let h = connected(&["memory", "1M"]);
    let (errors, out) = seen();
    let note = || {
        let out = Arc::clone(&out);
        move |error: &mut i32| {
            out.lock().unwrap().push(*error);
            1
        }
    };
    h.aio_zero(4096, 0, note(), CmdFlag::empty()).unwrap();
    h.aio_trim(4096, 0, note(), CmdFlag::empty()).unwrap();
    h.aio_cache(4096, 0, note(), CmdFlag::empty()).unwrap();
    h.aio_flush(note(), CmdFlag::empty()).unwrap();
    finish(&h);
    assert_eq!(*errors.lock().unwrap(), [0; 4]);
    h.aio_disconnect(CmdFlag::empty()).unwrap();
    while !h.aio_is_closed() {
        h.poll(-1).unwrap();
    }
}

#[test]
fn asynchronous_copy() {
    const SIZE: u64 = 1 << 20;
    const BLOCK: u64 = 32768;
    let source = connected(&["pattern", "1M"]);
    let target = connected(&["memory", "1M"]);
    let (done, blocks) = mpsc::channel();
    for offset in (0..SIZE).step_by(BLOCK as usize) {
        let done = done.clone();
        let completion = move |buf: Vec<u8>, error: &mut i32| {
            assert_eq!(*error, 0);
            done.send((offset, buf)).unwrap();
            1
        };
        let buf = vec![0; BLOCK as usize];
        source
            .aio_pread(buf, offset, completion, CmdFlag::empty())
            .unwrap();
    }
    drop(done);
    while source.aio_in_flight().unwrap() + target.aio_in_flight().unwrap() > 0 {
        for handle in [&source, &target] {
            if handle.aio_in_flight().unwrap() > 0 {
                handle.poll(0).unwrap();
            }
        }
        while let Ok((offset, buf)) = blocks.try_recv() {
            target
                .aio_pwrite(buf, offset, |_, error| 1 - *error, CmdFlag::empty())
                .unwrap();
        }
    }
    let mut all = vec![0; SIZE as usize];
    target.pread(&mut all, 0, CmdFlag::empty()).unwrap();
    assert_eq!(all, pattern(0, SIZE as usize));
}

#[test]
fn asynchronous_structured_read() {
    let handle = connected(&["pattern", "1M"]);
    let (chunks, out) = seen();
    let chunk = move |data: &[u8], offset: u64, _: u32, _: &mut i32| {
        out.lock().unwrap().push((offset, data.to_vec()));
        0
    };
    let slot = Slot::new();
    handle
        .aio_pread_structured(
            vec![0; 512].into_boxed_slice(),
            0,
            chunk,
            slot.completion(),
            CmdFlag::empty(),
        )
        .unwrap();
    finish(&handle);
    assert_eq!(*chunks.lock().unwrap(), [(0, pattern(0, 512))]);
    assert_eq!(slot.take().unwrap()[..], pattern(0, 512));
}

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    revents: c_short,
}

extern "C" {
    fn poll(fds: *mut PollFd, count: c_ulong, timeout: c_int) -> c_int;
}

/// One turn of a main loop of the program.
fn wait_notify(handle: &Handle) {
    let direction = handle.aio_get_direction();
    let mut watched = PollFd {
        fd: handle.aio_get_fd().unwrap(),
        events: 0,
        revents: 0,
    };
    if direction & AIO_DIRECTION_READ != 0 {
        watched.events |= 1;
    }
    if direction & AIO_DIRECTION_WRITE != 0 {
        watched.events |= 4;
    }
    // SAFETY: it is one element.
    assert_eq!(unsafe { poll(&mut watched, 1, -1) }, 1);
    if direction & AIO_DIRECTION_READ != 0 && watched.revents & 0x11 != 0 {
        handle.aio_notify_read().unwrap();
    } else if direction & AIO_DIRECTION_WRITE != 0 && watched.revents & 4 != 0 {
        handle.aio_notify_write().unwrap();
    }
}

#[test]
fn poll_loop_with_the_descriptor() {
    let handle = Handle::new().unwrap();
    let command = ["nbdkit", "-s", "--exit-with-parent", "memory", "8M"];
    handle.aio_connect_command(&command).unwrap();
    while handle.aio_is_connecting() {
        wait_notify(&handle);
    }
    // More than a socket takes at once, so that the loop has to wait until it is
    // writable.
    let data: Arc<[u8]> = pattern(0, 8 << 20).into();
    handle
        .aio_pwrite(
            Arc::clone(&data),
            0,
            |_, error| 1 - *error,
            CmdFlag::empty(),
        )
        .unwrap();
    assert_ne!(handle.aio_get_direction() & AIO_DIRECTION_WRITE, 0);
    let slot = Slot::new();
    while handle.aio_in_flight().unwrap() > 0 {
        wait_notify(&handle);
    }
    handle
        .aio_pread(vec![0; 8 << 20], 0, slot.completion(), CmdFlag::empty())
        .unwrap();
    while handle.aio_in_flight().unwrap() > 0 {
        wait_notify(&handle);
    }
    assert!(slot.take().unwrap()[..] == data[..]);
}

#[test]
fn poll2_is_woken_by_another_thread() {
    let handle = connected(&["null", "1M"]);
    let (waker, sleeper) = std::os::unix::net::UnixStream::pair().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| std::io::Write::write_all(&mut &waker, b"x").unwrap());
        let sleeper = std::os::unix::io::AsFd::as_fd(&sleeper);
        assert_eq!(handle.poll2(Some(sleeper), -1).unwrap(), 1);
    });
    assert_eq!(handle.poll2(None, 0).unwrap(), 0);
}

#[test]
fn forgotten_handle_keeps_its_buffers() {
    let handle = connected(&["pattern", "1M"]);
    let (results, out) = seen();
    let completion = move |buf: Vec<u8>, _: &mut i32| {
        out.lock().unwrap().push(buf);
        1
    };
    handle
        .aio_pread(vec![0; 4096], 0, completion, CmdFlag::empty())
        .unwrap();
    // Nothing is freed, so whatever the library does later, the memory is valid.
    mem::forget(handle);
    assert!(results.lock().unwrap().is_empty());
    assert_eq!(Arc::strong_count(&results), 2);
}
