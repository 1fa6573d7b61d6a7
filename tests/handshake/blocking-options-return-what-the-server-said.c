/* SPDX-License-Identifier: MIT */

/* The blocking calls of option mode return what the server said: counts, yes
 * or no, errors. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static struct calls entries[5];

static int
negotiate (struct blocking *b)
{
  struct nbd_handle *h = b->h;
  char *queries[] = { (char *) "base:allocation", (char *) "x:y", NULL };

  CHECK_OK (nbd_connect_socket (h, b->number));
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_INT (nbd_opt_list (h, list (&entries[0])), 2);
  CHECK_FAILS (nbd_opt_list (h, list (&entries[1])), ENOTSUP,
               "nbd_opt_list: ");
  CHECK_FAILS (nbd_opt_info (h), ENOENT, "nbd_opt_info: ");
  CHECK_INT (nbd_opt_structured_reply (h), 0);
  CHECK_INT (nbd_opt_structured_reply (h), 1);
  CHECK_INT (nbd_opt_extended_headers (h), 0);
  CHECK_INT (nbd_opt_list_meta_context (h, context (&entries[2])), 3);
  CHECK_INT (
    nbd_opt_set_meta_context_queries (h, queries, context (&entries[3])), 1);
  CHECK_FAILS (nbd_opt_set_meta_context (h, context (&entries[4])), ENOTSUP,
               "nbd_opt_set_meta_context: ");
  CHECK_FAILS (nbd_opt_go (h), EINVAL, "nbd_opt_go: ");
  CHECK_STATE (h, "NEGOTIATING");
  CHECK_OK (nbd_opt_go (h));
  CHECK_STATE (h, "READY");
  return 0;
}

static void
serve (struct server *s)
{
  server_say (s, "NBDMAGIC IHAVEOPT u16 3");
  server_expect (s, "u32 3\noption LIST");
  server_say (s, "reply LIST SERVER string \"a\"\n"
                 "reply LIST SERVER string \"b\"\nreply LIST ACK");
  server_expect (s, "option LIST");
  server_say (s, "reply LIST ERR_POLICY");
  server_expect (s, "option INFO string \"\" u16 0");
  server_say (s, "reply INFO ERR_UNKNOWN");
  server_expect (s, "option STRUCTURED_REPLY");
  server_say (s, "reply STRUCTURED_REPLY ERR_POLICY");
  server_expect (s, "option STRUCTURED_REPLY");
  server_say (s, "reply STRUCTURED_REPLY ACK");
  server_expect (s, "option EXTENDED_HEADERS");
  server_say (s, "reply EXTENDED_HEADERS ERR_UNSUP");
  server_expect (s, "option LIST_META_CONTEXT string \"\" u32 0");
  for (int i = 0; i < 3; i++)
    server_say (s, "reply LIST_META_CONTEXT META_CONTEXT u32 0 \"x:%d\"", i);
  server_say (s, "reply LIST_META_CONTEXT ACK");
  server_expect (s, "option SET_META_CONTEXT string \"\" u32 2 "
                    "string \"base:allocation\" string \"x:y\"");
  server_say (s, "reply SET_META_CONTEXT META_CONTEXT u32 5 \"x:y\"\n"
                 "reply SET_META_CONTEXT ACK");
  server_expect (s, "option SET_META_CONTEXT string \"\" u32 0");
  server_say (s, "reply SET_META_CONTEXT ERR_INVALID");
  server_expect (s, "option GO string \"\" u16 0");
  server_say (s, "reply GO ERR_INVALID");
  server_expect (s, "option GO string \"\" u16 0");
  server_say (s, "reply GO INFO u16 0 u64 1M u16 1\nreply GO ACK");
}

void
test (void)
{
  static const int called[] = { 2, 0, 3, 1, 0 };
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking client = { .h = h,
                             .call = negotiate,
                             .number = server_pair (&s) };

  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_set_request_block_size (h, false));
  set_style (h, SIMPLE);
  s.waits = true;
  blocking_start (&client);
  serve (&s);
  blocking_join (&client);
  CHECK_INT (client.result, 0);
  nbd_close (h);
  for (int i = 0; i < 5; i++)
    CHECK_CALLS (&entries[i], called[i]);
  server_close (&s);
}
