# SPDX-License-Identifier: MIT
"""The machine as a picture: docs/machine.svg, and docs/machine.html to explore."""
