# SPDX-License-Identifier: MIT
"""Make the text of files from the models, with a directory for each language."""
