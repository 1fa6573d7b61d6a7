# SPDX-License-Identifier: MIT
"""The manual pages of the library."""
