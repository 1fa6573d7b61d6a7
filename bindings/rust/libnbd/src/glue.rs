// SPDX-License-Identifier: MIT
//! Arguments and results between Rust and C.

use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr};
use std::os::raw::{c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use crate::error::errno;
use crate::thread::resume;
use crate::{Error, Result};

extern "C" {
    fn free(p: *mut c_void);
}

// Arguments ------------------------------------------------------------------

fn c_string(call: &str, name: &str, bytes: &[u8]) -> Result<CString> {
    CString::new(bytes).map_err(|error| {
        let at = error.nul_position();
        let message = format!("{}: {} has a NUL at byte {}", call, name, at);
        Error::new(errno::EINVAL, message)
    })
}

pub(crate) fn string(call: &str, name: &str, text: &str) -> Result<CString> {
    c_string(call, name, text.as_bytes())
}

pub(crate) fn path(call: &str, name: &str, path: &Path) -> Result<CString> {
    c_string(call, name, path.as_os_str().as_bytes())
}

/// A list that ends with NULL.  The library only reads it.
pub(crate) struct List {
    _strings: Vec<CString>,
    pointers: Vec<*mut c_char>,
}

impl List {
    fn new<'a>(call: &str, name: &str, strings: impl Iterator<Item = &'a [u8]>) -> Result<List> {
        let strings = strings
            .map(|bytes| c_string(call, name, bytes))
            .collect::<Result<Vec<_>>>()?;
        let pointers = strings
            .iter()
            .map(|text| text.as_ptr() as *mut c_char)
            .chain([ptr::null_mut()])
            .collect();
        Ok(List {
            _strings: strings,
            pointers,
        })
    }

    pub(crate) fn as_ptr(&self) -> *mut *mut c_char {
        self.pointers.as_ptr() as *mut *mut c_char
    }
}

pub(crate) fn strings(call: &str, name: &str, list: &[impl AsRef<str>]) -> Result<List> {
    List::new(call, name, list.iter().map(|s| s.as_ref().as_bytes()))
}

pub(crate) fn arguments(call: &str, name: &str, list: &[impl AsRef<OsStr>]) -> Result<List> {
    List::new(call, name, list.iter().map(|s| s.as_ref().as_bytes()))
}

// What closures are called with ----------------------------------------------

/// Text from the library.  Bytes that are not UTF-8 are replaced.
///
/// # Safety
/// The string must live as long as the result is used.
pub(crate) unsafe fn text<'a>(text: *const c_char) -> Cow<'a, str> {
    // SAFETY: the caller promises it.
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}

/// Memory of the library.
///
/// # Safety
/// The memory must live as long as the result is used, and not be written to.
pub(crate) unsafe fn slice<'a, T>(start: *const T, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the caller promises it.
    unsafe { std::slice::from_raw_parts(start, count) }
}

// Results --------------------------------------------------------------------
// Each of these first resumes a panic that a closure has left.

fn check<T: PartialEq>(result: T, failed: T) -> Result<T> {
    resume();
    if result == failed {
        return Err(Error::last());
    }
    Ok(result)
}

pub(crate) fn unit(result: c_int) -> Result<()> {
    check(result, -1).map(drop)
}

pub(crate) fn boolean(result: c_int) -> Result<bool> {
    check(result, -1).map(|r| r != 0)
}

pub(crate) fn number(result: c_int) -> Result<i32> {
    check(result, -1)
}

pub(crate) fn number64(result: i64) -> Result<i64> {
    check(result, -1)
}

pub(crate) fn cookie(result: i64) -> Result<u64> {
    check(result, -1).map(|r| r as u64)
}

pub(crate) fn size(result: isize) -> Result<usize> {
    check(result, -1).map(|r| r as usize)
}

/// A string that the caller must free.
pub(crate) fn owned_string(result: *mut c_char) -> Result<String> {
    let result = check(result, ptr::null_mut())?;
    // SAFETY: the string is from malloc, and nobody else has it.
    unsafe {
        let copy = text(result).into_owned();
        free(result.cast());
        Ok(copy)
    }
}

pub(crate) fn static_string(result: *const c_char) -> Result<&'static str> {
    check(result, ptr::null()).map(constant_string)
}

/// A constant text of the library, which is ASCII.
pub(crate) fn constant_string(result: *const c_char) -> &'static str {
    // SAFETY: the string is a constant of the library.
    unsafe { CStr::from_ptr(result) }.to_str().unwrap_or("?")
}

/// The result of a call that cannot fail.
pub(crate) fn plain<T>(result: T) -> T {
    resume();
    result
}
