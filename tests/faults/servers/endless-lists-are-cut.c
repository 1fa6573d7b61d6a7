/* SPDX-License-Identifier: MIT */

/* If a server never ends its reply to an option, the handle dies, so that the
 * client does not wait, or collect names, forever. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"

/* Number of replies that are sent at once. */
#define BATCH 5000

static struct calls middle, done;

static int
list_exports (struct nbd_handle *h)
{
  return nbd_aio_opt_list (h, list (&middle), completion (&done));
}

static int
set_contexts (struct nbd_handle *h)
{
  return nbd_aio_opt_set_meta_context (h, context (&middle),
                                       completion (&done));
}

static int
list_contexts (struct nbd_handle *h)
{
  return nbd_aio_opt_list_meta_context (h, context (&middle),
                                        completion (&done));
}

static int
go (struct nbd_handle *h)
{
  return nbd_aio_opt_go (h, completion (&done));
}

static const struct {
  const char *name, *reply; /* followed by a number and a name */
  int (*issue) (struct nbd_handle *h);
  bool numbered;
} rows[] = {
  { "exports", "reply LIST SERVER u32", list_exports, false },
  { "contexts to set", "reply SET_META_CONTEXT META_CONTEXT u32",
    set_contexts, true },
  { "contexts to list", "reply LIST_META_CONTEXT META_CONTEXT u32",
    list_contexts, false },
  { "information", "reply GO INFO u16 77 u32", go, false },
};

static void
run (size_t i)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct bytes batch = { 0 };
  int sent = 0;

  middle = done = (struct calls) { 0 };
  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_add_meta_context (h, "x:"));
  set_style (h, SIMPLE);
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3");
  pump (h);
  CHECK_OK (rows[i].issue (h));
  s.gives_up = true;
  s.drives = h;
  for (unsigned id = 0; id < BATCH; id++)
    notation_format (&batch, "%s %u \"x:y\"", rows[i].reply,
                     rows[i].numbered ? id : 0);
  while (!nbd_aio_is_dead (h)) {
    server_send (&s, batch.p, batch.len);
    sent += BATCH;
    pump (h);
  }
  CHECK_ERROR (EPROTO, "more than");
  CHECK_INT (done.called, 1);
  CHECK_INT (done.error, EPROTO);
  bool lists = rows[i].issue != go;
  CHECK (middle.called < sent);
  CHECK_INT (middle.called > 0, lists);
  nbd_close (h);
  CHECK_CALLS (&done, 1);
  CHECK_INT (middle.freed, lists);
  server_close (&s);
  bytes_free (&batch);
}

void
test (void)
{
  RUN_ROWS (rows, run);
}
