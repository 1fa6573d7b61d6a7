# SPDX-License-Identifier: MIT
"""The state machine: reading its files, its model, and the rules that it must meet."""
