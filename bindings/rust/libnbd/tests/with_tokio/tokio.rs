// SPDX-License-Identifier: MIT
//! Calls that are futures.

mod files;

use std::future::Future;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{self, Child, Command};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::{env, fs};

use libnbd::{AsyncHandle, CmdFlag, Handle, SockAddr, CONTEXT_BASE_ALLOCATION};

const NONE: CmdFlag = CmdFlag::empty();

async fn connected(arguments: &[&str]) -> AsyncHandle {
    let nbd = AsyncHandle::new().unwrap();
    nbdkit(&nbd, arguments).await;
    nbd
}

async fn nbdkit(nbd: &AsyncHandle, arguments: &[&str]) {
    let mut command = vec!["nbdkit", "-s", "--exit-with-parent"];
    command.extend(arguments);
    nbd.connect_command(&command).await.unwrap();
}

fn pattern(offset: u64, count: usize) -> Vec<u8> {
    (offset..)
        .take(count)
        .map(|at| (at & !7).to_be_bytes()[(at & 7) as usize])
        .collect()
}

/// Poll a future once.
fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }
    let waker = Waker::from(Arc::new(Nobody));
    std::pin::Pin::new(future).poll(&mut Context::from_waker(&waker))
}

#[tokio::test]
async fn futures_read_and_write() {
    let nbd = connected(&["memory", "8M"]).await;
    let data: Arc<[u8]> = pattern(0, 8 << 20).into();
    // More than the socket takes at once.
    let back = nbd.pwrite(Arc::clone(&data), 0, NONE).await.unwrap();
    assert!(Arc::ptr_eq(&back, &data));
    nbd.flush(NONE).await.unwrap();
    let read = nbd.pread(vec![0; 8 << 20], 0, NONE).await.unwrap();
    assert!(read[..] == data[..]);
    nbd.zero(4096, 0, NONE).await.unwrap();
    nbd.trim(4096, 4096, NONE).await.unwrap();
    nbd.cache(4096, 0, NONE).await.unwrap();
    assert_eq!(nbd.pread([1; 512], 0, NONE).await.unwrap(), [0; 512]);
    nbd.shutdown().await.unwrap();
    assert!(nbd.aio_is_closed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_share_a_handle() {
    let nbd = Arc::new(connected(&["pattern", "16M"]).await);
    let tasks: Vec<_> = (0..64_u64)
        .map(|number| {
            let nbd = Arc::clone(&nbd);
            tokio::spawn(async move {
                let mut buf = vec![0; 4096];
                for turn in 0..32 {
                    let offset = (number * 32 + turn) * 4096;
                    buf = nbd.pread(buf, offset, NONE).await.unwrap();
                    assert_eq!(buf, pattern(offset, 4096));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn futures_negotiate() {
    let nbd = AsyncHandle::new().unwrap();
    nbd.set_opt_mode(true).unwrap();
    nbd.set_request_structured_replies(false).unwrap();
    nbd.set_request_extended_headers(false).unwrap();
    nbd.add_meta_context(CONTEXT_BASE_ALLOCATION).unwrap();
    nbdkit(&nbd, &["data", "data=1", "size=1M"]).await;
    assert!(nbd.aio_is_negotiating());
    assert!(nbd.opt_structured_reply().await.unwrap());
    let names = Arc::new(Mutex::new(Vec::new()));
    let out = Arc::clone(&names);
    let list = move |name: &str, _: &str| {
        out.lock().unwrap().push(name.to_owned());
        0
    };
    assert_eq!(nbd.opt_list(list).await.unwrap(), 1);
    assert_eq!(*names.lock().unwrap(), [""]);
    assert_eq!(nbd.opt_set_meta_context(|_| 0).await.unwrap(), 1);
    nbd.opt_info().await.unwrap();
    nbd.opt_go().await.unwrap();
    assert_eq!(nbd.get_size().unwrap(), 1 << 20);

    let lengths = Arc::new(Mutex::new(Vec::new()));
    let out = Arc::clone(&lengths);
    let note = move |_: &str, _: u64, entries: &[libnbd::NbdExtent], _: &mut i32| {
        out.lock().unwrap().extend(entries.iter().map(|e| e.length));
        0
    };
    nbd.block_status_64(1 << 20, 0, note, NONE).await.unwrap();
    assert_eq!(lengths.lock().unwrap().iter().sum::<u64>(), 1 << 20);
}

#[tokio::test]
async fn option_mode_can_be_left() {
    let nbd = AsyncHandle::new().unwrap();
    nbd.set_opt_mode(true).unwrap();
    nbdkit(&nbd, &["null", "1M"]).await;
    nbd.opt_abort().await.unwrap();
    assert!(nbd.aio_is_closed());
}

#[tokio::test]
async fn failures_are_errors() {
    let nbd = AsyncHandle::new().unwrap();
    let error = nbd.pread([0; 512], 0, NONE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    let address = SockAddr::unix("/nonexistent/socket").unwrap();
    let error = nbd.connect(&address).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);

    let arguments = ["--filter=error", "memory", "1M", "error-pread=ENOSPC"];
    let nbd = connected(&[&arguments[..], &["error-pread-rate=100%"]].concat()).await;
    let error = nbd.pread([0; 512], 0, NONE).await.unwrap_err();
    assert_eq!(error.errno(), Some(28));
    assert!(error.message().contains("read"), "{}", error);
    // The command was retired at the same time.
    assert!(nbd.aio_peek_command_completed().is_err());
    nbd.flush(NONE).await.unwrap();
}

#[tokio::test]
async fn dropped_future_cancels_its_command() {
    let arguments = ["--filter=delay", "pattern", "1M", "delay-read=200ms"];
    let nbd = connected(&arguments).await;
    let held = Arc::new(());
    struct Memory {
        bytes: Vec<u8>,
        _held: Arc<()>,
    }
    impl AsMut<[u8]> for Memory {
        fn as_mut(&mut self) -> &mut [u8] {
            &mut self.bytes
        }
    }
    let memory = Memory {
        bytes: vec![0; 512],
        _held: Arc::clone(&held),
    };
    let mut future = Box::pin(nbd.pread(memory, 0, NONE));
    assert!(poll_once(&mut future).is_pending());
    assert_eq!(Arc::strong_count(&held), 2);
    drop(future);
    assert_eq!(Arc::strong_count(&held), 1);
    assert!(nbd.aio_peek_command_completed().is_err());
    // The server's late reply is discarded.
    let read = nbd.pread([0; 512], 512, NONE).await.unwrap();
    assert_eq!(read[..], pattern(512, 512));
}

#[tokio::test]
async fn dropped_future_leaves_no_failed_command() {
    let arguments = ["--filter=error", "memory", "1M", "error-pread-rate=100%"];
    let nbd = connected(&arguments).await;
    let mut future = Box::pin(nbd.pread([0; 512], 0, NONE));
    assert!(poll_once(&mut future).is_pending());
    while nbd.aio_in_flight().unwrap() > 0 {
        tokio::task::yield_now().await;
    }
    assert!(nbd.aio_peek_command_completed().is_ok());
    drop(future);
    assert!(nbd.aio_peek_command_completed().is_err());
    nbd.flush(NONE).await.unwrap();
}

#[tokio::test]
async fn waiting_for_a_slow_server_is_no_busy_loop() {
    let nbd = AsyncHandle::new().unwrap();
    events_while_waiting(&nbd).await;
    // The handle has one descriptor all the time, even with deadlines.
    let nbd = AsyncHandle::new().unwrap();
    nbd.set_reconnect_timeout(60_000).unwrap();
    nbd.set_command_timeout(60_000).unwrap();
    nbd.set_stall_timeout(60_000).unwrap();
    events_while_waiting(&nbd).await;
}

async fn events_while_waiting(nbd: &AsyncHandle) {
    nbdkit(nbd, &["--filter=delay", "null", "1M", "delay-read=200ms"]).await;
    let events = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&events);
    let count = move |context: &str, message: &str| {
        if context.starts_with("nbd_aio_notify") && message.starts_with("enter") {
            *counter.lock().unwrap() += 1;
        }
        0
    };
    nbd.set_debug_callback(count).unwrap();
    nbd.set_debug(true).unwrap();
    nbd.pread([0; 512], 0, NONE).await.unwrap();
    let events = *events.lock().unwrap();
    assert!((1..20).contains(&events), "{} events", events);
}

#[tokio::test]
async fn server_that_dies_fails_what_is_in_flight() {
    let arguments = ["--filter=delay", "null", "1M", "delay-read=60"];
    let nbd = connected(&arguments).await;
    let mut future = Box::pin(nbd.pread([0; 512], 0, NONE));
    assert!(poll_once(&mut future).is_pending());
    nbd.kill_subprocess(9).unwrap();
    let error = future.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    nbd.shutdown().await.unwrap_err();
}

/// Start a server of a file that listens on this socket, and that can be killed.
fn serve(socket: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new("nbdkit");
    command.args(["-f", "--exit-with-parent", "-U"]).arg(socket);
    command.args(arguments).spawn().unwrap()
}

#[tokio::test]
async fn futures_outlive_their_server() {
    let directory = env::temp_dir().join(format!("causeway-{}", process::id()));
    fs::create_dir(&directory).unwrap();
    let (socket, disk) = (directory.join("socket"), directory.join("disk"));
    fs::write(&disk, pattern(0, 1 << 20)).unwrap();
    let file = format!("file={}", disk.display());

    let nbd = AsyncHandle::new().unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let out = Arc::clone(&told);
    let event = move |event: u32, _: &str, _: i64| {
        out.lock().unwrap().push(event);
        0
    };
    nbd.set_event_callback(event).unwrap();
    nbd.set_connect_timeout(-1).unwrap();
    nbd.set_reconnect_timeout(-1).unwrap();
    let slow = ["--filter=delay", "file", &file, "delay-read=3600"];
    let mut server = serve(&socket, &slow);
    nbd.connect_unix(&socket).await.unwrap();
    let descriptor = nbd.aio_get_fd().unwrap();
    nbd.pwrite([7; 512], 512, NONE).await.unwrap();
    let mut read = Box::pin(nbd.pread(vec![0; 8192], 0, NONE));
    assert!(poll_once(&mut read).is_pending());

    server.kill().unwrap();
    server.wait().unwrap();
    fs::remove_file(&socket).unwrap();
    let mut server = serve(&socket, &["file", &file]);
    let mut expected = pattern(0, 8192);
    expected[512..1024].fill(7);
    assert!(read.await.unwrap() == expected);
    nbd.flush(NONE).await.unwrap();
    assert_eq!(nbd.aio_get_fd().unwrap(), descriptor);
    assert_eq!(nbd.stats_reconnects(), 1);
    nbd.shutdown().await.unwrap();
    let told = told.lock().unwrap();
    let times = |event| told.iter().filter(|&&e| e == event).count();
    assert_eq!(times(libnbd::EVENT_CONNECTED), 1);
    assert_eq!(times(libnbd::EVENT_LOST), 1);
    assert_eq!(times(libnbd::EVENT_BACK), 1);
    server.kill().unwrap();
    server.wait().unwrap();
    fs::remove_dir_all(&directory).unwrap();
}

#[tokio::test]
async fn panic_in_a_closure_fails_its_command_only() {
    let nbd = connected(&["pattern", "1M"]).await;
    let chunk = |_: &[u8], _: u64, _: u32, _: &mut i32| -> i32 { panic!("chunk") };
    let result = nbd.pread_structured([0; 512], 0, chunk, NONE).await;
    assert_eq!(result.unwrap_err().errno(), Some(5));
    let read = nbd.pread([0; 512], 0, NONE).await.unwrap();
    assert_eq!(read[..], pattern(0, 512));
}

#[tokio::test]
async fn close_waits_for_the_end() {
    let nbd = connected(&["null", "1M"]).await;
    let process = format!("/proc/{}", nbd.get_subprocess_pid().unwrap());
    assert!(std::path::Path::new(&process).exists());
    nbd.close().await;
    assert!(!std::path::Path::new(&process).exists());
}

#[tokio::test]
async fn another_connection_can_be_tried() {
    let nbd = AsyncHandle::new().unwrap();
    // The address of the client's end of a connection has no listener, and can get
    // none while the connection exists.  After the failure the handle can be used
    // as a new one.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let port = client.local_addr().unwrap().port();
    nbd.connect_tcp("127.0.0.1", &port.to_string())
        .await
        .unwrap_err();
    assert!(nbd.aio_is_created());
    nbdkit(&nbd, &["null", "1M"]).await;
    nbd.pread([0; 512], 0, NONE).await.unwrap();
}

#[tokio::test]
async fn connection_has_one_descriptor() {
    let nbd = connected(&["null", "1M"]).await;
    nbd.pread([0; 512], 0, NONE).await.unwrap();
    let own = |fd: &str| fs::read_link(format!("/proc/self/fd/{}", fd)).ok();
    let socket = own(&nbd.aio_get_fd().unwrap().to_string());
    assert!(socket.is_some());
    let same = fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter(|entry| own(entry.as_ref().unwrap().file_name().to_str().unwrap()) == socket);
    assert_eq!(same.count(), 1);
}

#[test]
fn futures_end_with_the_runtime_of_their_handle() {
    let first = tokio::runtime::Runtime::new().unwrap();
    let arguments = ["--filter=delay", "null", "1M", "delay-read=60"];
    let nbd = first.block_on(connected(&arguments));
    let mut read = Box::pin(nbd.pread([0; 512], 0, NONE));
    assert!(poll_once(&mut read).is_pending());
    drop(first);
    let second = tokio::runtime::Builder::new_current_thread();
    let error = { second }.build().unwrap().block_on(read).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    // It was cancelled.
    assert_eq!(nbd.aio_in_flight().unwrap(), 0);
}

#[test]
fn runtime_may_end_before_the_handle() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let nbd = runtime.block_on(connected(&["null", "1M"]));
    drop(runtime);
    assert!(nbd.aio_is_ready());
    let blocking: &Handle = &nbd;
    blocking.pread(&mut [0; 512], 0, NONE).unwrap();
}
