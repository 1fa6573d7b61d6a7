# SPDX-License-Identifier: MIT
"""Write what make install installs beside the modules, as pip does.

usage: dist_info.py VERSION DIRECTORY

Programs see by these files that the package is installed, and fsspec finds its
file system.  There is no RECORD, so pip does not remove what it has not
installed.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path


def main(version: str, directory: str) -> None:
    text = Path(__file__).with_name("pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    metadata = {
        "Metadata-Version": "2.1",
        "Name": project["name"],
        "Version": version,
        "Summary": project["description"],
        "License": project["license"]["text"],
        "Requires-Python": project["requires-python"],
    }
    entries = [
        f"[{group}]\n" + "".join(f"{name} = {what}\n" for name, what in names.items())
        for group, names in project["entry-points"].items()
    ]
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    (target / "INSTALLER").write_text("make\n")
    (target / "entry_points.txt").write_text("\n".join(entries))
    lines = [f"{name}: {value}\n" for name, value in metadata.items()]
    (target / "METADATA").write_text("".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
