/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* More contexts than any server has; who lists more never ends. */
#define MAX_LISTED (1 << 20)

/* Take one context: its name for the program and, when it was set, its id
 * for block status replies.
 */
static int
take_context (struct nbd_handle *h, const uint8_t *p, uint32_t len)
{
  uint32_t id = nbdi_get32 (p);
  CLEANUP_FREE char *name = NULL;

  p += 4;
  len -= 4;
  if (memchr (p, 0, len) != NULL) {
    nbdi_error (EPROTO, "NBD_REP_META_CONTEXT: name holds a NUL byte");
    return -1;
  }
  name = strndup ((const char *) p, len);
  if (name == NULL) {
    nbdi_error (errno, "NBD_REP_META_CONTEXT");
    return -1;
  }
  if (h->opt.option == NBD_OPT_SET_META_CONTEXT &&
      nbdi_add_context (h, id, name) == -1)
    return -1;
  if (h->opt.value == MAX_LISTED) {
    nbdi_error (EPROTO, "NBD_REP_META_CONTEXT: the server sent more than %d "
                "contexts", MAX_LISTED);
    return -1;
  }
  h->opt.value++;
  if (h->opt.context.callback)
    NBDI_CALLBACK (h->opt.context.callback (h->opt.context.user_data, name));
  return 0;
}

/* List the metadata contexts of an export, or select some for block status
 * commands: the request and its replies are the same.
 */
GROUP (NEWSTYLE.OPT_META_CONTEXT)
  OPTION (NBD_OPT_LIST_META_CONTEXT, NBD_OPT_SET_META_CONTEXT)
  PHASE (CONNECTING)
  SPEC ("Metadata querying")

/* Build the option.  Setting forgets what was selected before, whatever
 * the server will say.
 */
STATE (START)
  GOES_TO (SEND)
{
  const struct nbdi_strings *queries =
    h->opt.own_queries ? &h->opt.queries : &h->meta_contexts;

  if (h->opt.option == NBD_OPT_SET_META_CONTEXT) {
    nbdi_forget_contexts (h);
    h->export.contexts_asked = true;
  }
  if (nbdi_query_option_message (h, h->opt.option, queries) == -1)
    return FAILED;
  h->opt.value = 0;
  return NEXT (SEND);
}

/* Act on one whole reply: a context, or the end of the list. */
STATE (RECV_PAYLOAD)
  IO (RECV, h->opt.reply.length)
  GOES_TO (RECV_HEADER, ^OPTION_DONE)
{
  const uint8_t *p = nbdi_take (h, h->opt.reply.length);
  bool set = h->opt.option == NBD_OPT_SET_META_CONTEXT;

  switch (h->opt.reply.type) {
  case NBD_REP_META_CONTEXT:
    if (take_context (h, p, h->opt.reply.length) == -1)
      return FAILED;
    return NEXT (RECV_HEADER);
  case NBD_REP_ACK:
    if (set)
      h->export.contexts_valid = true;
    nbdi_option_result (h, h->opt.value, 0);
    return NEXT (^OPTION_DONE);
  default:
    if (nbdi_option_refused (h, p) == -1)
      return FAILED;
    if (set)
      nbdi_forget_contexts (h);
    return NEXT (^OPTION_DONE);
  }
}
