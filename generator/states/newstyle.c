/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>

/* Whether an option was agreed upon in the promise, so that it is needed
 * again. */
static bool
promise_needs (const struct nbdi_link *l, uint32_t option)
{
  const struct nbdi_session *s = l->session;

  switch (option) {
  case NBD_OPT_STARTTLS:
    return s->agreed.tls || s->settings.tls != LIBNBD_TLS_DISABLE;
  case NBD_OPT_EXTENDED_HEADERS: return s->agreed.extended_headers;
  case NBD_OPT_STRUCTURED_REPLY:
    return s->agreed.structured_replies && !l->agreed.structured_replies;
  case NBD_OPT_SET_META_CONTEXT: return s->export.nr_contexts > 0;
  default: return true;
  }
}

/* Whether an option of the plan is still wanted. */
static bool
option_wanted (const struct nbdi_link *l, uint32_t option)
{
  const struct nbdi_session *s = l->session;
  bool last = l->opt.next == l->opt.nr_plan;

  if (l->opt.manual && last)
    return true;
  if (s->promised)
    return promise_needs (l, option);
  switch (option) {
  case NBD_OPT_STARTTLS: return s->settings.tls != LIBNBD_TLS_DISABLE;
  case NBD_OPT_EXTENDED_HEADERS:
    return s->settings.request_extended_headers
           && s->settings.request_structured_replies;
  case NBD_OPT_STRUCTURED_REPLY:
    return s->settings.request_structured_replies
           && !l->agreed.structured_replies;
  case NBD_OPT_SET_META_CONTEXT:
    return s->settings.request_meta_context && l->agreed.structured_replies
           && s->meta_contexts.len > 0;
  default: return true;
  }
}

/* Replace what is left of the plan by one option. */
static void
plan_only (struct nbdi_link *l, uint32_t option)
{
  l->opt.plan[0] = option;
  l->opt.nr_plan = 1;
  l->opt.next = 0;
}

/* Whether the server refused the export because it requires that the client
 * ask for block sizes.  The library obeys them anyway, so it can as well
 * ask.  A second refusal is final.  In option mode the program decides. */
static bool
must_ask_for_sizes (const struct nbdi_link *l)
{
  const struct nbdi_session *s = l->session;

  return l->opt.option == NBD_OPT_GO && !l->opt.manual
         && l->opt.reply.type == NBD_REP_ERR_BLOCK_SIZE_REQD
         && !s->settings.request_block_size && !l->opt.sizes_required;
}

/* Option haggling: send the planned options, one after the other.  Each
 * option is a group of its own, which comes back to OPTION_DONE. */
GROUP (NEWSTYLE)
  WHEN ("while its answer was awaited")
  SPEC ("Fixed newstyle negotiation")

/* Take the next option of the plan. */
STATE (START)
  DISPATCHES (OPTION)
  GOES_TO (SEND_CLIENT_FLAGS)
{
  while (l->opt.next < l->opt.nr_plan) {
    uint32_t option = l->opt.plan[l->opt.next++];

    if (option_wanted (l, option)) {
      nbdi_begin_option (l, option);
      return DISPATCH (option);
    }
  }
  return NEXT (SEND_CLIENT_FLAGS);
}

/* No option is left: send the client flags, unless they were sent with an
 * option. */
STATE (SEND_CLIENT_FLAGS)
  IO (SEND)
  GOES_TO (^NEGOTIATING)
{
  return NEXT (^NEGOTIATING);
}

/* An option has its final reply: decide how to go on. */
STATE (OPTION_DONE)
  GOES_TO (START, ^PROMISE)
{
  uint32_t option = l->opt.option;
  bool fatal = false;

  if (must_ask_for_sizes (l)) {
    l->opt.sizes_required = true;
    plan_only (l, NBD_OPT_GO);
    return NEXT (START);
  }
  /* Older servers know only EXPORT_NAME.  It is forbidden once extended
   * headers are active. */
  if (option == NBD_OPT_GO && l->opt.reply.type == NBD_REP_ERR_UNSUP) {
    if (!l->agreed.extended_headers) {
      plan_only (l, NBD_OPT_EXPORT_NAME);
      return NEXT (START);
    }
    fatal = true;
  }
  if ((option == NBD_OPT_GO || option == NBD_OPT_EXPORT_NAME)
      && l->opt.error == 0) {
    nbdi_finish_option (l);
    return NEXT (^PROMISE);
  }
  /* Without option mode there is nothing else to try. */
  if (option == NBD_OPT_GO && !nbdi_program_chooses (s))
    fatal = true;
  if (option == NBD_OPT_STARTTLS && l->opt.error != 0 && !l->opt.manual
      && (s->settings.tls == LIBNBD_TLS_REQUIRE || s->agreed.tls))
    fatal = true;
  /* A server that shuts down expects the client to disconnect. */
  if (!l->opt.manual && l->opt.reply.type == NBD_REP_ERR_SHUTDOWN)
    fatal = true;
  if (fatal)
    plan_only (l, NBD_OPT_ABORT);
  return NEXT (START);
}
