/* SPDX-License-Identifier: MIT */
/* Servers that hang up on an option that they do not know, instead of replying
 * with an error.  The library's message then names the setting that leaves
 * the option out.  A tool changes that setting, once for each option, and
 * keeps it for every later connection to this server. */
#include <config.h>

#include <string.h>

#include "internal.h"

static const struct wish {
  const char *setting; /* in the library's message */
  int (*set) (struct nbd_handle *h, bool request);
  const char *name; /* for people */
} wishes[] = {
  { "nbd_set_request_extended_headers", nbd_set_request_extended_headers,
    "extended headers" },
  { "nbd_set_request_structured_replies", nbd_set_request_structured_replies,
    "structured replies" },
  { "nbd_set_request_meta_context", nbd_set_request_meta_context,
    "metadata contexts" },
};

#define NR_WISHES (sizeof wishes / sizeof wishes[0])

int
tool_leave_out (struct nbd_handle *h, const struct tool_endpoint *endpoint)
{
  for (size_t i = 0; i < NR_WISHES; i++)
    if ((*endpoint->left_out & 1u << i) && wishes[i].set (h, false) == -1)
      return -1;
  return 0;
}

const char *
tool_learn_from_hangup (const struct tool_endpoint *endpoint)
{
  const char *error = nbd_get_error ();

  /* A given socket cannot be connected again. */
  if (error == NULL || endpoint->transport == TOOL_FD)
    return NULL;
  for (size_t i = 0; i < NR_WISHES; i++)
    if ((*endpoint->left_out & 1u << i) == 0
        && strstr (error, wishes[i].setting)) {
      *endpoint->left_out |= 1u << i;
      return wishes[i].name;
    }
  return NULL;
}
