/* SPDX-License-Identifier: MIT */
/* If another attempt to connect can follow, an attempt is given up when the
 * server is silent.  The first silence may last 5 seconds; after several
 * silent attempts it may last up to a minute. */

#include "lasting.h"
#include "drive/drive.h"

static int64_t
silence_allowed (struct nbd_handle *h, unsigned silent_attempts)
{
  struct nbdi_link *l = &h->link;

  l->attempt.silent = silent_attempts;
  return (int64_t) (nbdi_silence_ends (l) - l->channel.moved) / 1000000;
}

void
test (void)
{
  static const int64_t seconds[] = { 5, 10, 20, 40, 60, 60 };
  struct address a;
  struct nbd_handle *h = nbd_create ();

  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_set_connect_timeout (h, -1));
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  for (unsigned i = 0; i < sizeof seconds / sizeof seconds[0]; i++)
    CHECK_INT (silence_allowed (h, i), seconds[i] * 1000);
  CHECK_INT (silence_allowed (h, 1000000), 60 * 1000);
  nbd_close (h);
  address_close (&a);
}
