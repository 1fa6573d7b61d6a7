# SPDX-License-Identifier: MIT
"""From the models to the text of files, a directory for each language."""
