// SPDX-License-Identifier: MIT
//! Blocking commands.

use libnbd::{CmdFlag, Handle, NbdExtent, READ_DATA, STATE_HOLE, STATE_ZERO};

use crate::{connected, nbdkit, pattern};

/// A disk with some data at its start and the rest sparse.
fn sparse() -> Handle {
    let handle = Handle::new().unwrap();
    handle
        .add_meta_context(libnbd::CONTEXT_BASE_ALLOCATION)
        .unwrap();
    nbdkit(&handle, &["data", "data=1", "size=1M"]);
    handle
}

const HOLE: u64 = (STATE_HOLE | STATE_ZERO) as u64;

#[test]
fn read_returns_the_data() {
    let handle = connected(&["pattern", "1M"]);
    let mut buf = [0; 1000];
    handle.pread(&mut buf, 12344, CmdFlag::empty()).unwrap();
    assert_eq!(buf[..], pattern(12344, 1000));
    let past = handle.pread(&mut buf, 1 << 20, CmdFlag::empty());
    assert_eq!(past.unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn write_is_read_back() {
    let h = connected(&["memory", "1M"]);
    let data: Vec<u8> = (0..=255).collect();
    h.pwrite(&data, 512, CmdFlag::FUA).unwrap();
    h.flush(CmdFlag::empty()).unwrap();
    h.cache(4096, 0, CmdFlag::empty()).unwrap();
    let mut buf = [1; 258];
    h.pread(&mut buf, 511, CmdFlag::empty()).unwrap();
    assert_eq!(buf[1..257], data[..]);
    assert_eq!((buf[0], buf[257]), (0, 0));
    h.zero(100, 512, CmdFlag::NO_HOLE).unwrap();
    h.trim(156, 612, CmdFlag::empty()).unwrap();
    h.pread(&mut buf, 511, CmdFlag::empty()).unwrap();
    assert_eq!(buf, [0; 258]);
}

#[test]
fn structured_read_shows_chunks() {
    let handle = connected(&["pattern", "1M"]);
    let mut buf = vec![0; 8192];
    let mut chunks = Vec::new();
    let note = |data: &[u8], offset: u64, status: u32, error: &mut i32| {
        assert_eq!((status, *error), (READ_DATA, 0));
        assert_eq!(data, pattern(offset, data.len()));
        chunks.push((offset, data.len()));
        0
    };
    handle
        .pread_structured(&mut buf, 4096, note, CmdFlag::empty())
        .unwrap();
    assert_eq!(
        chunks.iter().map(|&(_, length)| length).sum::<usize>(),
        8192
    );
    assert_eq!(buf, pattern(4096, 8192));
}

#[test]
fn structured_read_can_be_failed() {
    let handle = connected(&["pattern", "1M"]);
    let fail = |_: &[u8], _: u64, _: u32, error: &mut i32| {
        *error = 28;
        -1
    };
    let result = handle.pread_structured(&mut [0; 512], 0, fail, CmdFlag::empty());
    assert_eq!(result.unwrap_err().errno(), Some(28));
    handle.pread(&mut [0; 512], 0, CmdFlag::empty()).unwrap();
}

#[test]
fn block_status_32_bit() {
    let mut found = Vec::new();
    let note = |context: &str, offset: u64, entries: &[u32], _: &mut i32| {
        assert_eq!((context, offset), (libnbd::CONTEXT_BASE_ALLOCATION, 0));
        found.extend_from_slice(entries);
        0
    };
    let handle = sparse();
    handle
        .block_status(1 << 20, 0, note, CmdFlag::empty())
        .unwrap();
    assert_eq!(found[found.len() - 1], HOLE as u32);
    assert_eq!(found.chunks(2).map(|pair| pair[0]).sum::<u32>(), 1 << 20);
}

#[test]
fn block_status_64_bit() {
    let mut found = Vec::new();
    let note = |_: &str, _: u64, entries: &[NbdExtent], _: &mut i32| {
        found.extend_from_slice(entries);
        0
    };
    let handle = sparse();
    handle
        .block_status_64(1 << 20, 0, note, CmdFlag::empty())
        .unwrap();
    assert_eq!(found[0].flags, 0);
    assert_eq!(found[found.len() - 1].flags, HOLE);
    assert_eq!(
        found.iter().map(|extent| extent.length).sum::<u64>(),
        1 << 20
    );
}

#[test]
fn block_status_beyond_32_bits() {
    const SIZE: u64 = 6 << 30;
    let handle = Handle::new().unwrap();
    handle.set_request_extended_headers(false).unwrap();
    handle
        .add_meta_context(libnbd::CONTEXT_BASE_ALLOCATION)
        .unwrap();
    nbdkit(&handle, &["data", "data=@5368709120 1", "size=6G"]);
    let (mut at, mut data) = (0, 0);
    while at < SIZE {
        let mut extents = Vec::new();
        let note = |_: &str, _: u64, entries: &[NbdExtent], _: &mut i32| {
            extents.extend_from_slice(entries);
            0
        };
        handle
            .block_status_64(SIZE - at, at, note, CmdFlag::empty())
            .unwrap();
        at += extents.iter().map(|x| x.length).sum::<u64>();
        let allocated = extents.iter().filter(|x| x.flags == 0);
        data += allocated.map(|x| x.length).sum::<u64>();
    }
    assert_eq!((at, data), (SIZE, 32768));
}

#[test]
fn block_status_filtered() {
    let handle = sparse();
    let contexts = [libnbd::CONTEXT_BASE_ALLOCATION];
    let note = |_: &str, _: u64, _: &[NbdExtent], _: &mut i32| 0;
    let result = handle.block_status_filter(1 << 20, 0, &contexts, note, CmdFlag::empty());
    // The command needs extended headers and a server that supports it.
    if handle.can_block_status_payload().unwrap() {
        result.unwrap();
    } else {
        let message = result.unwrap_err().message().to_owned();
        assert!(
            message.starts_with("nbd_block_status_filter: "),
            "{}",
            message
        );
    }
}
