/* SPDX-License-Identifier: MIT */
/* What the server told of the export, checked before it is kept. */

#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Payload limits that are ours when the server has no or strange ones. */
#define PAYLOAD_DEFAULT (32u * 1024 * 1024)
#define PAYLOAD_MINIMUM (1024u * 1024)

/* More metadata contexts than any server has. */
#define MAX_CONTEXTS 4096

int
nbdi_set_export (struct nbd_handle *h, uint64_t size, uint16_t flags)
{
  if (flags == 0) {
    nbdi_error (EINVAL, "the server sent transmission flags of 0, "
                "without NBD_FLAG_HAS_FLAGS");
    return -1;
  }
  /* Bits whose precondition is missing mean nothing. */
  if (!h->export.structured_replies)
    flags &= ~NBD_FLAG_SEND_DF;
  if (!h->export.extended_headers)
    flags &= ~NBD_FLAG_BLOCK_STATUS_PAYLOAD;
  if ((flags & NBD_FLAG_SEND_WRITE_ZEROES) == 0)
    flags &= ~NBD_FLAG_SEND_FAST_ZERO;
  h->export.size = size;
  h->export.flags = flags;
  h->export.known = true;
  nbdi_debug (h, "export size %" PRIu64 ", transmission flags 0x%04x", size,
              flags);
  return 0;
}

static bool
is_power_of_2 (uint32_t v)
{
  return v != 0 && (v & (v - 1)) == 0;
}

/* An inconsistent advertisement is ignored as a whole. */
void
nbdi_set_block_sizes (struct nbd_handle *h, uint32_t minimum,
                      uint32_t preferred, uint32_t maximum)
{
  if (!is_power_of_2 (minimum) || minimum > 65536 ||
      !is_power_of_2 (preferred) || preferred < minimum || preferred < 512 ||
      maximum < preferred ||
      (maximum % minimum != 0 && maximum != UINT32_MAX)) {
    nbdi_debug (h, "ignoring block sizes %" PRIu32 ", %" PRIu32 ", %" PRIu32,
                minimum, preferred, maximum);
    return;
  }
  h->export.minimum = minimum;
  h->export.preferred = preferred;
  h->export.maximum = maximum;
}

/* Forget what belongs to one export, not to the connection. */
void
nbdi_forget_export (struct nbd_handle *h)
{
  struct nbdi_export *e = &h->export;

  e->known = false;
  e->size = 0;
  e->flags = 0;
  e->minimum = e->preferred = e->maximum = 0;
  free (e->name);
  free (e->description);
  e->name = e->description = NULL;
}

void
nbdi_forget_contexts (struct nbd_handle *h)
{
  struct nbdi_export *e = &h->export;

  for (size_t i = 0; i < e->nr_contexts; i++)
    free (e->contexts[i].name);
  free (e->contexts);
  e->contexts = NULL;
  e->nr_contexts = 0;
  e->contexts_valid = false;
}

/* The export is known.  When contexts are set automatically and were not
 * for this one, then it has none.
 */
void
nbdi_settle_contexts (struct nbd_handle *h)
{
  if (!h->settings.request_meta_context || h->export.contexts_valid)
    return;
  nbdi_forget_contexts (h);
  h->export.contexts_valid = true;
}

/* The server refused the export.  What it granted on the way to it goes with
 * it, unless it does not know this option: that says nothing of the export,
 * and it may still be asked in another way.  Contexts that the program set
 * stay selected as long as there is such an export.
 */
void
nbdi_refused_export (struct nbd_handle *h)
{
  uint32_t type = h->opt.reply.type;

  nbdi_forget_export (h);
  if (type == NBD_REP_ERR_UNKNOWN ||
      (type != NBD_REP_ERR_UNSUP && h->settings.request_meta_context))
    nbdi_forget_contexts (h);
}

/* Remember a context that the server granted.  Ids must be unique, for
 * replies are told apart by them.
 */
int
nbdi_add_context (struct nbd_handle *h, uint32_t id, const char *name)
{
  struct nbdi_export *e = &h->export;

  if (e->nr_contexts == MAX_CONTEXTS) {
    nbdi_error (EPROTO, "NBD_REP_META_CONTEXT: the server granted more than "
                "%d contexts", MAX_CONTEXTS);
    return -1;
  }
  for (size_t i = 0; i < e->nr_contexts; i++) {
    if (e->contexts[i].id == id) {
      nbdi_error (EPROTO, "NBD_REP_META_CONTEXT: id %" PRIu32
                  " was granted twice", id);
      return -1;
    }
  }
  struct nbdi_context *v =
    realloc (e->contexts, (e->nr_contexts + 1) * sizeof *v);
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

/* The largest payload of a write, always within what we would accept. */
uint32_t
nbdi_payload_limit (const struct nbd_handle *h)
{
  uint32_t maximum = h->export.maximum;

  if (maximum == 0)
    return PAYLOAD_DEFAULT;
  if (maximum < PAYLOAD_MINIMUM)
    return PAYLOAD_MINIMUM;
  return maximum > NBDI_MAX_REQUEST ? NBDI_MAX_REQUEST : maximum;
}

/* Queries. */

static int
require_known (struct nbd_handle *h)
{
  if (h->export.known)
    return 0;
  nbdi_error (EINVAL, "the server has not told the details of the export: "
              "use nbd_opt_info or nbd_opt_go first");
  return -1;
}

static int
has_flag (struct nbd_handle *h, uint16_t flag)
{
  if (require_known (h) == -1)
    return -1;
  return (h->export.flags & flag) != 0;
}

int
nbdi_is_read_only (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_READ_ONLY);
}

int
nbdi_can_flush (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_SEND_FLUSH);
}

int
nbdi_can_fua (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_SEND_FUA);
}

int
nbdi_is_rotational (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_ROTATIONAL);
}

int
nbdi_can_trim (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_SEND_TRIM);
}

int
nbdi_can_zero (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_SEND_WRITE_ZEROES);
}

int
nbdi_can_fast_zero (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_SEND_FAST_ZERO);
}

int
nbdi_can_block_status_payload (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_BLOCK_STATUS_PAYLOAD);
}

int
nbdi_can_df (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_SEND_DF);
}

int
nbdi_can_multi_conn (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_CAN_MULTI_CONN);
}

int
nbdi_can_cache (struct nbd_handle *h)
{
  return has_flag (h, NBD_FLAG_SEND_CACHE);
}

/* Whether nobody can say which contexts there are.  Without any interest in
 * them there are none; but a program that looks at one export after the
 * other must not take that for an answer of the server.
 */
static bool
contexts_are_unknown (const struct nbd_handle *h)
{
  const struct nbdi_export *e = &h->export;

  if (e->contexts_valid)
    return false;
  return e->contexts_asked || h->meta_contexts.len > 0 ||
    (e->asked && nbdi_phase_in (h, NBDI_PHASE_NEGOTIATING));
}

int
nbdi_can_meta_context (struct nbd_handle *h, const char *metacontext)
{
  const struct nbdi_export *e = &h->export;

  if (contexts_are_unknown (h)) {
    nbdi_error (EINVAL, "no request for metadata contexts of this export has "
                "succeeded: use nbd_opt_info or nbd_opt_go with "
                "nbd_set_request_meta_context on, or "
                "nbd_opt_set_meta_context");
    return -1;
  }
  for (size_t i = 0; i < e->nr_contexts; i++)
    if (strcmp (e->contexts[i].name, metacontext) == 0)
      return 1;
  return 0;
}

int64_t
nbdi_get_size (struct nbd_handle *h)
{
  if (require_known (h) == -1)
    return -1;
  if (h->export.size > INT64_MAX) {
    nbdi_error (EOVERFLOW, "the export's size of %" PRIu64 " bytes does not "
                "fit into 63 bits", h->export.size);
    return -1;
  }
  return (int64_t) h->export.size;
}

int64_t
nbdi_get_block_size (struct nbd_handle *h, int size_type)
{
  if (require_known (h) == -1)
    return -1;
  switch (size_type) {
  case LIBNBD_SIZE_MINIMUM: return h->export.minimum;
  case LIBNBD_SIZE_PREFERRED: return h->export.preferred;
  case LIBNBD_SIZE_MAXIMUM: return h->export.maximum;
  default: return nbdi_payload_limit (h);
  }
}

/* A string that the server told, if it did. */
static char *
told_string (struct nbd_handle *h, const char *s, const char *what)
{
  if (require_known (h) == -1)
    return NULL;
  if (s == NULL) {
    nbdi_error (ENOTSUP, "the server did not tell %s", what);
    return NULL;
  }
  char *copy = strdup (s);
  if (copy == NULL)
    nbdi_error (errno, "strdup");
  return copy;
}

char *
nbdi_get_canonical_export_name (struct nbd_handle *h)
{
  return told_string (h, h->export.name, "the export's canonical name "
                      "(is nbd_set_full_info on?)");
}

char *
nbdi_get_export_description (struct nbd_handle *h)
{
  return told_string (h, h->export.description, "a description of the export "
                      "(is nbd_set_full_info on?)");
}

const char *
nbdi_get_protocol (struct nbd_handle *h)
{
  if (h->export.protocol == NULL)
    nbdi_error (EINVAL, "the handshake has not begun");
  return h->export.protocol;
}

int
nbdi_get_tls_negotiated (struct nbd_handle *h)
{
  return h->export.tls;
}

int
nbdi_get_structured_replies_negotiated (struct nbd_handle *h)
{
  return h->export.structured_replies;
}

int
nbdi_get_extended_headers_negotiated (struct nbd_handle *h)
{
  return h->export.extended_headers;
}
