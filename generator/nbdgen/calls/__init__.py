# SPDX-License-Identifier: MIT
"""The API side: records, what is made of them, and the rules that they must meet."""
