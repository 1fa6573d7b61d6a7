# SPDX-License-Identifier: MIT
"""The C of the calls: header, wrappers, settings, requests, types of arguments."""
