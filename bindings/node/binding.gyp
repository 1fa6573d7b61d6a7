# SPDX-License-Identifier: MIT
# How node-gyp builds the addon, with the libnbd that pkg-config finds.
{
  "targets": [
    {
      "target_name": "nbd",
      "sources": [
        "src/arguments.c",
        "src/calls.c",
        "src/closures.c",
        "src/handle.c",
        "src/loop.c",
        "src/methods.c",
        "src/module.c",
        "src/values.c"
      ],
      "defines": ["_GNU_SOURCE"],
      "cflags": ["<!@(pkg-config --cflags libnbd)"],
      "cflags_c": ["-std=gnu11"],
      "libraries": ["<!@(pkg-config --libs libnbd)"]
    }
  ]
}
