/* SPDX-License-Identifier: MIT */
/* After an outage, the ids of metadata contexts may differ.  Extents are
 * reported under the same names as before, and filters are sent with the new
 * ids.  A missing context ends the handle. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lasting.h"

struct context {
  const char *name;
  unsigned id;
};

/* Take one option and ignore its content. */
static void
take_option (struct server *s)
{
  server_need (s, 16);
  size_t len = 16 + get_uint (s->in.p + 12, 4);
  server_need (s, len);
  bytes_drop (&s->in, len);
}

/* Be a server with extended headers that has these contexts. */
static void
serve (struct server *s, struct address *a, struct nbd_handle *h,
       const struct context contexts[2])
{
  server_accept (s, a, h);
  s->drives = h;
  server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  server_need (s, 4);
  bytes_drop (&s->in, 4);
  take_option (s);
  server_say (s, "reply NBD_OPT_EXTENDED_HEADERS NBD_REP_ACK");
  take_option (s);
  for (size_t i = 0; i < 2 && contexts[i].name != NULL; i++)
    server_say (s,
                "reply NBD_OPT_SET_META_CONTEXT NBD_REP_META_CONTEXT "
                "u32 %u \"%s\"",
                contexts[i].id, contexts[i].name);
  server_say (s, "reply NBD_OPT_SET_META_CONTEXT NBD_REP_ACK");
  take_option (s);
  server_say (s,
              "reply NBD_OPT_GO NBD_REP_INFO u16 NBD_INFO_EXPORT "
              "u64 1048576 u16 %u",
              FLAGS_ALL);
  server_say (s, "reply NBD_OPT_GO NBD_REP_ACK");
  s->drives = NULL;
  pump (h);
}

static char told[256];

static int
on_extents (void *opaque, const char *context, uint64_t offset,
            nbd_extent *entries, size_t nr_entries, int *error)
{
  size_t len = strlen (told);

  (void) opaque;
  (void) error;
  CHECK_INT (nr_entries, 1);
  snprintf (told + len, sizeof told - len, "%s %d %d %d;", context,
            (int) offset, (int) entries->length, (int) entries->flags);
  return 0;
}

static int64_t
ask (struct nbd_handle *h, const char *context)
{
  char *filter[] = { (char *) context, NULL };
  nbd_extent64_callback extents = { .callback = on_extents };

  told[0] = '\0';
  return CHECK_OK (nbd_aio_block_status_filter (h, 4096, 0, filter, extents,
                                                NBD_NULL_COMPLETION, 0));
}

void
test (void)
{
  static const struct context first[] = { { "x:a", 1 }, { "x:b", 2 } };
  static const struct context then[] = { { "x:b", 1 }, { "x:a", 9 } };
  static const struct context one[] = { { "x:a", 1 }, { NULL, 0 } };
  struct address a;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = patient_handle ();

  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_OK (nbd_add_meta_context (h, "x:a"));
  CHECK_OK (nbd_add_meta_context (h, "x:b"));
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  serve (&s, &a, h, first);
  CHECK_STATE (h, "READY");

  /* The command that was in flight is sent again with the other id. */
  int64_t status = ask (h, "x:b");
  server_expect (&s,
                 "xrequest PAYLOAD_LEN BLOCK_STATUS %llu 0 12 u64 4096 u32 2",
                 WIRE (0, status));
  server_close (&s);
  serve (&s, &a, h, then);
  server_expect (&s,
                 "xrequest PAYLOAD_LEN BLOCK_STATUS %llu 0 12 u64 4096 u32 1",
                 WIRE (1, status));
  server_say (&s,
              "xchunk DONE BLOCK_STATUS_EXT %llu 0 u32 1 u32 1 u64 512 "
              "u64 3",
              WIRE (1, status));
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, status), 1);
  CHECK_STRING (told, "x:b 0 512 3;");

  /* Later commands use the other ids, too. */
  status = ask (h, "x:a");
  server_expect (&s,
                 "xrequest PAYLOAD_LEN BLOCK_STATUS %llu 0 12 u64 4096 u32 9",
                 WIRE (1, status));
  server_say (&s,
              "xchunk DONE BLOCK_STATUS_EXT %llu 0 u32 9 u32 1 u64 4096 "
              "u64 1",
              WIRE (1, status));
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, status), 1);
  CHECK_STRING (told, "x:a 0 4096 1;");
  CHECK_INT (nbd_can_meta_context (h, "x:b"), 1);

  /* A missing context ends the handle. */
  server_close (&s);
  serve (&s, &a, h, one);
  CHECK_STATE (h, "DEAD");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_GIVEN_UP],
                  "\"x:b\" was a metadata context and is missing now");
  lasting_close (h, &s, &a);
}
