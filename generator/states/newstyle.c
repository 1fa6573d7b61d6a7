/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <errno.h>

/* Whether a planned option is to be sent after all. */
static bool
option_wanted (const struct nbd_handle *h, uint32_t option)
{
  bool last = h->opt.next == h->opt.nr_plan;

  if (h->opt.manual && last)
    return true;
  switch (option) {
  case NBD_OPT_STARTTLS:
    return h->settings.tls != LIBNBD_TLS_DISABLE;
  case NBD_OPT_EXTENDED_HEADERS:
    return h->settings.request_extended_headers &&
      h->settings.request_structured_replies;
  case NBD_OPT_STRUCTURED_REPLY:
    return h->settings.request_structured_replies &&
      !h->export.structured_replies;
  case NBD_OPT_SET_META_CONTEXT:
    return h->settings.request_meta_context &&
      h->export.structured_replies && h->meta_contexts.len > 0;
  default:
    return true;
  }
}

/* Replace what is left of the plan by one option. */
static void
plan_only (struct nbd_handle *h, uint32_t option)
{
  h->opt.plan[0] = option;
  h->opt.nr_plan = 1;
  h->opt.next = 0;
}

/* Whether the server refused us because it insists that we ask for block
 * sizes.  We keep to what it tells anyway, so we can as well ask; a second
 * refusal is final.  In option mode that is for the program to decide.
 */
static bool
must_ask_for_sizes (const struct nbd_handle *h)
{
  return h->opt.option == NBD_OPT_GO && !h->opt.manual &&
    h->opt.reply.type == NBD_REP_ERR_BLOCK_SIZE_REQD &&
    !h->settings.request_block_size && !h->opt.sizes_required;
}

/* Option haggling: send the planned options, one after the other.  Each
 * option is a group of its own, which comes back to OPTION_DONE.
 */
GROUP (NEWSTYLE)
  PHASE (CONNECTING)
  WHEN ("while its answer was awaited")
  SPEC ("Fixed newstyle negotiation")

/* Take the next option of the plan. */
STATE (START)
  DISPATCHES (OPTION)
  GOES_TO (SEND_CLIENT_FLAGS)
{
  while (h->opt.next < h->opt.nr_plan) {
    uint32_t option = h->opt.plan[h->opt.next++];

    if (option_wanted (h, option)) {
      h->opt.option = option;
      h->opt.reply.type = h->opt.reply.length = 0;
      return DISPATCH (option);
    }
  }
  return NEXT (SEND_CLIENT_FLAGS);
}

/* Nothing is left to do: send the client flags, unless an option did. */
STATE (SEND_CLIENT_FLAGS)
  IO (SEND)
  GOES_TO (^NEGOTIATING)
{
  return NEXT (^NEGOTIATING);
}

/* An option has its final reply: decide how to go on. */
STATE (OPTION_DONE)
  GOES_TO (START, ^TRANSMISSION)
{
  uint32_t option = h->opt.option;
  bool fatal = false;

  if (must_ask_for_sizes (h)) {
    h->opt.sizes_required = true;
    plan_only (h, NBD_OPT_GO);
    return NEXT (START);
  }
  /* EXPORT_NAME is what servers knew before GO.  It is forbidden once
   * extended headers are active.
   */
  if (option == NBD_OPT_GO && h->opt.reply.type == NBD_REP_ERR_UNSUP) {
    if (!h->export.extended_headers) {
      plan_only (h, NBD_OPT_EXPORT_NAME);
      return NEXT (START);
    }
    fatal = true;
  }
  if ((option == NBD_OPT_GO || option == NBD_OPT_EXPORT_NAME) &&
      h->opt.error == 0) {
    nbdi_finish_option (h);
    return NEXT (^TRANSMISSION);
  }
  /* Without option mode nobody is there to try something else. */
  if (option == NBD_OPT_GO && !h->settings.opt_mode)
    fatal = true;
  if (option == NBD_OPT_STARTTLS && h->opt.error != 0 && !h->opt.manual &&
      h->settings.tls == LIBNBD_TLS_REQUIRE)
    fatal = true;
  /* A server that shuts down wants us to leave. */
  if (!h->opt.manual && h->opt.reply.type == NBD_REP_ERR_SHUTDOWN)
    fatal = true;
  if (fatal)
    plan_only (h, NBD_OPT_ABORT);
  return NEXT (START);
}
