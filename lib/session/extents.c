/* SPDX-License-Identifier: MIT */
/* Block status: passing extents to the program, in the width that it asked
 * for. */

#include "session/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How many chunks of a reply may be for contexts that were not asked for. */
#define IGNORED_CHUNKS 16

static nbd_extent
decode_extent (const uint8_t *p, bool wide)
{
  if (wide)
    return (nbd_extent) { nbdi_get64 (p), nbdi_get64 (p + 8) };
  return (nbd_extent) { nbdi_get32 (p), nbdi_get32 (p + 4) };
}

/* Decode extents and check them, so that a program can rely on them: none
 * passes the end of the export or INT64_MAX.  Only the first can be empty,
 * which is an error. */
static size_t
take_extents (struct nbdi_session *s, struct nbdi_command *c,
              const uint8_t *p, size_t n, bool wide, nbd_extent *out)
{
  uint64_t size = s->export.size;
  uint64_t left = c->offset < size ? size - c->offset : 0;
  size_t taken = 0;

  for (size_t i = 0; i < n; i++) {
    nbd_extent x = decode_extent (p, wide);
    bool last = false;

    p += wide ? NBD_EXTENT_EXT_SIZE : NBD_EXTENT_SIZE;
    if (x.length == 0 || x.length > left) {
      if (i > 0 && x.length == 0)
        break;
      nbdi_fail_command (s, c, EPROTO,
                         "the server sent an extent of %" PRIu64
                         " bytes with %" PRIu64 " left in the export",
                         x.length, left);
      if (x.length > left && left == 0)
        break;
      last = x.length > left;
      x.length = x.length > left ? left : x.length;
    }
    left -= x.length;
    if (x.length > INT64_MAX) {
      x.length = NBDI_CUT_63;
      last = true;
    }
    out[taken++] = x;
    if (last)
      break;
  }
  return taken;
}

/* Call the 32 bit callback; values that do not fit are cut. */
static int
call_extent (struct nbdi_session *s, struct nbdi_command *c,
             const char *context, const nbd_extent *extents, size_t n,
             int *error)
{
  CLEANUP_FREE uint32_t *v = calloc (2 * n, sizeof *v);
  size_t len = 0;

  if (v == NULL) {
    nbdi_fail_command (s, c, ENOMEM, "no memory for %zu extents", n);
    return 0;
  }
  for (size_t i = 0; i < n; i++) {
    bool cut = extents[i].length > UINT32_MAX;

    if (extents[i].flags > UINT32_MAX) {
      if (i > 0)
        break;
      nbdi_fail_command (s, c, EOVERFLOW,
                         "the flags 0x%" PRIx64 " of an "
                         "extent exceed 32 bits, which needs nbd_block_"
                         "status_64",
                         extents[i].flags);
      *error = c->error;
    }
    v[len++] = cut ? (uint32_t) NBDI_CUT_32 : (uint32_t) extents[i].length;
    v[len++] = (uint32_t) extents[i].flags;
    if (cut)
      break;
  }
  return NBDI_CALLBACK (c->extent.callback (c->extent.user_data, context,
                                            c->offset, v, len, error));
}

/* The context with the id that a reply has, and its number. */
static const char *
find_context (const struct nbdi_export *e, uint32_t id, size_t *number)
{
  for (size_t i = 0; i < e->nr_contexts; i++) {
    if (e->contexts[i].id == id) {
      *number = i;
      return e->contexts[i].name;
    }
  }
  return NULL;
}

/* Ids of contexts belong to one connection.  The other connection has the
 * same contexts in the same order. */
void
nbdi_translate_filter (struct nbdi_command *c, const struct nbdi_export *from,
                       const struct nbdi_export *to)
{
  size_t number;

  if (c->filter == NULL || from == to)
    return;
  for (size_t at = 8; at < c->wire_length; at += 4)
    if (find_context (from, nbdi_get32 (c->filter + at), &number) != NULL)
      nbdi_put32 (c->filter + at, to->contexts[number].id);
}

/* Whether the command asked for the context with this id. */
static bool
asks_for (const struct nbdi_command *c, uint32_t id)
{
  if (c->filter == NULL)
    return true;
  for (size_t at = 8; at < c->wire_length; at += 4)
    if (nbdi_get32 (c->filter + at) == id)
      return true;
  return false;
}

/* Whether the reply may have one more chunk: there is one for each context,
 * and perhaps some that are ignored. */
bool
nbdi_status_has_room (struct nbdi_session *s, struct nbdi_command *c)
{
  if (likely (c->nr_told++ < s->export.nr_contexts + IGNORED_CHUNKS))
    return true;
  nbdi_fail_command (s, c, EPROTO,
                     "the reply holds more chunks than there "
                     "are metadata contexts, %u",
                     s->export.nr_contexts);
  return false;
}

/* Pass the extents of one chunk to the program. */
void
nbdi_deliver_extents (struct nbdi_session *s, struct nbdi_command *c,
                      const struct nbdi_extents *x)
{
  bool wide = x->wide;
  const uint8_t *p = x->p;
  size_t head = wide ? NBD_BLOCK_STATUS_EXT_SIZE : NBD_BLOCK_STATUS_SIZE;
  size_t n = (x->size - head)
             / (wide ? NBD_EXTENT_EXT_SIZE : NBD_EXTENT_SIZE);
  uint32_t id = nbdi_get32 (p);
  size_t number;
  const char *context = find_context (x->told, id, &number);

  if (context == NULL || !asks_for (c, id)) {
    nbdi_debug (&s->trace, "block status: ignoring %s context id %" PRIu32,
                context ? "filtered" : "unknown", id);
    return;
  }
  uint64_t bit = UINT64_C (1) << (number < 63 ? number : 63);
  if (wide && nbdi_get32 (p + 4) != n) {
    nbdi_fail_command (s, c, EPROTO,
                       "the server announced %" PRIu32
                       " extents and sent %zu",
                       nbdi_get32 (p + 4), n);
    return;
  }
  if (number < 63 && (c->status_seen & bit) != 0) {
    CLEANUP_TEXT const char *name = nbdi_printable (context);
    nbdi_fail_command (s, c, EPROTO, "the metadata context %s came twice",
                       name);
    return;
  }
  c->status_seen |= bit;
  CLEANUP_FREE nbd_extent *extents = calloc (n, sizeof *extents);
  if (extents == NULL) {
    nbdi_fail_command (s, c, ENOMEM, "no memory for %zu extents", n);
    return;
  }
  n = take_extents (s, c, p + head, n, wide, extents);
  if (wide != x->wide_agreed)
    nbdi_fail_command (s, c, EPROTO,
                       "the server sent %d bit extents, "
                       "but %d bits were negotiated",
                       wide ? 64 : 32, wide ? 32 : 64);
  int error = c->error, r = 0;
  /* There is no callback any more if the thread that waited was cancelled. */
  if (n == 0 || c->extent.callback == NULL)
    return;
  if (c->extents64)
    r = NBDI_CALLBACK (c->extent64.callback (c->extent64.user_data, context,
                                             c->offset, extents, n, &error));
  else
    r = call_extent (s, c, context, extents, n, &error);
  if (r == -1) {
    CLEANUP_TEXT const char *name = nbdi_printable (context);
    nbdi_fail_command (s, c, error ? error : EPROTO,
                       "the extent callback returned -1 for the metadata "
                       "context %s",
                       name);
  }
}

/* The reply is complete: check that it reported all contexts that were
 * asked for. */
void
nbdi_status_finish (struct nbdi_session *s, struct nbdi_command *c)
{
  size_t expected = c->filter ? (c->wire_length - 8) / 4
                              : s->export.nr_contexts;
  int seen = __builtin_popcountll (c->status_seen);

  if (seen == 0 || ((size_t) seen < expected && seen < 64))
    nbdi_fail_command (s, c, EPROTO,
                       "the server reported %d of %zu metadata "
                       "contexts",
                       seen, expected);
}
