/* SPDX-License-Identifier: MIT */

/* A debug callback gets the names of calls.  It is freed when it is replaced
 * or cleared, or when the handle is closed. */

#include <string.h>

#include "check.h"
#include "client.h"
#include "server.h"

static int saw_call;

static int
on_debug (void *opaque, const char *name, const char *message)
{
  (void) opaque;
  CHECK (strchr (message, '\n') == NULL);
  if (strcmp (name, "nbd_set_export_name") == 0
      && strstr (message, "the \\x1b[31mname") != NULL)
    saw_call++;
  return 0;
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  struct calls calls[3] = { 0 };

  CHECK_OK (nbd_set_debug_callback (h, debug (&calls[0])));
  CHECK_OK (nbd_set_debug (h, true));
  CHECK_OK (nbd_set_export_name (h, "a"));
  CHECK (calls[0].called > 0);
  CHECK_INT (calls[0].freed, 0);
  CHECK_OK (nbd_set_debug_callback (h, debug (&calls[1])));
  CHECK_INT (calls[0].freed, 1);
  CHECK_OK (nbd_set_export_name (h, "b"));
  CHECK_OK (nbd_set_debug_callback (h, (nbd_debug_callback) {
                                         .callback = on_debug }));
  CHECK_INT (calls[1].freed, 1);
  CHECK_OK (nbd_set_export_name (h, "the \033[31mname"));
  CHECK (saw_call > 0);
  CHECK_OK (nbd_set_debug_callback (h, debug (&calls[2])));
  nbd_close (h);
  for (int i = 0; i < 3; i++) {
    CHECK_INT (calls[i].freed, 1);
    CHECK_INT (calls[i].called_after_free, 0);
  }
}
