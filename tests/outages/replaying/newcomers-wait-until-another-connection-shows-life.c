/* SPDX-License-Identifier: MIT */
/* A further connection may have reached a server that was started anew.  So
 * it gets commands only after an older connection has answered a request that
 * was sent after the further one was established. */
#include <string.h>

#include "lasting.h"

static char states[4096];

static int
log_line (void *opaque __attribute__ ((unused)),
          const char *context __attribute__ ((unused)), const char *text)
{
  if (strncmp (text, "state ", 6) == 0
      && strlen (states) + strlen (text) < sizeof states)
    strcat (states, text + 5);
  return 0;
}

static void
answer (struct server *s, int64_t cookie, struct nbd_handle *h)
{
  server_say (s, "simple 0 %lld \"abcd\"", (long long) cookie);
  pump (h);
}

void
test (void)
{
  struct address a;
  struct server first, second;
  struct nbd_handle *h = patient_handle ();
  int64_t reads[4];
  char buf[4];
#define READ() CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0))

  CHECK_OK (nbd_set_connections (h, 2));
  CHECK_OK (nbd_set_debug_callback (h, (nbd_debug_callback) {
                                         .callback = log_line,
                                       }));
  CHECK_OK (nbd_set_debug (h, true));
  lasting_connect (h, &first, &a, SIMPLE, FLAGS_ALL);
  reads[0] = READ ();
  reads[1] = READ ();
  server_serves (&second, &a, h, SIMPLE, 1 << 20, FLAGS_ALL);

  /* The first connection answers a request that it had before. */
  server_request (&first, NULL);
  answer (&first, reads[0], h);
  reads[2] = READ ();
  pump (h);
  server_expect_nothing (&second);
  CHECK (strstr (states, "ISSUE.STAND_BY of connection 2") != NULL);
  CHECK (strstr (states, "ISSUE.JOURNAL") == NULL);

  server_request (&first, NULL);
  server_request (&first, NULL);
  answer (&first, reads[2], h);
  CHECK (strstr (states, "ISSUE.JOURNAL") != NULL);
  reads[3] = READ ();
  pump (h);
  CHECK_INT (server_request (&second, NULL), WIRE (1, reads[3]));
  answer (&second, WIRE (1, reads[3]), h);
  answer (&first, reads[1], h);
  for (int i = 0; i < 4; i++)
    CHECK_INT (nbd_aio_command_completed (h, reads[i]), 1);
  server_close (&second);
  lasting_close (h, &first, &a);
}
