/* SPDX-License-Identifier: MIT */

/* For whatever reason a call is refused, each closure that it was given is
 * freed exactly once and never called. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* NULL is passed on purpose. */
#define LIBNBD_ATTRIBUTE_NONNULL(...)

#include "check.h"
#include "client.h"
#include "server.h"

static struct calls middle, done;
static char buf[16];
static char *no_queries[] = { NULL };

/* Arguments that may make a call fail; the handle's state may do so, too. */
struct spoil {
  void *buf;
  char **list;
  uint64_t count;
  uint32_t flags;
};

#define CALL(name, ...)                                                   \
  static int64_t try_##name (struct nbd_handle *h, const struct spoil *p) \
  {                                                                       \
    (void) p;                                                             \
    return nbd_##name (h, __VA_ARGS__);                                   \
  }

CALL (pread_structured, p->buf, p->count, 0, chunk (&middle), p->flags)
CALL (block_status, p->count, 0, extent (&middle), p->flags)
CALL (block_status_64, p->count, 0, extent64 (&middle), p->flags)
CALL (block_status_filter, p->count, 0, p->list, extent64 (&middle), p->flags)
CALL (aio_pread, p->buf, p->count, 0, completion (&done), p->flags)
CALL (aio_pread_structured, p->buf, p->count, 0, chunk (&middle),
      completion (&done), p->flags)
CALL (aio_pwrite, p->buf, p->count, 0, completion (&done), p->flags)
CALL (aio_flush, completion (&done), p->flags)
CALL (aio_trim, p->count, 0, completion (&done), p->flags)
CALL (aio_cache, p->count, 0, completion (&done), p->flags)
CALL (aio_zero, p->count, 0, completion (&done), p->flags)
CALL (aio_block_status, p->count, 0, extent (&middle), completion (&done),
      p->flags)
CALL (aio_block_status_64, p->count, 0, extent64 (&middle),
      completion (&done), p->flags)
CALL (aio_block_status_filter, p->count, 0, p->list, extent64 (&middle),
      completion (&done), p->flags)
CALL (opt_list, list (&middle))
CALL (opt_list_meta_context, context (&middle))
CALL (opt_list_meta_context_queries, p->list, context (&middle))
CALL (opt_set_meta_context, context (&middle))
CALL (opt_set_meta_context_queries, p->list, context (&middle))
CALL (aio_opt_go, completion (&done))
CALL (aio_opt_info, completion (&done))
CALL (aio_opt_starttls, completion (&done))
CALL (aio_opt_extended_headers, completion (&done))
CALL (aio_opt_structured_reply, completion (&done))
CALL (aio_opt_list, list (&middle), completion (&done))
CALL (aio_opt_list_meta_context, context (&middle), completion (&done))
CALL (aio_opt_list_meta_context_queries, p->list, context (&middle),
      completion (&done))
CALL (aio_opt_set_meta_context, context (&middle), completion (&done))
CALL (aio_opt_set_meta_context_queries, p->list, context (&middle),
      completion (&done))

#define BUF 1     /* has a buffer, which must not be NULL */
#define LIST 2    /* has a list, which must not be NULL */
#define COUNT 4   /* its range must be in the export */
#define FLAGS 8   /* does not accept the flag 0x8000 */
#define OPTION 16 /* is an option, for negotiation */

static const struct {
  const char *name;
  int64_t (*call) (struct nbd_handle *h, const struct spoil *p);
  unsigned middle, done; /* how many closures it has */
  unsigned spoils;
} calls[] = {
/* clang-format off */
#define ROW_OF(name, middle, done, spoils) \
  { #name, try_##name, middle, done, spoils }
  /* clang-format on */
  ROW_OF (pread_structured, 1, 0, BUF | COUNT | FLAGS),
  ROW_OF (block_status, 1, 0, COUNT | FLAGS),
  ROW_OF (block_status_64, 1, 0, COUNT | FLAGS),
  ROW_OF (block_status_filter, 1, 0, LIST | COUNT | FLAGS),
  ROW_OF (aio_pread, 0, 1, BUF | COUNT | FLAGS),
  ROW_OF (aio_pread_structured, 1, 1, BUF | COUNT | FLAGS),
  ROW_OF (aio_pwrite, 0, 1, BUF | COUNT | FLAGS),
  ROW_OF (aio_flush, 0, 1, FLAGS),
  ROW_OF (aio_trim, 0, 1, COUNT | FLAGS),
  ROW_OF (aio_cache, 0, 1, COUNT | FLAGS),
  ROW_OF (aio_zero, 0, 1, COUNT | FLAGS),
  ROW_OF (aio_block_status, 1, 1, COUNT | FLAGS),
  ROW_OF (aio_block_status_64, 1, 1, COUNT | FLAGS),
  ROW_OF (aio_block_status_filter, 1, 1, LIST | COUNT | FLAGS),
  ROW_OF (opt_list, 1, 0, OPTION),
  ROW_OF (opt_list_meta_context, 1, 0, OPTION),
  ROW_OF (opt_list_meta_context_queries, 1, 0, OPTION | LIST),
  ROW_OF (opt_set_meta_context, 1, 0, OPTION),
  ROW_OF (opt_set_meta_context_queries, 1, 0, OPTION | LIST),
  ROW_OF (aio_opt_go, 0, 1, OPTION),
  ROW_OF (aio_opt_info, 0, 1, OPTION),
  ROW_OF (aio_opt_starttls, 0, 1, OPTION),
  ROW_OF (aio_opt_extended_headers, 0, 1, OPTION),
  ROW_OF (aio_opt_structured_reply, 0, 1, OPTION),
  ROW_OF (aio_opt_list, 1, 1, OPTION),
  ROW_OF (aio_opt_list_meta_context, 1, 1, OPTION),
  ROW_OF (aio_opt_list_meta_context_queries, 1, 1, OPTION | LIST),
  ROW_OF (aio_opt_set_meta_context, 1, 1, OPTION),
  ROW_OF (aio_opt_set_meta_context_queries, 1, 1, OPTION | LIST),
};

#define NR_CALLS (sizeof calls / sizeof calls[0])

static void
refuse (struct nbd_handle *h, size_t i, struct spoil spoil, int errnum,
        const char *why)
{
  char prefix[64];

  check_case ("%s: %s", calls[i].name, why);
  middle = done = (struct calls) { 0 };
  snprintf (prefix, sizeof prefix, "nbd_%s: ", calls[i].name);
  CHECK_FAILS (calls[i].call (h, &spoil), errnum, prefix);
  CHECK_INT (middle.called + done.called, 0);
  CHECK_INT (middle.freed, calls[i].middle);
  CHECK_INT (done.freed, calls[i].done);
}

static const struct spoil good = { buf, no_queries, sizeof buf, 0 };

static void
refuse_all (struct nbd_handle *h, int errnum, const char *why)
{
  for (size_t i = 0; i < NR_CALLS; i++)
    refuse (h, i, good, errnum, why);
}

/* While data commands are allowed, a wrong argument makes the call fail. */
static void
refuse_connected (struct nbd_handle *h)
{
  for (size_t i = 0; i < NR_CALLS; i++) {
    unsigned spoils = calls[i].spoils;
    struct spoil spoil = good;

    if (spoils & OPTION) {
      refuse (h, i, good, EINVAL, "connected");
      continue;
    }
    spoil.flags = 0x8000;
    if (spoils & FLAGS)
      refuse (h, i, spoil, EINVAL, "wrong flags");
    spoil.flags = 0x10000;
    if (spoils & FLAGS)
      refuse (h, i, spoil, EINVAL, "flags beyond 16 bits");
    spoil = good;
    spoil.buf = NULL;
    if (spoils & BUF)
      refuse (h, i, spoil, EFAULT, "no buffer");
    spoil = good;
    spoil.list = NULL;
    if (spoils & LIST)
      refuse (h, i, spoil, EFAULT, "no list");
  }
}

/* The errno of a range beyond the end depends on the command. */
static void
refuse_out_of_bounds (struct nbd_handle *h)
{
  struct spoil spoil = good;

  spoil.count = 8; /* in an export of 4 bytes */
  for (size_t i = 0; i < NR_CALLS; i++)
    if (calls[i].spoils & COUNT) {
      bool writes = strstr (calls[i].name, "write") != NULL
                    || strstr (calls[i].name, "trim") != NULL
                    || strstr (calls[i].name, "zero") != NULL;

      if (strstr (calls[i].name, "filter") == NULL)
        refuse (h, i, spoil, writes ? ENOSPC : EINVAL, "past the end");
    }
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  refuse_all (h, ENOTCONN, "created");
  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  server_connect (&s, h, EXTENDED, 4, FLAGS_ALL);
  refuse_connected (h);
  refuse_out_of_bounds (h);
  server_expect_nothing (&s);
  CHECK_OK (nbd_aio_disconnect (h, 0));
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  refuse_all (h, EINVAL, "closed");
  nbd_close (h);

  h = server_handle (&s, EXTENDED);
  server_say (&s, "zero 32");
  pump (h);
  CHECK_STATE (h, "DEAD");
  refuse_all (h, EINVAL, "dead");
  nbd_close (h);
  server_close (&s);
}
