/* SPDX-License-Identifier: MIT */
/* The calls that return what is known of the export and the connection. */

#include "api/library.h"

#include <errno.h>
#include <inttypes.h>

static int
require_known (struct nbd_handle *h)
{
  if (h->session.export.known)
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
  return (h->session.export.flags & flag) != 0;
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

/* Whether it is unknown which contexts there are.  If none were ever asked
 * for, there are none; but a program that looks at one export after another
 * must not take that for an answer of the server. */
static bool
contexts_are_unknown (const struct nbd_handle *h)
{
  const struct nbdi_export *e = &h->session.export;

  if (e->contexts_valid)
    return false;
  return e->contexts_asked || h->session.meta_contexts.len > 0
         || (e->asked && nbdi_phase_in (h, NBDI_PHASE_NEGOTIATING));
}

int
nbdi_can_meta_context (struct nbd_handle *h, const char *metacontext)
{
  const struct nbdi_export *e = &h->session.export;

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
  if (h->session.export.size > INT64_MAX) {
    nbdi_error (EOVERFLOW,
                "the export's size of %" PRIu64 " bytes does not "
                "fit into 63 bits",
                h->session.export.size);
    return -1;
  }
  return (int64_t) h->session.export.size;
}

int64_t
nbdi_get_block_size (struct nbd_handle *h, int size_type)
{
  if (require_known (h) == -1)
    return -1;
  switch (size_type) {
  case LIBNBD_SIZE_MINIMUM: return h->session.export.minimum;
  case LIBNBD_SIZE_PREFERRED: return h->session.export.preferred;
  case LIBNBD_SIZE_MAXIMUM: return h->session.export.maximum;
  default: return nbdi_payload_limit (&h->session);
  }
}

/* A copy of a string that the server sent; an error if it sent none. */
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
  return told_string (h, h->session.export.name,
                      "the export's canonical name "
                      "(is nbd_set_full_info on?)");
}

char *
nbdi_get_export_description (struct nbd_handle *h)
{
  return told_string (h, h->session.export.description,
                      "a description of the export "
                      "(is nbd_set_full_info on?)");
}

const char *
nbdi_get_protocol (struct nbd_handle *h)
{
  if (nbdi_agreed (h)->protocol == NULL)
    nbdi_error (EINVAL, "the handshake has not begun");
  return nbdi_agreed (h)->protocol;
}

int
nbdi_get_tls_negotiated (struct nbd_handle *h)
{
  return nbdi_agreed (h)->tls;
}

int
nbdi_get_structured_replies_negotiated (struct nbd_handle *h)
{
  return nbdi_agreed (h)->structured_replies;
}

int
nbdi_get_extended_headers_negotiated (struct nbd_handle *h)
{
  return nbdi_agreed (h)->extended_headers;
}
