// SPDX-License-Identifier: MIT
//! The behaviours that all bindings have, each in a test, with real servers.

mod asynchronous;
mod closures;
mod connecting;
mod data;
mod extents;
mod files;
mod life;
mod options;
mod outages;
mod settings;

use std::sync::{Arc, Mutex};

use libnbd::Handle;

/// Run nbdkit as our child with these arguments.
fn nbdkit(handle: &Handle, arguments: &[&str]) {
    let mut command = vec!["nbdkit", "-s", "--exit-with-parent"];
    command.extend(arguments);
    handle.connect_command(&command).unwrap();
}

/// A handle that is connected to such a server.
fn connected(arguments: &[&str]) -> Handle {
    let handle = Handle::new().unwrap();
    nbdkit(&handle, arguments);
    handle
}

/// The content of nbdkit's pattern plugin: each word contains its own offset.
fn pattern(offset: u64, count: usize) -> Vec<u8> {
    (offset..)
        .take(count)
        .map(|at| (at & !7).to_be_bytes()[(at & 7) as usize])
        .collect()
}

/// What closures record for the test.
type Seen<T> = Arc<Mutex<Vec<T>>>;

fn seen<T>() -> (Seen<T>, Seen<T>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    (Arc::clone(&seen), seen)
}

/// Drive the connection until no command is in flight.
fn finish(handle: &Handle) {
    while handle.aio_in_flight().unwrap() > 0 {
        handle.poll(-1).unwrap();
    }
}

/// Drive the handshake while the condition holds.
fn while_connecting(handle: &Handle) {
    while handle.aio_is_connecting() {
        handle.poll(-1).unwrap();
    }
}
