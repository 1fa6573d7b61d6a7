/* SPDX-License-Identifier: MIT */
/* qemu-img, run to its end. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "helper/helper.h"
#include "helper/qemu-img.h"
#include "tool.h"

static int
run (const char *const *words, char **why)
{
  char *out = helper_run (words, why);

  free (out);
  return out != NULL ? 0 : -1;
}

/* Names are never taken for something else than files. */
static char *
file_word (const char *name)
{
  return tool_format ("%s%s", name[0] == '/' ? "" : "./", name);
}

int
helper_cut (enum format f, const char *file, uint64_t size, char **why)
{
  char *name = file_word (file), *bytes = tool_format ("%" PRIu64, size);
  const char *const words[] = { "qemu-img", "resize", "-q",
                                "--shrink", "-f",     format_driver (f),
                                name,       bytes,    NULL };
  int r = run (words, why);

  free (name);
  free (bytes);
  return r;
}

int
helper_convert (enum format from, const char *source, enum format to,
                const char *destination, bool made, bool compressed,
                const char *options, char **why)
{
  char *in = file_word (source), *out = file_word (destination);
  const char *words[16] = { "qemu-img",
                            "convert",
                            "-W",
                            "-m",
                            "16",
                            "-f",
                            format_driver (from),
                            "-O",
                            format_driver (to) };
  unsigned n = 9;

  if (compressed)
    words[n++] = "-c";
  if (made) {
    words[n++] = "-n";
    words[n++] = "--target-is-zero";
  }
  else if (options != NULL) {
    words[n++] = "-o";
    words[n++] = options;
  }
  words[n++] = in;
  words[n++] = out;
  int r = run (words, why);
  free (in);
  free (out);
  return r;
}
