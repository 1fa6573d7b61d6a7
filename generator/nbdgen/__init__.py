# SPDX-License-Identifier: MIT
"""The Causeway generator: from descriptions to C, manual and bindings."""
