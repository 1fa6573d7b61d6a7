# SPDX-License-Identifier: MIT
"""What is made of the state machine: C, the outline, and a model for spin."""
