# SPDX-License-Identifier: MIT
"""What C has of the calls: header, wrappers, settings, requests, types of arguments."""
