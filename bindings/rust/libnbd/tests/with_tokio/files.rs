// SPDX-License-Identifier: MIT
//! Files and maps of tokio.

use std::io::{ErrorKind, SeekFrom};
use std::sync::Arc;
use std::time::Duration;

use libnbd::{AsyncFile, AsyncHandle, CONTEXT_BASE_ALLOCATION};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader};

use crate::{connected, nbdkit, pattern};

async fn opened(arguments: &[&str]) -> AsyncFile {
    AsyncFile::new(connected(arguments).await).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_copied() {
    const SIZE: u64 = 5 * 1024 * 1024 + 1000;
    let size = SIZE.to_string();
    let mut source = opened(&["pattern", &size]).await;
    let mut target = opened(&["memory", &size]).await;
    let copied = tokio::io::copy(&mut source, &mut target).await.unwrap();
    assert_eq!(copied, SIZE);
    target.shutdown().await.unwrap();
    let error = target.write_all(b"more").await.unwrap_err();
    assert!(error.to_string().contains("the export has 5243880 bytes"));
    target.seek(SeekFrom::Start(0)).await.unwrap();
    // The file goes to another task.
    let read = tokio::spawn(async move {
        let mut read = Vec::new();
        target.read_to_end(&mut read).await.unwrap();
        read
    });
    assert!(read.await.unwrap() == pattern(0, SIZE as usize));
}

#[tokio::test]
async fn halves_of_a_file_do_not_disturb_each_other() {
    let blocks = ["--filter=blocksize-policy", "memory", "1M"];
    let sizes = ["blocksize-minimum=4096", "blocksize-error-policy=error"];
    let file = opened(&[&blocks[..], &sizes].concat()).await;
    let (mut reader, mut writer) = tokio::io::split(file);
    let write = tokio::spawn(async move {
        for _ in 0..100 {
            writer.write_all(&[7; 1000]).await.unwrap();
            tokio::task::yield_now().await;
        }
        writer.flush().await.unwrap();
        writer
    });
    let mut buf = [0; 1000];
    for _ in 0..100 {
        reader.read_exact(&mut buf).await.unwrap();
    }
    let mut file = reader.unsplit(write.await.unwrap());
    file.seek(SeekFrom::Start(0)).await.unwrap();
    let mut all = Vec::new();
    file.read_to_end(&mut all).await.unwrap();
    assert_eq!(all.iter().filter(|&&byte| byte == 7).count(), 100_000);
}

#[tokio::test]
async fn reads_that_are_dropped_lose_nothing() {
    let file = opened(&["--filter=delay", "pattern", "1M", "delay-read=5ms"]).await;
    let mut file = BufReader::new(file);
    let mut read = Vec::new();
    let mut dropped = 0;
    while read.len() < 1 << 20 {
        tokio::select! {
            biased;
            data = file.fill_buf() => {
                let data = data.unwrap();
                read.extend_from_slice(data);
                let count = data.len();
                file.consume(count);
            }
            () = tokio::time::sleep(Duration::from_millis(1)) => dropped += 1,
        }
    }
    assert!(dropped > 0);
    assert!(read == pattern(0, 1 << 20));
}

#[tokio::test]
async fn files_end_with_their_connection() {
    let mut file = opened(&["--filter=delay", "null", "1M", "delay-read=60"]).await;
    let handle = Arc::clone(file.handle());
    let (read, killed) = tokio::join!(file.read_u8(), async {
        while handle.aio_in_flight().unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        handle.kill_subprocess(9)
    });
    killed.unwrap();
    assert_eq!(read.unwrap_err().kind(), ErrorKind::NotConnected);
}

#[tokio::test]
async fn files_outlive_their_server_if_told_to() {
    let nbd = AsyncHandle::new().unwrap();
    nbd.set_reconnect_timeout(-1).unwrap();
    nbdkit(&nbd, &["pattern", "4M"]).await;
    let mut file = AsyncFile::new(nbd).unwrap();
    let mut read = vec![0; 1 << 20];
    file.read_exact(&mut read).await.unwrap();
    file.handle().kill_subprocess(9).unwrap();
    file.read_to_end(&mut read).await.unwrap();
    assert!(read == pattern(0, 4 << 20));
    assert!(file.handle().stats_reconnects() > 0);
}

#[test]
fn files_end_with_the_runtime_of_their_handle() {
    let first = tokio::runtime::Runtime::new().unwrap();
    let arguments = ["--filter=delay", "null", "1M", "delay-read=60"];
    let mut file = first.block_on(opened(&arguments));
    let second = tokio::runtime::Runtime::new().unwrap();
    let read = second.spawn(async move { file.read_u8().await });
    drop(first);
    let error = second.block_on(read).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
}

#[tokio::test]
async fn maps_are_awaited() {
    let nbd = AsyncHandle::new().unwrap();
    nbd.add_meta_context(CONTEXT_BASE_ALLOCATION).unwrap();
    let data = ["data", "data=@32768 1 @131072 1*65536", "size=6G"];
    let delay = ["delay-extents=5ms"];
    nbdkit(&nbd, &[&["--filter=delay"], &data[..], &delay].concat()).await;
    let mut extents = nbd.extents(..196608).unwrap();
    let mut rows = Vec::new();
    while let Some(extent) = extents.next().await {
        let extent = extent.unwrap();
        rows.push((extent.offset, extent.length, extent.is_data()));
    }
    let expected = [
        (0, 32768, false),
        (32768, 32768, true),
        (65536, 65536, false),
        (131072, 65536, true),
    ];
    assert_eq!(rows, expected);
    assert!(extents.next().await.is_none());

    let mut extents = nbd.extents_of(&[CONTEXT_BASE_ALLOCATION], ..).unwrap();
    let short = Duration::from_millis(1);
    let early = tokio::time::timeout(short, extents.next()).await;
    assert!(early.is_err());
    assert_eq!(extents.next().await.unwrap().unwrap().length, 32768);
    drop(extents);
    assert_eq!(nbd.aio_in_flight().unwrap(), 0);
}
