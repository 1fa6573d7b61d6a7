/* SPDX-License-Identifier: MIT */
/* The output around exports: the protocol before them, and errors at the end
 * of JSON. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "nbdinfo.h"

static const char *
packet_style (struct nbd_handle *h)
{
  if (nbd_get_extended_headers_negotiated (h) == 1)
    return "extended";
  return nbd_get_structured_replies_negotiated (h) == 1 ? "structured"
                                                        : "simple";
}

struct protocol
take_protocol (struct nbd_handle *h)
{
  const char *name = nbd_get_protocol (h);
  if (name == NULL)
    tool_nbd_fail (NULL);
  return (struct protocol) {
    .name = name,
    .tls = nbd_get_tls_negotiated (h) == 1,
    .style = packet_style (h),
  };
}

void
show_protocol (struct show *show, const struct protocol *p)
{
  if (show->json) {
    printf ("{\n\"protocol\": \"%s\",\n\"TLS\": %s,\n", p->name,
            p->tls ? "true" : "false");
    printf ("\"structured\": %s,\n\"extended\": %s,\n",
            strcmp (p->style, "simple") != 0 ? "true" : "false",
            strcmp (p->style, "extended") == 0 ? "true" : "false");
    printf ("\"exports\": [");
  }
  else {
    tool_color (stdout, TOOL_GREY);
    printf ("protocol: %s %s TLS, using %s packets\n", p->name,
            p->tls ? "with" : "without", p->style);
    tool_color_reset (stdout);
  }
}

void
show_export (struct show *show, const struct export *e)
{
  if (show->json) {
    printf (show->shown++ == 0 ? "\n" : ",\n");
    print_export_json (e);
  }
  else
    print_export_text (e);
}

void
show_failure (struct show *show, const char *name, char *reason)
{
  export_error (show->endpoint, name, reason);
  add_string (&show->failed, name);
  add_string (&show->reasons, reason);
  free (reason);
}

static void
print_failures (const struct show *show)
{
  printf (",\n\"errors\": [");
  for (size_t i = 0; i < show->failed.count; i++) {
    printf ("%s\n\t{ \"export-name\": ", i == 0 ? "" : ",");
    tool_print_quoted (show->failed.word[i]);
    printf (", \"error\": ");
    tool_print_quoted (show->reasons.word[i]);
    printf (" }");
  }
  printf (" ]");
}

int
show_end (struct show *show)
{
  size_t failed = show->failed.count;
  if (show->json) {
    printf (show->shown > 0 ? " ]" : "]");
    if (failed > 0)
      print_failures (show);
    printf ("\n}\n");
  }
  free_strings (&show->failed);
  free_strings (&show->reasons);
  return failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
