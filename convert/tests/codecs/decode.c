/* SPDX-License-Identifier: MIT */

/* usage: decode FILE ORIGINAL
 *
 * Decode FILE in all ways, compare with ORIGINAL, print the codec and the
 * number of parts.  For the tests in shell. */

#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "trying.h"

int
main (int argc, char *argv[])
{
  if (argc != 3)
    return EXIT_FAILURE;
  snprintf (wrong_with, sizeof wrong_with, "%s", argv[1]);

  struct bytes file = bytes_of_file (argv[1]);
  struct bytes original = bytes_of_file (argv[2]);
  enum codec_kind kind = codec_recognize (file.p, file.length);
  const struct codec *codec = codec_of (kind);

  if (kind == PLAIN)
    wrong ("no codec recognizes it");
  if (codec == NULL)
    return 77;
  printf ("%s %" PRIu64 "\n", codec_name (kind),
          try_all (codec, &file, &original));
  free (file.p);
  free (original.p);
  return EXIT_SUCCESS;
}
