# SPDX-License-Identifier: MIT
"""Headings of the NBD protocol document (doc/proto.md of the nbd project).

A SPEC clause, or `spec` of a record, names one of them, so that a reader finds the
text that the code follows.  A heading that is not listed here is an error.
"""

from __future__ import annotations

HEADINGS = frozenset(
    (
        "Conventions",
        # Protocol phases
        "Protocol phases",
        "Handshake",
        "Oldstyle negotiation",
        "Newstyle negotiation",
        "Fixed newstyle negotiation",
        "Termination of the session during option haggling",
        "Transmission",
        "Ordering of messages and writes",
        "Request message",
        "Request messages",
        "Simple reply message",
        "Structured reply chunk message",
        "Extended reply chunk message",
        "Terminating the transmission phase",
        "Reserved magic values",
        # TLS
        "TLS support",
        "Certificates, authentication and authorisation",
        "Server-side requirements",
        "NOTLS mode",
        "FORCEDTLS mode",
        "SELECTIVETLS mode",
        "Client-side requirements",
        "Security considerations",
        "TLS versions",
        "Protocol downgrade attacks",
        # Sizes and metadata
        "Block size constraints",
        "Metadata querying",
        "Metadata contexts",
        # Values
        "Handshake phase",
        "Flag fields",
        "Handshake flags",
        "Client flags",
        "Transmission flags",
        "Option types",
        "Option reply types",
        "Transmission phase",
        "Command flags",
        "Structured reply flags",
        "Structured reply types",
        "Request types",
        "Error values",
        # The rest
        "Compatibility and interoperability",
        "Baseline",
        "Future considerations",
    )
)
