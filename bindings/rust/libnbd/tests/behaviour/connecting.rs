// SPDX-License-Identifier: MIT
//! Ways to connect to a server, and information about its export.

use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};

use libnbd::{Handle, Shutdown, Size, SockAddr};

use crate::{connected, while_connecting};

#[test]
fn connects_to_a_command() {
    let handle = connected(&["memory", "1M"]);
    assert!(handle.aio_is_ready());
    assert_eq!(handle.get_protocol().unwrap(), "newstyle-fixed");
    handle.kill_subprocess(0).unwrap();
    handle.shutdown(Shutdown::empty()).unwrap();
    assert!(handle.aio_is_closed());
}

#[test]
fn connects_by_socket_activation() {
    let handle = Handle::new().unwrap();
    let command = ["nbdkit", "--exit-with-parent", "-f", "memory", "64K"];
    handle.connect_systemd_socket_activation(&command).unwrap();
    assert_eq!(handle.get_size().unwrap(), 65536);
}

#[test]
fn connects_to_a_given_socket() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let theirs = std::os::unix::io::OwnedFd::from(theirs);
    let mut server = Command::new("nbdkit")
        .args(["-s", "--exit-with-parent", "memory", "1M"])
        .stdin(Stdio::from(theirs.try_clone().unwrap()))
        .stdout(Stdio::from(theirs))
        .spawn()
        .unwrap();
    let handle = Handle::new().unwrap();
    handle.connect_socket(ours).unwrap();
    assert_eq!(handle.get_size().unwrap(), 1 << 20);

    // A socket that the library does not take is closed.
    let (refused, other) = UnixStream::pair().unwrap();
    handle.connect_socket(refused).unwrap_err();
    let mut byte = [0];
    let got = std::io::Read::read(&mut &other, &mut byte).unwrap();
    assert_eq!(got, 0);

    handle.shutdown(Shutdown::empty()).unwrap();
    drop(handle);
    server.wait().unwrap();
}

#[test]
fn connects_to_socket_addresses() {
    // The listener sees that a client connects.
    let path = std::env::temp_dir().join(format!("libnbd-rust-{}", std::process::id()));
    let listener = UnixListener::bind(&path).unwrap();
    let handle = Handle::new().unwrap();
    handle.aio_connect(&SockAddr::unix(&path).unwrap()).unwrap();
    listener.accept().unwrap();
    std::fs::remove_file(&path).unwrap();

    for host in ["127.0.0.1:0", "[::1]:0"] {
        let listener = match TcpListener::bind(host) {
            Ok(listener) => listener,
            Err(_) => continue, // IPv6 may be missing
        };
        let address = listener.local_addr().unwrap();
        let handle = Handle::new().unwrap();
        handle.aio_connect(&SockAddr::from(address)).unwrap();
        listener.accept().unwrap();
    }

    let refused = SockAddr::unix_abstract(path.as_os_str().as_bytes()).unwrap();
    let handle = Handle::new().unwrap();
    let result = handle.aio_connect(&refused);
    let error = result.and_then(|()| handle.poll(-1).map(drop)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    assert!(SockAddr::unix("x".repeat(108)).is_err());
}

#[test]
fn connects_step_by_step() {
    let handle = Handle::new().unwrap();
    let command = ["nbdkit", "-s", "--exit-with-parent", "memory", "1M"];
    handle.aio_connect_command(&command).unwrap();
    assert!(handle.aio_is_connecting());
    while_connecting(&handle);
    assert!(handle.aio_is_ready());
    assert!(!handle.connection_state().unwrap().is_empty());
}

#[test]
fn size_is_reported() {
    assert_eq!(connected(&["null", "5M"]).get_size().unwrap(), 5 << 20);
    let huge = connected(&["null", "7E"]);
    assert_eq!(huge.get_size().unwrap(), 7 << 60);
}

#[test]
fn capabilities_are_reported() {
    let h = connected(&["memory", "1M"]);
    assert!(!h.is_read_only().unwrap());
    assert!(!h.is_rotational().unwrap());
    assert!(h.can_flush().unwrap());
    assert!(h.can_fua().unwrap());
    assert!(h.can_trim().unwrap());
    assert!(h.can_zero().unwrap());
    assert!(h.can_fast_zero().unwrap());
    assert!(h.can_multi_conn().unwrap());
    assert!(h.can_cache().unwrap());
    assert!(h.can_df().unwrap());
    assert!(!h.can_block_status_payload().unwrap());
    assert!(!h.can_meta_context("base:allocation").unwrap());
    assert!(h.get_structured_replies_negotiated().unwrap());
    assert!(!h.get_tls_negotiated().unwrap());
    h.get_extended_headers_negotiated().unwrap();
    h.get_block_size(Size::Preferred).unwrap();
    assert_eq!(h.get_canonical_export_name().ok(), None);

    let h = connected(&["-r", "null", "1M"]);
    assert!(h.is_read_only().unwrap());
    assert!(!h.can_trim().unwrap());
    assert!(!h.can_zero().unwrap());
}

#[test]
fn statistics_count() {
    let h = connected(&["null", "1M"]);
    let before = (h.stats_bytes_sent(), h.stats_chunks_received());
    h.pread(&mut [0; 512], 0, libnbd::CmdFlag::empty()).unwrap();
    assert!(h.stats_bytes_sent() > before.0);
    assert!(h.stats_chunks_received() > before.1);
    assert!(h.stats_bytes_received() >= 512);
    assert!(h.stats_chunks_sent() > 0);
}
