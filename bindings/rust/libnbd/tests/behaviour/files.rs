// SPDX-License-Identifier: MIT
//! Exports as files.

use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};

use libnbd::{CmdFlag, File, Handle};

use crate::{connected, nbdkit, pattern};

fn opened(arguments: &[&str]) -> File {
    File::new(connected(arguments)).unwrap()
}

#[test]
fn files_are_read_in_order() {
    const SIZE: u64 = 3 * 1024 * 1024 + 1000;
    let size = SIZE.to_string();
    let all = pattern(0, SIZE as usize);
    let mut file = opened(&["pattern", &size]);
    assert_eq!(file.size(), SIZE);
    let mut read = Vec::new();
    assert_eq!(io::copy(&mut file, &mut read).unwrap(), SIZE);
    assert!(read == all);
    // Again, with lengths that match no block, and with more than is read ahead at
    // once.
    for length in [7777, 100_001, 20_000_000] {
        file.rewind().unwrap();
        let mut reader = BufReader::with_capacity(length, &mut file);
        read.clear();
        reader.read_to_end(&mut read).unwrap();
        assert!(read == all, "in pieces of {}", length);
    }
    assert_eq!(file.read(&mut [0]).unwrap(), 0);
    file.close().unwrap();
}

#[test]
fn files_read_ahead_only_what_is_read_in_order() {
    let mut file = opened(&["--filter=delay", "pattern", "64M", "delay-read=20ms"]);
    let mut buf = vec![0; 65536];
    file.seek(SeekFrom::Start(1 << 20)).unwrap();
    file.read_exact(&mut buf).unwrap();
    assert_eq!(file.handle().aio_in_flight().unwrap(), 0);
    for _ in 0..40 {
        file.read_exact(&mut buf).unwrap();
    }
    assert!(file.handle().aio_in_flight().unwrap() >= 8);
    // Reads that are no longer needed are cancelled.
    file.seek(SeekFrom::Start(8)).unwrap();
    file.read_exact(&mut buf[..4096]).unwrap();
    assert_eq!(buf[..4096], pattern(8, 4096));
    assert_eq!(file.handle().aio_in_flight().unwrap(), 0);
}

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1);
        (self.0 >> 33) % below
    }
}

/// Do the same with a file in memory, with a server that needs whole blocks.
fn compare_with_memory(arguments: &[&str], seed: u64) {
    const SIZE: usize = 2 * 1024 * 1024;
    let mut file = opened(arguments);
    let mut model = vec![0; SIZE];
    let mut dice = Dice(seed);
    for turn in 0..600 {
        let is_near = dice.roll(3) > 0;
        let most = [100, 5000, 70_000, 600_000][dice.roll(4) as usize];
        let length = dice.roll(most) as usize + 1;
        let at = if is_near {
            file.stream_position().unwrap() as usize % SIZE
        } else {
            let at = dice.roll(SIZE as u64);
            file.seek(SeekFrom::Start(at)).unwrap() as usize
        };
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        let end = (at + length).min(SIZE);
        if dice.roll(2) == 0 {
            let mut buf = vec![0; end - at];
            file.read_exact(&mut buf).unwrap();
            assert!(buf == model[at..end], "turn {}: {}..{}", turn, at, end);
        } else {
            model[at..end].fill(turn as u8);
            file.write_all(&model[at..end]).unwrap();
        }
    }
    file.sync_all().unwrap();
    let mut buf = vec![0; 65536];
    for at in (0..SIZE).step_by(buf.len()) {
        let handle = file.handle();
        handle.pread(&mut buf, at as u64, CmdFlag::empty()).unwrap();
        assert!(buf == model[at..at + buf.len()]);
    }
    file.close().unwrap();
}

#[test]
fn files_see_what_they_wrote() {
    compare_with_memory(&["memory", "2M"], 1);
    let slow = ["--filter=delay", "memory", "2M", "delay-write=1ms"];
    compare_with_memory(&slow, 2);
}

#[test]
fn files_work_with_large_blocks() {
    let blocks = ["--filter=blocksize-policy", "memory", "2M"];
    let sizes = ["blocksize-minimum=4096", "blocksize-preferred=4096"];
    let policy = ["blocksize-maximum=64K", "blocksize-error-policy=error"];
    compare_with_memory(&[&blocks[..], &sizes, &policy].concat(), 3);

    // An export may be longer than the part that can be read.
    let blocks = ["--filter=blocksize-policy", "pattern", "10000"];
    let mut file = opened(&[&blocks[..], &sizes, &policy].concat());
    let mut read = Vec::new();
    let error = file.read_to_end(&mut read).unwrap_err();
    assert!(error.to_string().contains("not aligned"), "{}", error);
    assert_eq!(read, pattern(0, 8192));
}

#[test]
fn files_end_where_the_export_does() {
    let mut file = opened(&["memory", "10000"]);
    assert_eq!(file.seek(SeekFrom::End(-4)).unwrap(), 9996);
    assert_eq!(file.write(b"12345678").unwrap(), 4);
    let error = file.write(b"5678").unwrap_err();
    assert_eq!(error.raw_os_error(), None);
    let expected = "writing 4 bytes at offset 10000: the export has 10000 bytes";
    assert!(error.to_string().contains(expected), "{}", error);
    assert_eq!(
        file.seek(SeekFrom::Current(1 << 40)).unwrap(),
        10000 + (1 << 40)
    );
    assert_eq!(file.read(&mut [0; 8]).unwrap(), 0);
    let error = file.seek(SeekFrom::End(-10001)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    file.seek(SeekFrom::Start(9995)).unwrap();
    let mut rest = Vec::new();
    file.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"\x001234");
}

#[test]
fn failures_behind_are_told_once() {
    let arguments = ["--filter=error", "memory", "1M", "error-pwrite-rate=100%"];
    let mut file = opened(&arguments);
    file.seek(SeekFrom::Start(512)).unwrap();
    file.write_all(&[1; 1024]).unwrap();
    let error = file.flush().unwrap_err();
    let expected = "writing 1024 bytes at offset 512: ";
    assert!(error.to_string().contains(expected), "{}", error);
    file.flush().unwrap();
    file.write_all(&[1; 1024]).unwrap();
    file.close().unwrap_err();
    // A read-only export refuses a write at once.
    let mut file = opened(&["-r", "memory", "1M"]);
    let error = file.write(&[1; 1024]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("is read-only"), "{}", error);
    file.close().unwrap();
}

#[test]
fn failures_ahead_are_told_if_they_stay() {
    let script = r#"pread=if [ "$4" -ge 262144 ] && mkdir "$tmpdir/$4" 2>/dev/null; then
                      echo "EIO not now" >&2; exit 1; fi
                    head -c "$3" /dev/zero"#;
    let mut file = opened(&["eval", "get_size=echo 1M", script]);
    let mut buf = vec![1; 65536];
    for _ in 0..16 {
        file.read_exact(&mut buf).unwrap();
        assert!(buf.iter().all(|&byte| byte == 0));
    }
    let arguments = ["--filter=error", "memory", "1M", "error-pread-rate=100%"];
    let mut file = opened(&arguments);
    let error = file.read(&mut buf).unwrap_err();
    let expected = "reading 65536 bytes at offset 0: ";
    assert!(error.to_string().contains(expected), "{}", error);
}

#[test]
fn files_outlive_their_server_if_told_to() {
    let handle = Handle::new().unwrap();
    handle.set_reconnect_timeout(-1).unwrap();
    nbdkit(&handle, &["pattern", "4M"]);
    let mut file = File::new(handle).unwrap();
    let mut read = vec![0; 1 << 20];
    file.read_exact(&mut read).unwrap();
    file.handle().kill_subprocess(9).unwrap();
    file.read_to_end(&mut read).unwrap();
    assert!(read == pattern(0, 4 << 20));

    let mut file = opened(&["memory", "4M"]);
    file.write_all(&read[..1 << 20]).unwrap();
    file.handle().kill_subprocess(9).unwrap();
    file.write_all(&[1])
        .and_then(|()| file.flush())
        .unwrap_err();
    file.rewind().unwrap();
    file.read(&mut [0; 512]).unwrap_err();
    file.close().unwrap_err();
}
