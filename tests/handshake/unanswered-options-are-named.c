/* SPDX-License-Identifier: MIT */

/* A server that closes the connection instead of replying to an option may not
 * know the option.  The message then names the option, and the setting that
 * turns it off.  It does not name a setting if the server began to reply, if
 * the program itself sent the option, or if the option cannot be turned
 * off. */

#include <string.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define GREETING "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES"
#define STRUCTURED_ONLY \
  "reply EXTENDED_HEADERS ERR_UNSUP", "reply STRUCTURED_REPLY ACK"
#define MAX_SAID 4

#define LEFT ": the server closed the connection while its answer was awaited"
#define ADVICE(option, setting) \
  option LEFT "; if it does not know " option ", turn that off with " setting

/* What the server sends after its greeting, and why the handle dies. */
static const struct {
  const char *message;
  const char *said[MAX_SAID];
} rows[] = {
  { ADVICE ("NBD_OPT_EXTENDED_HEADERS", "nbd_set_request_extended_headers"),
    { NULL } },
  { ADVICE ("NBD_OPT_STRUCTURED_REPLY", "nbd_set_request_structured_replies"),
    { "reply EXTENDED_HEADERS ERR_UNSUP" } },
  { ADVICE ("NBD_OPT_SET_META_CONTEXT", "nbd_set_request_meta_context"),
    { STRUCTURED_ONLY } },
  { "NBD_OPT_GO" LEFT, { STRUCTURED_ONLY, "reply SET_META_CONTEXT ACK" } },
  { "NBD_OPT_EXTENDED_HEADERS" LEFT, { "u64 0x3e889045565a9" } },
  { "NBD_OPT_SET_META_CONTEXT" LEFT,
    { STRUCTURED_ONLY,
      "reply SET_META_CONTEXT META_CONTEXT u32 1 \"base:x\"" } },
};

static void
leave (struct nbd_handle *h, struct server *s, const char *message)
{
  server_take (s);
  server_close (s);
  CHECK_INT (nbd_aio_notify_read (h), -1);
  const char *error = nbd_get_error ();
  CHECK_STRING (error + strlen ("nbd_aio_notify_read: "), message);
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
}

/* A program that sent the option itself has no setting to turn off. */
static void
leave_option_mode (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_set_request_structured_replies (h, false));
  server_open (&s, h);
  server_say (&s, GREETING);
  pump (h);
  CHECK_OK (nbd_aio_opt_extended_headers (h, NBD_NULL_COMPLETION));
  leave (h, &s, "NBD_OPT_EXTENDED_HEADERS" LEFT);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].message)) {
      struct server s;
      struct nbd_handle *h = nbd_create ();

      CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
      server_open (&s, h);
      server_say (&s, GREETING);
      for (int j = 0; j < MAX_SAID && rows[i].said[j] != NULL; j++)
        server_say (&s, "%s", rows[i].said[j]);
      pump (h);
      leave (h, &s, rows[i].message);
    }
  check_rows_end ();
  leave_option_mode ();
}
