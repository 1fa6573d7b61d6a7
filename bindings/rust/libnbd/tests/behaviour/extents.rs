// SPDX-License-Identifier: MIT
//! Maps of exports.

use std::path::Path;
use std::process::Command;
use std::{env, fs, process, thread};

use libnbd::{Extent, Handle, Result, CONTEXT_BASE_ALLOCATION};

use crate::nbdkit;

const HOLE: u64 = 3;

fn mapped(arguments: &[&str]) -> Handle {
    let handle = Handle::new().unwrap();
    handle.add_meta_context(CONTEXT_BASE_ALLOCATION).unwrap();
    nbdkit(&handle, arguments);
    handle
}

/// Offsets, lengths and the first flags.
fn rows(extents: impl Iterator<Item = Result<Extent>>) -> Vec<(u64, u64, u64)> {
    extents
        .map(|extent| extent.unwrap())
        .map(|extent| (extent.offset, extent.length, extent.flags[0]))
        .collect()
}

#[test]
fn extents_cover_a_range() {
    let data = ["data", "data=@32768 1 @131072 1*65536", "size=1M"];
    let handle = mapped(&data);
    let all = rows(handle.extents(..).unwrap());
    let expected = [
        (0, 32768, HOLE),
        (32768, 32768, 0),
        (65536, 65536, HOLE),
        (131072, 65536, 0),
        (196608, 851968, HOLE),
    ];
    assert_eq!(all, expected);
    let part = rows(handle.extents(32769..=70000).unwrap());
    assert_eq!(part, [(32769, 32767, 0), (65536, 4465, HOLE)]);
    assert_eq!(rows(handle.extents(1 << 20..).unwrap()), []);
    assert_eq!(
        rows(handle.extents(1048575..1 << 40).unwrap()),
        [(1048575, 1, HOLE)]
    );
    let kinds = handle.extents(..).unwrap().map(|extent| {
        let extent = extent.unwrap();
        (extent.is_hole(), extent.is_zero(), extent.is_data())
    });
    assert_eq!(
        kinds.take(2).collect::<Vec<_>>(),
        [(true, true, false), (false, false, true)]
    );
}

#[test]
fn equal_extents_of_many_replies_are_one() {
    // Each reply covers 64 KiB.
    let extents = r#"extents=if [ $(($4 / 262144 % 2)) = 0 ]; then t=hole,zero; fi
                     echo "$4 65536 $t""#;
    let pread = r#"pread=head -c "$3" /dev/zero"#;
    let handle = mapped(&[
        "eval",
        "get_size=echo 1M",
        pread,
        extents,
        "can_extents=exit 0",
    ]);
    let rows = rows(handle.extents(..).unwrap());
    let expected: Vec<_> = (0..4)
        .map(|i| (i * 262144, 262144, if i % 2 == 0 { HOLE } else { 0 }))
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn maps_of_large_disks_are_long() {
    let handle = mapped(&["null", "2T"]);
    assert_eq!(rows(handle.extents(..).unwrap()), [(0, 2 << 40, HOLE)]);
    // Without extended headers, a request covers at most 4 GiB.
    let handle = Handle::new().unwrap();
    handle.add_meta_context(CONTEXT_BASE_ALLOCATION).unwrap();
    handle.set_request_extended_headers(false).unwrap();
    nbdkit(&handle, &["null", "2T"]);
    assert_eq!(
        rows(handle.extents(1..).unwrap()),
        [(1, (2 << 40) - 1, HOLE)]
    );
}

#[test]
fn extents_that_nobody_wants_are_cancelled() {
    let handle = mapped(&["--filter=delay", "null", "4G", "delay-extents=60"]);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| handle.extents(..).unwrap().next());
        while handle.aio_in_flight().unwrap() == 0 {
            thread::yield_now();
        }
        handle.kill_subprocess(9).unwrap();
        let error = waiting.join().unwrap().unwrap().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotConnected);
    });
    let handle = mapped(&["data", "data=1 @1048576 1", "size=6G"]);
    let mut extents = handle.extents(..).unwrap();
    extents.next().unwrap().unwrap();
    drop(extents);
    assert_eq!(handle.aio_in_flight().unwrap(), 0);
    assert!(handle.aio_peek_command_completed().is_err());
}

#[test]
fn threads_share_a_map() {
    let extents = r#"extents=echo "$4 65536 hole""#;
    let pread = r#"pread=head -c "$3" /dev/zero"#;
    let handle = mapped(&[
        "eval",
        "get_size=echo 1M",
        pread,
        extents,
        "can_extents=exit 0",
    ]);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let rows = rows(handle.extents(..).unwrap());
                assert_eq!(rows, [(0, 1 << 20, 1)]);
            });
        }
    });
}

#[test]
fn contexts_must_have_been_negotiated() {
    let handle = Handle::new().unwrap();
    nbdkit(&handle, &["null", "1M"]);
    let error = handle.extents(..).unwrap_err();
    assert!(error.message().contains("add_meta_context"), "{}", error);
    let handle = mapped(&["null", "1M"]);
    let error = handle.extents_of(&["qemu:dirty-bitmap:b"], ..).unwrap_err();
    let expected = "\"qemu:dirty-bitmap:b\" was not negotiated, only \"base:allocation\"";
    assert!(error.message().contains(expected), "{}", error);
}

#[test]
fn contexts_that_the_server_has_not_granted_are_left_out() {
    let handle = Handle::new().unwrap();
    handle.add_meta_context("qemu:dirty-bitmap:b").unwrap();
    handle.add_meta_context(CONTEXT_BASE_ALLOCATION).unwrap();
    nbdkit(&handle, &["null", "1M"]);
    let extents = handle.extents(..).unwrap();
    assert_eq!(extents.contexts(), [CONTEXT_BASE_ALLOCATION]);
    assert_eq!(rows(extents), [(0, 1 << 20, HOLE)]);
    let error = handle.extents_of(&["qemu:dirty-bitmap:b"], ..).unwrap_err();
    assert!(error.message().contains("was not negotiated"), "{}", error);
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{} {:?}", program, output);
}

/// Make a disk whose first MiB was written before the bitmap was added.  The second
/// MiB, and half a MiB before it, were written after that.
fn make_bitmap(disk: &str) {
    run("qemu-img", &["create", "-qf", "qcow2", disk, "4M"]);
    run("qemu-io", &["-fqcow2", disk, "-cwrite 0 1M"]);
    run("qemu-img", &["bitmap", "--add", disk, "b"]);
    run("qemu-io", &["-fqcow2", disk, "-cwrite 512k 1536k"]);
}

#[test]
fn contexts_are_combined() {
    if !Path::new("/usr/bin/qemu-nbd").exists() {
        return;
    }
    let name = format!("causeway-map-{}", process::id());
    let disk = env::temp_dir().join(name);
    let disk = disk.to_str().unwrap();
    make_bitmap(disk);
    let handle = Handle::new().unwrap();
    handle.add_meta_context("qemu:dirty-bitmap:b").unwrap();
    handle.add_meta_context(CONTEXT_BASE_ALLOCATION).unwrap();
    let command = ["qemu-nbd", "-fqcow2", "-Bb", disk];
    handle.connect_systemd_socket_activation(&command).unwrap();
    let contexts = ["qemu:dirty-bitmap:b", CONTEXT_BASE_ALLOCATION];
    let extents = handle.extents_of(&contexts, ..).unwrap();
    assert_eq!(extents.contexts(), contexts);
    let rows: Vec<_> = extents
        .map(|extent| extent.unwrap())
        .map(|extent| {
            (
                extent.offset >> 10,
                extent.length >> 10,
                extent.flags.to_vec(),
            )
        })
        .collect();
    let expected = [
        (0, 512, vec![0, 0]),
        (512, 1536, vec![1, 0]),
        (2048, 2048, vec![0, HOLE]),
    ];
    assert_eq!(rows, expected);
    assert_eq!(handle.extents(..).unwrap().count(), 3);
    fs::remove_file(disk).unwrap();
}
