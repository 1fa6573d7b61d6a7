/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* More contexts than any server has: a list with more would never end. */
#define MAX_LISTED (1 << 20)

/* Take one context: its name for the program and, when it was set, its id
 * for block status replies. */
static int
take_context (struct nbdi_link *l, const uint8_t *p, uint32_t len)
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
  if (l->opt.option == NBD_OPT_SET_META_CONTEXT
      && nbdi_add_context (l->told, id, name) == -1)
    return -1;
  if (l->opt.value == MAX_LISTED) {
    nbdi_error (EPROTO,
                "NBD_REP_META_CONTEXT: the server sent more than %d "
                "contexts",
                MAX_LISTED);
    return -1;
  }
  l->opt.value++;
  if (l->opt.context.callback)
    NBDI_CALLBACK (l->opt.context.callback (l->opt.context.user_data, name));
  return 0;
}

/* Which queries to send.  When connecting again, they are those that were
 * used for the first connection. */
static const struct nbdi_strings *
find_queries (const struct nbdi_link *l, const struct nbdi_session *s)
{
  if (l->opt.own_queries)
    return &l->opt.queries;
  return s->promised && s->queries.len > 0 ? &s->queries : &s->meta_contexts;
}

/* Keep the queries that were sent in option mode, because the request list
 * may change before the export is used. */
static int
keep_queries (const struct nbdi_link *l, struct nbdi_session *s)
{
  const struct nbdi_strings *asked = find_queries (l, s);

  if (s->promised)
    return 0;
  nbdi_strings_clear (&s->queries);
  for (size_t i = 0; l->opt.manual && i < asked->len; i++)
    if (nbdi_strings_add (&s->queries, asked->v[i]) == -1)
      return -1;
  return 0;
}

/* List the metadata contexts of an export, or select some for block status
 * commands: the request and its replies are the same. */
GROUP (NEWSTYLE.OPT_META_CONTEXT)
  OPTION (NBD_OPT_LIST_META_CONTEXT, NBD_OPT_SET_META_CONTEXT)
  REPLY (NBD_REP_META_CONTEXT, 4 + 1, 4 + NBD_MAX_STRING)
  FAILS_WITH (ENOTSUP)
  TURNED_OFF_BY (NBD_OPT_SET_META_CONTEXT, nbd_set_request_meta_context)
  SPEC ("Metadata querying")

/* Build the option.  To set contexts forgets those that were selected
 * before, whether the server accepts this or not. */
STATE (START)
  GOES_TO (SEND)
{
  if (l->opt.option == NBD_OPT_SET_META_CONTEXT) {
    if (keep_queries (l, s) == -1)
      return FAILED;
    nbdi_forget_contexts (l->told);
    l->told->contexts_asked = true;
  }
  if (nbdi_query_option_message (l, l->opt.option, find_queries (l, s)) == -1)
    return FAILED;
  l->opt.value = 0;
  return NEXT (SEND);
}

/* Act on one complete reply: a context, or the end of the list. */
STATE (RECV_PAYLOAD)
  IO (RECV, l->opt.reply.length)
  GOES_TO (RECV_HEADER, ^OPTION_DONE)
{
  const uint8_t *p = nbdi_take (l, l->opt.reply.length);
  bool set = l->opt.option == NBD_OPT_SET_META_CONTEXT;

  switch (l->opt.reply.type) {
  case NBD_REP_META_CONTEXT:
    if (take_context (l, p, l->opt.reply.length) == -1)
      return FAILED;
    return NEXT (RECV_HEADER);
  case NBD_REP_ACK:
    if (set)
      l->told->contexts_valid = true;
    nbdi_option_result (l, l->opt.value, 0);
    return NEXT (^OPTION_DONE);
  default:
    if (nbdi_option_refused (l, p) == -1)
      return FAILED;
    if (set)
      nbdi_forget_contexts (l->told);
    return NEXT (^OPTION_DONE);
  }
}
