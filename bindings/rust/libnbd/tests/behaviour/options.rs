// SPDX-License-Identifier: MIT
//! Option mode.

use libnbd::{Handle, CONTEXT_BASE_ALLOCATION};

use crate::{nbdkit, seen, while_connecting};

/// A handle in option mode with nbdkit's sh plugin, which has two exports.
fn negotiating() -> Handle {
    let handle = Handle::new().unwrap();
    handle.set_opt_mode(true).unwrap();
    nbdkit(
        &handle,
        &[
            "eval",
            "list_exports=printf 'INTERLEAVED\\none\\nfirst\\ntwo\\nsecond\\n'",
            "open=if [ \"$3\" = none ]; then echo ENOENT none >&2; exit 1; fi; echo \"$3\"",
            "get_size=if [ \"$2\" = two ]; then echo 2M; else echo 1M; fi",
            "pread=dd if=/dev/zero bs=$3 count=1 2>/dev/null",
            "can_extents=exit 0",
            "extents=echo 0 1M",
        ],
    );
    assert!(handle.aio_is_negotiating());
    handle
}

#[test]
fn option_mode_lists_exports() {
    let handle = negotiating();
    let mut names = Vec::new();
    let count = handle.opt_list(|name, description| {
        names.push((name.to_owned(), description.to_owned()));
        0
    });
    assert_eq!(count.unwrap(), 2);
    let expected = [("one", "first"), ("two", "second")];
    assert!(names.iter().map(|(n, d)| (&n[..], &d[..])).eq(expected));

    // nbdkit answers this once per connection.
    let handle = negotiating();
    let (lines, log) = seen();
    let (ends, end) = seen();
    let list = move |name: &str, _: &str| {
        log.lock().unwrap().push(name.to_owned());
        0
    };
    let completion = move |error: &mut i32| {
        end.lock().unwrap().push(*error);
        0
    };
    handle.aio_opt_list(list, completion).unwrap();
    while_connecting(&handle);
    assert_eq!(*lines.lock().unwrap(), ["one", "two"]);
    assert_eq!(*ends.lock().unwrap(), [0]);
    handle.opt_abort().unwrap();
}

#[test]
fn option_mode_info_and_go() {
    let handle = negotiating();
    handle.set_export_name("two").unwrap();
    handle.opt_info().unwrap();
    assert_eq!(handle.get_size().unwrap(), 2 << 20);
    handle.set_export_name("none").unwrap();
    handle.opt_go().unwrap_err();
    assert!(handle.aio_is_negotiating());
    handle.set_export_name("one").unwrap();
    handle.opt_go().unwrap();
    assert!(handle.aio_is_ready());
    assert_eq!(handle.get_size().unwrap(), 1 << 20);
}

#[test]
fn option_mode_abort() {
    let handle = negotiating();
    handle.opt_abort().unwrap();
    assert!(handle.aio_is_closed());
    handle.opt_go().unwrap_err();

    let handle = negotiating();
    handle.aio_opt_abort().unwrap();
    while_connecting(&handle);
    assert!(handle.aio_is_closed());
}

#[test]
fn option_mode_meta_contexts() {
    let handle = negotiating();
    let mut contexts = Vec::new();
    let collect = |name: &str| {
        contexts.push(name.to_owned());
        0
    };
    let found = handle.opt_list_meta_context_queries(&["base:"], collect);
    assert_eq!(found.unwrap(), 1);
    assert_eq!(contexts, [CONTEXT_BASE_ALLOCATION]);

    handle.add_meta_context(CONTEXT_BASE_ALLOCATION).unwrap();
    handle.add_meta_context("x-unknown:context").unwrap();
    assert_eq!(handle.opt_list_meta_context(|_| 0).unwrap(), 1);
    assert_eq!(handle.opt_set_meta_context(|_| 0).unwrap(), 1);
    assert!(handle.can_meta_context(CONTEXT_BASE_ALLOCATION).unwrap());
    assert!(!handle.can_meta_context("x-unknown:context").unwrap());
    let queries: [&str; 0] = [];
    assert_eq!(
        handle
            .opt_set_meta_context_queries(&queries, |_| 0)
            .unwrap(),
        0
    );
    assert!(!handle.can_meta_context(CONTEXT_BASE_ALLOCATION).unwrap());
}

#[test]
fn option_mode_asks_for_replies_of_its_own() {
    let handle = Handle::new().unwrap();
    handle.set_opt_mode(true).unwrap();
    handle.set_request_structured_replies(false).unwrap();
    handle.set_request_extended_headers(false).unwrap();
    nbdkit(&handle, &["null", "1M"]);
    assert!(handle.opt_structured_reply().unwrap());
    assert!(handle.get_structured_replies_negotiated().unwrap());
    // A server may or may not know it; both are fine.
    handle.opt_extended_headers().unwrap();
}
