/* SPDX-License-Identifier: MIT */
/* Run qemu-img until it ends. */
#include <config.h>

#include <stdlib.h>

#include "helper/helper.h"
#include "helper/internal.h"
#include "helper/qemu-img.h"
#include "tool.h"

static int
run (const char *const *words, char **why)
{
  char *out = helper_run (words, why);

  free (out);
  return out != NULL ? 0 : -1;
}

int
helper_convert (const struct helper_conversion *c, char **why)
{
  char *in = helper_file_word (c->source),
       *out = helper_file_word (c->destination);
  const char *words[20] = { "qemu-img", "convert",
                            "-f",       format_driver (c->from),
                            "-O",       format_driver (c->to) };
  unsigned n = 6;

  if (c->compressed)
    words[n++] = "-c";
  if (c->kept)
    words[n++] = "-n";
  if (c->zero)
    words[n++] = "--target-is-zero";
  if (c->to == VPC && !c->kept)
    words[n++] = "-o" EXACT_VPC;
  if (c->options != NULL && !c->kept) {
    words[n++] = "-o";
    words[n++] = c->options;
  }
  words[n++] = in;
  words[n++] = out;
  int r = run (words, why);
  free (in);
  free (out);
  return r;
}
