# SPDX-License-Identifier: MIT
"""What records say in the words of C, in those of Rust."""

from __future__ import annotations

import re

# Phrases of records, where a space stands for any white space.
PHRASES = {
    "*error* points to 0 or to the errno": "*error* is 0 or the errno",
    "*error* points to 0 if the server agreed, or else to an errno": (
        "*error* is 0 if the server agreed, or else an errno"
    ),
    "*error* points to 0, or to the first error": "*error* is 0, or the first error",
    "*error* points to the errno": "*error* is the errno",
    "Either way its free function is called once, when": (
        "Either way it is dropped once, when"
    ),
    "stores an errno there": "sets *error* to an errno",
    "is an array of nbd_extent, each": "is a slice of extents, each",
    "It is never NULL but may be empty": "It may be empty",
    "or INT_MAX commands are": "or as many commands as an ``i32`` can count are",
    "a pointer or a number": "an address or a number",
    "otherwise, or without a *completion*, collect": "otherwise collect",
    "callback is freed": "closure is dropped",
    "stored is freed": "stored is dropped",
    "public function": "function",
    "This form returns 0 as soon as": "This form returns as soon as",
    "If it succeeds this form returns 0, not a number": (
        "This form does not return a number"
    ),
    "the result is 1 if it succeeded, and -1 with the error of the command if it": (
        "the result is true if it succeeded, and the command's error if it"
    ),
    "result is 0 if it has not finished": "result is false if it has not finished",
    ", which must not be freed": "",
    "The string is constant and must not be freed.": "The string is constant.",
}

PATTERNS = [
    (re.compile(r"\s+".join(map(re.escape, phrase.split()))), words)
    for phrase, words in PHRASES.items()
] + [
    (re.compile(r"\bcallback(s?)\b"), r"closure\1"),
    (re.compile(r"\bCallback(s?)\b"), r"Closure\1"),
]

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
    for pattern, words in PATTERNS:
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
