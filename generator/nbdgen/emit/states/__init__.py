# SPDX-License-Identifier: MIT
"""What is made of the state machine: C, outline, picture, and a model for spin."""
