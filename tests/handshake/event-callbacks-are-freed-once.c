/* SPDX-License-Identifier: MIT */

/* An event callback is freed once: when another one replaces it, when it is
 * cleared, or when the handle is closed. */

#include <errno.h>

#include "check.h"

static int
on_event (void *opaque __attribute__ ((unused)),
          unsigned event __attribute__ ((unused)),
          const char *message __attribute__ ((unused)),
          int64_t value __attribute__ ((unused)))
{
  return -1;
}

static void
count (void *opaque)
{
  ++*(int *) opaque;
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  int freed[3] = { 0 };
  nbd_event_callback cb = { .callback = on_event, .free = count };

  CHECK_OK (nbd_clear_event_callback (h));
  for (int i = 0; i < 2; i++) {
    cb.user_data = &freed[i];
    CHECK_OK (nbd_set_event_callback (h, cb));
  }
  CHECK_INT (freed[0], 1);
  CHECK_INT (freed[1], 0);
  CHECK_OK (nbd_clear_event_callback (h));
  CHECK_OK (nbd_clear_event_callback (h));
  CHECK_INT (freed[1], 1);

  cb.user_data = &freed[2];
  CHECK_OK (nbd_set_event_callback (h, cb));
  cb = (nbd_event_callback) { .callback = NULL };
  CHECK_FAILS (nbd_set_event_callback (h, cb), EFAULT, NULL);
  CHECK_INT (freed[2], 0);
  nbd_close (h);
  CHECK_INT (freed[0], 1);
  CHECK_INT (freed[1], 1);
  CHECK_INT (freed[2], 1);
}
