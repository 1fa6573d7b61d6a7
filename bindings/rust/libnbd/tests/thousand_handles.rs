// SPDX-License-Identifier: MIT
//! Memory is measured in a process of its own.

use std::fs;

use libnbd::{CmdFlag, Handle};

/// The resident memory of this process in bytes.
fn resident() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").unwrap();
    let pages = text.split(' ').nth(1).unwrap();
    pages.parse::<u64>().unwrap() * 4096
}

fn use_handles(count: usize) {
    for _ in 0..count {
        let handle = Handle::new().unwrap();
        handle.set_export_name(&"x".repeat(4000)).unwrap();
        let held = vec![0_u8; 8192];
        handle
            .set_debug_callback(move |_, _| held.len() as i32)
            .unwrap();
        let refused = handle.aio_pread(vec![0; 8192], 0, |_, _| 1, CmdFlag::empty());
        refused.unwrap_err();
    }
}

#[test]
fn thousand_handles_without_a_leak() {
    use_handles(1000);
    let before = resident();
    use_handles(1000);
    // Any of the blocks above, leaked for each handle, would be at least 4 MB.
    let grown = resident().saturating_sub(before);
    assert!(grown < 2_000_000, "{} bytes more", grown);
}
