# SPDX-License-Identifier: MIT
"""Put generated text into the tree: banner, read-only, only if it differs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

MODE = 0o444
GENERATED = "Written by generator/generate from"  # in each banner

# The comment marks of a banner, by the suffix of the file's name: before the first
# line, before each further line, and after the last.
SLASH_STAR = ("/* ", " * ", " */")
ANGLES = ("<!-- ", "     ", " -->")
HASH = ("# ", "# ", "")
COMMENTS = {
    ".c": SLASH_STAR,
    ".h": SLASH_STAR,
    ".syms": SLASH_STAR,
    ".go": ("// ", "// ", ""),
    ".html": ANGLES,
    ".js": ("// ", "// ", ""),
    ".mk": HASH,
    ".ml": ("(* ", "   ", " *)"),
    ".mli": ("(* ", "   ", " *)"),
    ".outline": HASH,
    ".py": HASH,
    ".pyi": HASH,
    ".rs": ("// ", "// ", ""),
    ".ts": ("// ", "// ", ""),
    ".svg": ANGLES,
    ".3": ('.\\" ', '.\\" ', ""),
}


def banner(path: str, sources: str) -> str:
    """The licence tag, and the sources in which to make changes."""
    first, further, end = COMMENTS[Path(path).suffix]
    return (
        f"{first}SPDX-License-Identifier: MIT\n"
        f"{further}{GENERATED} {sources}:\n"
        f"{further}make changes there, here they are lost.{end}\n"
    )


def with_banner(path: str, text: str, sources: str) -> str:
    """What the file at `path` is to hold."""
    # An empty line in a manual page would be printed.
    gap = "" if Path(path).suffix == ".3" else "\n"
    return f"{banner(path, sources)}{gap}{text.rstrip()}\n"


def is_current(root: Path, path: str, whole: str) -> bool:
    """Whether the file holds this text already."""
    target = root / path
    return target.is_file() and target.read_text(encoding="utf-8") == whole


def write_file(root: Path, path: str, whole: str) -> bool:
    """Replace the file in one step; False if there was nothing to do."""
    if is_current(root, path, whole):
        return False
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(whole)
        os.chmod(temporary, MODE)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
    return True
