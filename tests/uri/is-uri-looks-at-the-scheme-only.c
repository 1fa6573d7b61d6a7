/* SPDX-License-Identifier: MIT */
/* nbd_is_uri is true for the eight schemes followed by "://", in upper or
 * lower case, whatever comes after that, and for nothing else. */
#include <errno.h>

#include "check.h"

static const char *const uris[] = {
  "nbd://",       "nbds://h",       "nbd+unix://", "nbds+unix:///?socket=s",
  "nbd+vsock://", "nbds+vsock://x", "nbd+ssh://",  "nbds+ssh://",
  "NBD://",       "Nbds+Unix://",   "nbd://%",     "nbd://a b#c",
};

static const char *const others[] = {
  "",           "nbd",         "nbd:",        "nbd:/",
  "nbd:h",      "nbd:h:10809", " nbd://",     "/nbd://",
  "nbd+tcp://", "nbd+://",     "nbdss://",    "http://nbd://",
  "nbd%3A//",   "nbd+unix",    "nbds+unix:/",
};

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  for (i = 0; i < sizeof uris / sizeof uris[0]; i++)
    if (ROW (uris[i]))
      CHECK_INT (nbd_is_uri (h, uris[i]), 1);
  for (i = 0; i < sizeof others / sizeof others[0]; i++)
    if (ROW (others[i]))
      CHECK_INT (nbd_is_uri (h, others[i]), 0);
  check_rows_end ();
  CHECK_STATE (h, "CREATED");
  nbd_close (h);
}
