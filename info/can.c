/* SPDX-License-Identifier: MIT */
/* Questions that are answered with yes or no. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "nbdinfo.h"

static int
always (struct nbd_handle *h)
{
  (void) h;
  return 1;
}

static int
can_write (struct nbd_handle *h)
{
  int r = nbd_is_read_only (h);
  return r == -1 ? -1 : !r;
}

/* Flags, and whether the export has to be opened to answer. */
static const struct flag {
  const char *names; /* words between bars; a space in a word stands
                                   for a space, "-" or "_" */
  int (*ask) (struct nbd_handle *h);
  bool needs_export;
} flags[] = {
  { "|connect|", always, false },
  { "|read|", always, false },
  { "|open|", always, true },
  { "|write|", can_write, true },
  { "|readonly|read only|", nbd_is_read_only, true },
  { "|rotational|", nbd_is_rotational, true },
  { "|tls|", nbd_get_tls_negotiated, false },
  { "|sr|structured|structured reply|structured replies|",
    nbd_get_structured_replies_negotiated, false },
  { "|eh|extended|extended header|extended headers|",
    nbd_get_extended_headers_negotiated, false },
  { "|block status payload|", nbd_can_block_status_payload, true },
  { "|cache|", nbd_can_cache, true },
  { "|df|", nbd_can_df, true },
  { "|fastzero|fast zero|", nbd_can_fast_zero, true },
  { "|flush|", nbd_can_flush, true },
  { "|fua|", nbd_can_fua, true },
  { "|multiconn|multi conn|", nbd_can_multi_conn, true },
  { "|trim|", nbd_can_trim, true },
  { "|zero|", nbd_can_zero, true },
};

static const struct flag *
find_flag (const char *name)
{
  char *word = tool_format ("|%s|", name);
  const struct flag *found = NULL;
  for (char *p = word; *p != '\0'; p++)
    if (*p == '-' || *p == '_')
      *p = ' ';
  if (strchr (name, '|') == NULL)
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
      if (strcasestr (flags[i].names, word))
        found = &flags[i];
  free (word);
  return found;
}

bool
can_flag (const struct tool_endpoint *endpoint, const char *name)
{
  const struct flag *flag = find_flag (name);
  if (flag == NULL)
    tool_fail ("--can, --is, --has: the flag \"%s\" is unknown; nbdinfo(1) "
               "lists all flags",
               name);
  struct nbd_handle *h = flag->needs_export ? reach_export (endpoint, NULL)
                                            : open_server (endpoint, NULL);
  if (flag->needs_export)
    must_begin_transmission (h, endpoint);
  int r = flag->ask (h);
  if (r == -1)
    tool_nbd_fail (endpoint->name);
  tool_close (h);
  return r;
}
