/* SPDX-License-Identifier: MIT */
/* Showing a server with one of its exports or with all of them. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "nbdinfo.h"

/* What could not be shown, for the end of the JSON. */
struct failures {
  struct strings names, reasons;
};

static const char *
packet_style (struct nbd_handle *h)
{
  if (nbd_get_extended_headers_negotiated (h) == 1)
    return "extended";
  return nbd_get_structured_replies_negotiated (h) == 1 ? "structured"
    : "simple";
}

static void
print_protocol (const struct show *show, struct nbd_handle *h)
{
  const char *protocol = nbd_get_protocol (h);
  if (protocol == NULL)
    tool_nbd_fail (NULL);
  bool tls = nbd_get_tls_negotiated (h) == 1;
  const char *style = packet_style (h);
  if (show->json) {
    printf ("{\n\"protocol\": \"%s\",\n\"TLS\": %s,\n", protocol,
            tls ? "true" : "false");
    printf ("\"structured\": %s,\n\"extended\": %s,\n",
            strcmp (style, "simple") != 0 ? "true" : "false",
            strcmp (style, "extended") == 0 ? "true" : "false");
    printf ("\"exports\": [");
  } else {
    tool_color (stdout, TOOL_GREY);
    printf ("protocol: %s %s TLS, using %s packets\n", protocol,
            tls ? "with" : "without", style);
    tool_color_reset (stdout);
  }
}

/* The NUMBER-th export that is shown. */
static void
print_export (const struct show *show, const struct export *e, size_t number)
{
  if (show->json) {
    printf (number == 0 ? "\n" : ",\n");
    print_export_json (e);
  } else
    print_export_text (e);
}

static void
print_failures (const struct failures *failures)
{
  printf (",\n\"errors\": [");
  for (size_t i = 0; i < failures->names.count; i++) {
    printf ("%s\n\t{ \"export-name\": ", i == 0 ? "" : ",");
    print_quoted (failures->names.word[i]);
    printf (", \"error\": ");
    print_quoted (failures->reasons.word[i]);
    printf (" }");
  }
  printf (" ]");
}

/* Close what print_protocol opened. */
static int
end_output (const struct show *show, size_t shown,
            const struct failures *failures)
{
  size_t failed = failures->names.count;
  if (show->json) {
    printf (shown > 0 ? " ]" : "]");
    if (failed > 0)
      print_failures (failures);
    printf ("\n}\n");
  }
  return failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What the library said, to be freed. */
static char *
library_error (void)
{
  tool_check_signal ();
  return tool_format ("%s", tool_nbd_error ());
}

/* Say that an export cannot be shown, and free the reason. */
static void
export_failed (struct failures *failures, const char *name, char *reason)
{
  tool_error ("%s", reason);
  add_string (&failures->names, name);
  add_string (&failures->reasons, reason);
  free (reason);
}

static void
free_strings (struct strings *strings)
{
  for (size_t i = 0; i < strings->count; i++)
    free (strings->word[i]);
  free (strings->word);
}

int
show_one (const struct show *show)
{
  struct failures failures = { 0 };
  struct export e = {
    .h = open_server (show->endpoint, NULL),
    .has_uri = show->endpoint->transport != TOOL_ACTIVATION,
  };
  if (nbd_aio_is_negotiating (e.h) == 1)
    list_contexts (&e);
  if (begin_transmission (e.h) == -1) {
    char *reason = library_error ();
    char *name = nbd_get_export_name (e.h);
    print_protocol (show, e.h);
    export_failed (&failures, name ? name : "", reason);
    free (name);
    tool_error ("suggestion: to list all exports on the server, use --list");
  } else {
    print_protocol (show, e.h);
    if (show->content)
      e.content = probe_content (e.h);
    print_export (show, &e, 0);
  }
  int status = end_output (show, failures.names.count == 0, &failures);
  free_export (&e);
  tool_close (e.h);
  free_strings (&failures.names);
  free_strings (&failures.reasons);
  return status;
}

static int
take_export (void *opaque, const char *name, const char *description)
{
  (void) description;
  add_string (opaque, name);
  return 0;
}

/* A connection of its own for one of the exports, in transmission. */
static struct nbd_handle *
open_export (const struct show *show, const char *name)
{
  struct nbd_handle *h = open_server (show->endpoint, NULL);
  if (nbd_set_export_name (h, name) == 0 && begin_transmission (h) == 0)
    return h;
  tool_check_signal ();
  tool_close (h);
  return NULL;
}

/* Show an export of which LISTER only knows the name, and return NULL, or
 * why not.  One that INFO does not tell of may be opened all the same, and
 * servers have been seen that tell the size only when it is opened. */
static char *
show_listed (const struct show *show, struct nbd_handle *lister,
             const char *name, size_t number)
{
  struct export e = {
    .h = lister,
    .has_uri = show->endpoint->transport != TOOL_ACTIVATION,
  };
  char *reason = NULL;
  if (nbd_set_export_name (lister, name) == -1)
    return library_error ();
  list_contexts (&e);
  if (nbd_opt_info (lister) == -1)
    reason = library_error ();
  struct nbd_handle *opened = NULL;
  if (show->content || reason != NULL || nbd_get_size (lister) <= 0)
    opened = open_export (show, name);
  if (opened != NULL) {
    free (reason);
    reason = NULL;
    e.h = opened;
    if (show->content)
      e.content = probe_content (opened);
  }
  if (reason == NULL)
    print_export (show, &e, number);
  free_export (&e);
  if (opened != NULL)
    tool_close (opened);
  return reason;
}

int
show_list (const struct show *show)
{
  struct nbd_handle *h = open_server (show->endpoint, NULL);
  if (nbd_aio_is_negotiating (h) != 1)
    tool_fail ("%s: the server speaks %s, which cannot list exports",
               show->endpoint->name, nbd_get_protocol (h));
  struct strings names = { 0 };
  nbd_list_callback callback = {
    .callback = take_export, .user_data = &names,
  };
  if (nbd_opt_list (h, callback) == -1)
    tool_nbd_fail (NULL);

  print_protocol (show, h);
  struct failures failures = { 0 };
  size_t shown = 0;
  for (size_t i = 0; i < names.count; i++) {
    char *reason = show_listed (show, h, names.word[i], shown);
    if (reason == NULL)
      shown++;
    else
      export_failed (&failures, names.word[i], reason);
  }
  int status = end_output (show, shown, &failures);
  free_strings (&names);
  free_strings (&failures.names);
  free_strings (&failures.reasons);
  tool_close (h);
  return status;
}
