/* SPDX-License-Identifier: MIT */
/* What the server says of the export, checked before it is kept. */

#include "session/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Payload limits for servers that advertise none, or invalid ones. */
#define PAYLOAD_DEFAULT (32u * 1024 * 1024)
#define PAYLOAD_MINIMUM (1024u * 1024)

/* More metadata contexts than any server has. */
#define MAX_CONTEXTS 4096

/* Keep what the server said, without the flags in `meaningless`. */
int
nbdi_set_export (const struct nbdi_session *s, struct nbdi_export *e,
                 uint64_t size, uint16_t flags, uint16_t meaningless)
{
  if (flags == 0) {
    nbdi_error (EINVAL, "the server sent transmission flags of 0, "
                        "without NBD_FLAG_HAS_FLAGS");
    return -1;
  }
  /* Flags whose precondition is missing. */
  flags &= ~meaningless;
  if ((flags & NBD_FLAG_SEND_WRITE_ZEROES) == 0)
    flags &= ~NBD_FLAG_SEND_FAST_ZERO;
  e->size = size;
  e->flags = flags;
  e->known = true;
  nbdi_debug (&s->trace, "export size %" PRIu64 ", transmission flags 0x%04x",
              size, flags);
  return 0;
}

static bool
is_power_of_2 (uint32_t v)
{
  return v != 0 && (v & (v - 1)) == 0;
}

/* Block sizes that are inconsistent are ignored as a whole. */
void
nbdi_set_block_sizes (const struct nbdi_session *s, struct nbdi_export *e,
                      uint32_t minimum, uint32_t preferred, uint32_t maximum)
{
  if (!is_power_of_2 (minimum) || minimum > 65536
      || !is_power_of_2 (preferred) || preferred < minimum || preferred < 512
      || maximum < preferred
      || (maximum % minimum != 0 && maximum != UINT32_MAX)) {
    nbdi_debug (&s->trace,
                "ignoring block sizes %" PRIu32 ", %" PRIu32 ", %" PRIu32,
                minimum, preferred, maximum);
    return;
  }
  e->minimum = minimum;
  e->preferred = preferred;
  e->maximum = maximum;
}

/* Forget what belongs to one export, not to the connection. */
void
nbdi_forget_export (struct nbdi_export *e)
{
  e->known = false;
  e->size = 0;
  e->flags = 0;
  e->minimum = e->preferred = e->maximum = 0;
  free (e->name);
  free (e->description);
  e->name = e->description = NULL;
}

void
nbdi_forget_contexts (struct nbdi_export *e)
{
  for (size_t i = 0; i < e->nr_contexts; i++)
    free (e->contexts[i].name);
  free (e->contexts);
  e->contexts = NULL;
  e->nr_contexts = 0;
  e->contexts_valid = false;
}

/* The export is known.  If contexts are set automatically, and were not set
 * for this export, then it has none. */
void
nbdi_settle_contexts (const struct nbdi_session *s, struct nbdi_export *e)
{
  if (!s->settings.request_meta_context || e->contexts_valid)
    return;
  nbdi_forget_contexts (e);
  e->contexts_valid = true;
}

/* The server refused the export.  Forget what it said of the export, unless
 * it does not know this option: that says nothing about the export, and
 * there may be another way to ask for it.  Contexts that the program set
 * stay selected as long as the export exists. */
void
nbdi_refused_export (const struct nbdi_session *s, struct nbdi_export *e,
                     uint32_t reply)
{
  nbdi_forget_export (e);
  if (reply == NBD_REP_ERR_UNKNOWN
      || (reply != NBD_REP_ERR_UNSUP && s->settings.request_meta_context))
    nbdi_forget_contexts (e);
}

/* Remember a context that the server selected.  Ids must be unique, because
 * replies name contexts by their ids. */
int
nbdi_add_context (struct nbdi_export *e, uint32_t id, const char *name)
{
  if (e->nr_contexts == MAX_CONTEXTS) {
    nbdi_error (EPROTO,
                "NBD_REP_META_CONTEXT: the server granted more than "
                "%d contexts",
                MAX_CONTEXTS);
    return -1;
  }
  for (size_t i = 0; i < e->nr_contexts; i++) {
    if (e->contexts[i].id == id) {
      nbdi_error (EPROTO,
                  "NBD_REP_META_CONTEXT: id %" PRIu32 " was granted twice",
                  id);
      return -1;
    }
  }
  struct nbdi_context *v = realloc (e->contexts,
                                    (e->nr_contexts + 1) * sizeof *v);
  if (v == NULL) {
    nbdi_error (errno, "realloc");
    return -1;
  }
  e->contexts = v;
  v[e->nr_contexts].id = id;
  v[e->nr_contexts].name = strdup (name);
  if (v[e->nr_contexts].name == NULL) {
    nbdi_error (errno, "strdup");
    return -1;
  }
  e->nr_contexts++;
  return 0;
}

/* The largest payload of a write, which is never above the library's own
 * limit. */
uint32_t
nbdi_payload_limit (const struct nbdi_session *s)
{
  uint32_t maximum = s->export.maximum;

  if (maximum == 0)
    return PAYLOAD_DEFAULT;
  if (maximum < PAYLOAD_MINIMUM)
    return PAYLOAD_MINIMUM;
  return maximum > NBDI_MAX_REQUEST ? NBDI_MAX_REQUEST : maximum;
}
