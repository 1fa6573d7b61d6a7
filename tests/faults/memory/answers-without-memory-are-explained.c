/* SPDX-License-Identifier: MIT */

/* A call that returns a string fails with ENOMEM if there is no memory for the
 * string.  The error begins with the name of the call, and logging works. */

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "memory.h"

static char *(*ask) (struct nbd_handle *h);
static struct nbd_handle *h;
static unsigned refused;

static void
try (void)
{
  char *answer = LIB (ask (h));

  if (answer == NULL) {
    CHECK_ERROR (ENOMEM, "nbd_get_");
    refused++;
  }
  free (answer);
}

void
test (void)
{
  static char *(*const questions[]) (struct nbd_handle *) = {
    nbd_get_socket_activation_name,
    nbd_get_tls_hostname,
    nbd_get_tls_priority,
    nbd_get_tls_username,
    nbd_get_handle_name,
    nbd_get_export_name,
  };
  struct calls messages = { 0 };

  setenv ("LOGNAME", "me", 1);
  h = nbd_create ();
  CHECK_OK (nbd_set_debug_callback (h, debug (&messages)));
  CHECK_OK (nbd_set_debug (h, true));
  for (unsigned i = 0; i < sizeof questions / sizeof questions[0]; i++) {
    ask = questions[i];
    refused = 0;
    memory_sweep ("asking", try);
    CHECK (refused > 0);
  }
  CHECK (messages.called > 0);
  nbd_close (h);
}
