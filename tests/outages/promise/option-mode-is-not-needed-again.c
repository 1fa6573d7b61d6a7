/* SPDX-License-Identifier: MIT */
/* After an outage, the library negotiates by itself what the program had
 * negotiated in option mode: the export's name, and the metadata contexts,
 * even if the handle's list of contexts has changed. */
#include "lasting.h"

/* Be a server that agrees to these options, up to the client's flags. */
static void
greet (struct server *s)
{
  server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  server_expect (s, "u32 FIXED_NEWSTYLE|NO_ZEROES");
  server_expect (s, "option STRUCTURED_REPLY");
  server_say (s, "reply STRUCTURED_REPLY ACK");
}

static void
grant_context (struct server *s, unsigned id)
{
  server_expect (s, "option SET_META_CONTEXT string \"disk\" u32 1 "
                    "string \"x:numbers\"");
  server_say (s, "reply SET_META_CONTEXT META_CONTEXT u32 %u \"x:numbers\"",
              id);
  server_say (s, "reply SET_META_CONTEXT ACK");
}

static void
grant_export (struct server *s)
{
  server_expect (s, "option GO string \"disk\" u16 1 u16 INFO_BLOCK_SIZE");
  server_say (s, "reply GO INFO u16 INFO_EXPORT u64 4096 u16 %u", FLAGS_ALL);
  server_say (s, "reply GO ACK");
}

static void
negotiate (struct nbd_handle *h, struct server *s, const struct address *a,
           bool own_queries)
{
  struct calls granted = { .called = 0 };
  char name[] = "x:numbers", *queries[] = { name, NULL };

  server_accept (s, a, h);
  s->drives = h;
  greet (s);
  drive_until (h, "NEGOTIATING");
  CHECK_OK (nbd_set_export_name (h, "disk"));
  if (own_queries)
    CHECK_OK (nbd_aio_opt_set_meta_context_queries (
      h, queries, context (&granted), NBD_NULL_COMPLETION));
  else {
    CHECK_OK (nbd_add_meta_context (h, name));
    CHECK_OK (nbd_aio_opt_set_meta_context (h, context (&granted),
                                            NBD_NULL_COMPLETION));
  }
  grant_context (s, 5);
  drive_until (h, "NEGOTIATING");
  CHECK_CALLS (&granted, 1);
  CHECK_OK (nbd_clear_meta_contexts (h));
  CHECK_OK (nbd_add_meta_context (h, "x:not-asked-for"));
  CHECK_OK (nbd_set_request_meta_context (h, false));
  CHECK_OK (nbd_aio_opt_go (h, NBD_NULL_COMPLETION));
  grant_export (s);
  drive_until (h, "READY");
  s->drives = NULL;
}

static void
lose_twice (bool own_queries)
{
  struct address a;
  struct server s;
  struct nbd_handle *h = patient_handle ();

  check_case ("%s", own_queries ? "own queries" : "request list");
  set_style (h, STRUCTURED);
  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  negotiate (h, &s, &a, own_queries);
  for (unsigned i = 1; i <= 2; i++) {
    server_close (&s);
    server_accept (&s, &a, h);
    s.drives = h;
    greet (&s);
    grant_context (&s, 5 + i);
    grant_export (&s);
    drive_until (h, "READY");
    CHECK_INT (nbd_can_meta_context (h, "x:numbers"), 1);
    CHECK_INT (nbd_stats_reconnects (h), i);
    s.drives = NULL;
  }
  lasting_close (h, &s, &a);
}

void
test (void)
{
  lose_twice (true);
  lose_twice (false);
}
