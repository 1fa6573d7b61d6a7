/* SPDX-License-Identifier: MIT */
/* The option calls of option mode. */

#include "api/library.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool
is_fixed (const struct nbd_handle *h)
{
  return (nbdi_agreed (h)->client_flags & NBD_FLAG_FIXED_NEWSTYLE) != 0;
}

/* Send the last of these options, and before it those that are wanted. The
 * closures move into the handle, which frees them in any case. */
static int
begin (struct nbd_handle *h, nbd_completion_callback *completion,
       const uint32_t *plan, unsigned n)
{
  struct nbdi_negotiation *o = &h->link.opt;

  memcpy (o->plan, plan, n * sizeof *plan);
  o->nr_plan = n;
  o->next = 0;
  o->manual = true;
  nbdi_option_result (&h->link, 0, 0);
  o->error_errno = 0;
  if (completion)
    o->completion = NBDI_MOVE (completion);
  nbdi_event (&h->link, NBDI_EVENT_OPTION);
  return 0;
}

static int
begin_one (struct nbd_handle *h, nbd_completion_callback *completion,
           uint32_t option)
{
  return begin (h, completion, &option, 1);
}

static int
require_fixed (struct nbd_handle *h)
{
  if (is_fixed (h))
    return 0;
  nbdi_error (ENOTSUP,
              "the server only knows newstyle negotiation, "
              "not fixed newstyle, which has no options but the export name");
  return -1;
}

int
nbdi_aio_opt_go (struct nbd_handle *h, nbd_completion_callback *completion)
{
  static const uint32_t plan[] = { NBD_OPT_SET_META_CONTEXT, NBD_OPT_GO };

  if (!is_fixed (h))
    return begin_one (h, completion, NBD_OPT_EXPORT_NAME);
  return begin (h, completion, plan, 2);
}

int
nbdi_aio_opt_info (struct nbd_handle *h, nbd_completion_callback *completion)
{
  static const uint32_t plan[] = { NBD_OPT_SET_META_CONTEXT, NBD_OPT_INFO };

  if (require_fixed (h) == -1)
    return -1;
  return begin (h, completion, plan, 2);
}

int
nbdi_aio_opt_abort (struct nbd_handle *h)
{
  return begin_one (h, NULL, NBD_OPT_ABORT);
}

int
nbdi_aio_opt_starttls (struct nbd_handle *h,
                       nbd_completion_callback *completion)
{
  if (!nbdi_has_tls ()) {
    nbdi_error (ENOTSUP, "this library was built without TLS");
    return -1;
  }
  if (require_fixed (h) == -1)
    return -1;
  return begin_one (h, completion, NBD_OPT_STARTTLS);
}

int
nbdi_aio_opt_extended_headers (struct nbd_handle *h,
                               nbd_completion_callback *completion)
{
  if (require_fixed (h) == -1)
    return -1;
  return begin_one (h, completion, NBD_OPT_EXTENDED_HEADERS);
}

int
nbdi_aio_opt_structured_reply (struct nbd_handle *h,
                               nbd_completion_callback *completion)
{
  if (require_fixed (h) == -1)
    return -1;
  return begin_one (h, completion, NBD_OPT_STRUCTURED_REPLY);
}

int
nbdi_aio_opt_list (struct nbd_handle *h, nbd_list_callback *list,
                   nbd_completion_callback *completion)
{
  if (require_fixed (h) == -1)
    return -1;
  h->link.opt.list = NBDI_MOVE (list);
  return begin_one (h, completion, NBD_OPT_LIST);
}

/* Copy queries that replace the handle's request list. */
static int
take_queries (struct nbd_handle *h, char **queries)
{
  struct nbdi_strings list = { 0 };

  for (size_t i = 0; queries[i] != NULL; i++) {
    size_t len = strlen (queries[i]);

    if (len > NBD_MAX_STRING)
      nbdi_error (ENAMETOOLONG, "query of %zu bytes exceeds %d", len,
                  NBD_MAX_STRING);
    if (len > NBD_MAX_STRING || nbdi_check_queries (&list, len) == -1
        || nbdi_strings_add (&list, queries[i]) == -1) {
      nbdi_strings_clear (&list);
      return -1;
    }
  }
  nbdi_strings_clear (&h->link.opt.queries);
  h->link.opt.queries = list;
  h->link.opt.own_queries = true;
  return 0;
}

/* Both metadata context options, with these queries or, if NULL, the
 * handle's request list. */
static int
begin_contexts (struct nbd_handle *h, uint32_t option, char **queries,
                nbd_context_callback *context,
                nbd_completion_callback *completion)
{
  if (require_fixed (h) == -1 || (queries && take_queries (h, queries) == -1))
    return -1;
  h->link.opt.context = NBDI_MOVE (context);
  return begin_one (h, completion, option);
}

int
nbdi_aio_opt_list_meta_context (struct nbd_handle *h,
                                nbd_context_callback *context,
                                nbd_completion_callback *completion)
{
  return begin_contexts (h, NBD_OPT_LIST_META_CONTEXT, NULL, context,
                         completion);
}

int
nbdi_aio_opt_list_meta_context_queries (struct nbd_handle *h, char **queries,
                                        nbd_context_callback *context,
                                        nbd_completion_callback *completion)
{
  return begin_contexts (h, NBD_OPT_LIST_META_CONTEXT, queries, context,
                         completion);
}

int
nbdi_aio_opt_set_meta_context (struct nbd_handle *h,
                               nbd_context_callback *context,
                               nbd_completion_callback *completion)
{
  return begin_contexts (h, NBD_OPT_SET_META_CONTEXT, NULL, context,
                         completion);
}

int
nbdi_aio_opt_set_meta_context_queries (struct nbd_handle *h, char **queries,
                                       nbd_context_callback *context,
                                       nbd_completion_callback *completion)
{
  return begin_contexts (h, NBD_OPT_SET_META_CONTEXT, queries, context,
                         completion);
}
