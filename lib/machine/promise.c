/* SPDX-License-Identifier: MIT */
/* What the server promised on the first connection, and whether that still
 * holds on another one. */

#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* Flags that a program may rely on once it has seen them. */
static const struct {
  uint16_t flag;
  const char *name;
} abilities[] = {
  { NBD_FLAG_SEND_FLUSH, "flush" },
  { NBD_FLAG_SEND_FUA, "FUA" },
  { NBD_FLAG_SEND_TRIM, "trim" },
  { NBD_FLAG_SEND_WRITE_ZEROES, "write zeroes" },
  { NBD_FLAG_SEND_DF, "DF" },
  { NBD_FLAG_CAN_MULTI_CONN, "several connections" },
  { NBD_FLAG_SEND_CACHE, "cache" },
  { NBD_FLAG_SEND_FAST_ZERO, "fast zero" },
  { NBD_FLAG_BLOCK_STATUS_PAYLOAD, "block status with a payload" },
};

static int
stale (const char *what, const char *was, const char *is)
{
  nbdi_error (ESTALE, "the server is back, but %s was %s and is %s now", what,
              was, is);
  return -1;
}

/* The same for texts that a server sent. */
static int
stale_text (const char *what, const char *was, const char *is)
{
  CLEANUP_TEXT const char *old = nbdi_printable (was);
  CLEANUP_TEXT const char *new = nbdi_printable (is);

  return stale (what, old, new);
}

static int
stale_number (const char *what, uint64_t was, uint64_t is)
{
  char old[24], new[24];

  snprintf (old, sizeof old, "%" PRIu64, was);
  snprintf (new, sizeof new, "%" PRIu64, is);
  return stale (what, old, new);
}

static int
compare_agreement (const struct nbdi_session *s,
                   const struct nbdi_agreement *is)
{
  const struct nbdi_agreement *was = &s->agreed;

  if (was->tls && !is->tls)
    return stale ("encryption", "on", "off");
  if (was->extended_headers != is->extended_headers)
    return stale ("the style of headers",
                  was->extended_headers ? "extended" : "compact",
                  is->extended_headers ? "extended" : "compact");
  if (was->structured_replies != is->structured_replies)
    return stale ("the style of replies",
                  was->structured_replies ? "structured" : "simple",
                  is->structured_replies ? "structured" : "simple");
  return 0;
}

static int
compare_flags (const struct nbdi_session *s, const struct nbdi_export *is)
{
  uint16_t lost = s->export.flags & ~is->flags;

  if ((is->flags & ~s->export.flags & NBD_FLAG_READ_ONLY) != 0)
    return stale ("the export", "writable", "read-only");
  for (size_t i = 0; i < sizeof abilities / sizeof abilities[0]; i++)
    if ((lost & abilities[i].flag) != 0)
      return stale (abilities[i].name, "supported", "missing");
  return 0;
}

static int
compare_sizes (const struct nbdi_session *s, const struct nbdi_export *is)
{
  const struct nbdi_export *was = &s->export;
  uint32_t least = was->minimum ? was->minimum : 1;
  uint32_t most = was->maximum ? was->maximum : UINT32_MAX;

  if (is->size < was->size)
    return stale_number ("the size", was->size, is->size);
  if (is->minimum > least)
    return stale_number ("the minimum block size", least, is->minimum);
  /* The program may have asked for more than the maximum, which the server
   * then refused or took. */
  if (is->maximum != 0 && is->maximum < most && is->maximum < s->largest)
    return stale_number ("the maximum block size", was->maximum, is->maximum);
  if (was->name && is->name && strcmp (was->name, is->name) != 0)
    return stale_text ("the export's name", was->name, is->name);
  return 0;
}

/* Contexts are the same if they have the same names.  Reorder those of the
 * new connection to the order of the first one. */
static int
compare_contexts (const struct nbdi_session *s, struct nbdi_export *is)
{
  const struct nbdi_export *was = &s->export;

  for (uint32_t i = 0; i < was->nr_contexts; i++) {
    uint32_t j = i;
    while (j < is->nr_contexts
           && strcmp (is->contexts[j].name, was->contexts[i].name) != 0)
      j++;
    if (j == is->nr_contexts) {
      CLEANUP_TEXT const char *name = nbdi_printable (was->contexts[i].name);
      return stale (name, "a metadata context", "missing");
    }
    struct nbdi_context found = is->contexts[j];
    is->contexts[j] = is->contexts[i];
    is->contexts[i] = found;
  }
  return 0;
}

/* Accept what is better than before. */
static void
take_more (struct nbdi_session *s, const struct nbdi_export *is)
{
  struct nbdi_export *was = &s->export;

  if (is->maximum != 0)
    was->maximum = is->maximum;
  if (is->size == was->size)
    return;
  uint64_t shown = is->size < INT64_MAX ? is->size : INT64_MAX;
  nbdi_tell (s, LIBNBD_EVENT_GROWN, (int64_t) shown,
             "the export has grown from %" PRIu64 " to %" PRIu64 " bytes",
             was->size, is->size);
  was->size = is->size;
}

/* The first connection makes the promise; check that others keep it. */
int
nbdi_take_promise (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;

  nbdi_find_witness (l);
  l->opt.option = 0;
  if (!s->promised) {
    s->promised = true;
    s->agreed = l->agreed;
    l->joined = true;
    nbdi_open_journal (s);
    nbdi_end_outage (s);
    nbdi_tell (s, LIBNBD_EVENT_CONNECTED, 0, "connected to %s",
               s->where ? s->where : "the server");
    return 0;
  }
  if (compare_agreement (s, &l->agreed) == -1
      || compare_flags (s, l->told) == -1 || compare_sizes (s, l->told) == -1
      || compare_contexts (s, l->told) == -1)
    return -1;
  take_more (s, l->told);
  l->proved = false;
  l->after = s->cmds.last_cookie;
  return 0;
}
