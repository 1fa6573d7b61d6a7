# SPDX-License-Identifier: MIT
"""Replaces words of C in the text of records by those of Rust."""

from __future__ import annotations

import re

# Single words.  For phrases, records have parts that are for Rust: see nbdgen.doc.
WORDS = (
    (re.compile(r"\bcallback(s?)\b"), r"closure\1"),
    (re.compile(r"\bCallback(s?)\b"), r"Closure\1"),
)

# What std::io::ErrorKind calls an error number, see libnbd::Error::kind.
KINDS = {
    "EACCES": "PermissionDenied",
    "EADDRINUSE": "AddrInUse",
    "EAGAIN": "WouldBlock",
    "ECONNREFUSED": "ConnectionRefused",
    "ECONNRESET": "ConnectionReset",
    "EEXIST": "AlreadyExists",
    "EINTR": "Interrupted",
    "EINVAL": "InvalidInput",
    "ENOENT": "NotFound",
    "ENOMEM": "OutOfMemory",
    "ENOTCONN": "NotConnected",
    "EPERM": "PermissionDenied",
    "EPIPE": "BrokenPipe",
    "ETIMEDOUT": "TimedOut",
}


def in_rust(text: str) -> str:
    """The text of a record as a user of the crate reads it."""
    for pattern, words in WORDS:
        text = pattern.sub(words, text)
    return text


# A call in an example of a record.
CALL = re.compile(r"^nbd_(\w+) \(h, (.*)\);$", re.MULTILINE)


def code_in_rust(code: str) -> str:
    """Lines of code, whose calls are methods here."""
    return CALL.sub(r"nbd.\1(\2)?;", code)


def error_name(name: str) -> str:
    """An error number, with its kind where it has one."""
    kind = KINDS.get(name)
    if kind is None:
        return f"`{name}`"
    return f"[`{kind}`](std::io::ErrorKind::{kind}), `{name}`"
