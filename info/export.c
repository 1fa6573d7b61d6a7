/* SPDX-License-Identifier: MIT */
/* The description of one export, as text and as JSON. */
#include <config.h>

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "nbdinfo.h"

static const struct {
  const char *key;
  int (*ask) (struct nbd_handle *h);
  enum { GREY, PLAIN, YES_OR_NO } color;
} flags[] = {
  { "is_rotational", nbd_is_rotational, GREY },
  { "is_read_only", nbd_is_read_only, PLAIN },
  { "can_block_status_payload", nbd_can_block_status_payload, YES_OR_NO },
  { "can_cache", nbd_can_cache, YES_OR_NO },
  { "can_df", nbd_can_df, YES_OR_NO },
  { "can_fast_zero", nbd_can_fast_zero, YES_OR_NO },
  { "can_flush", nbd_can_flush, YES_OR_NO },
  { "can_fua", nbd_can_fua, YES_OR_NO },
  { "can_multi_conn", nbd_can_multi_conn, YES_OR_NO },
  { "can_trim", nbd_can_trim, YES_OR_NO },
  { "can_zero", nbd_can_zero, YES_OR_NO },
};
static_assert (sizeof flags / sizeof flags[0] == NR_FLAGS,
               "each flag has a place in struct export");

static const struct {
  const char *key;
  int type;
} block_sizes[] = {
  { "block_size_minimum", LIBNBD_SIZE_MINIMUM },
  { "block_size_preferred", LIBNBD_SIZE_PREFERRED },
  { "block_size_maximum", LIBNBD_SIZE_MAXIMUM },
};
static_assert (sizeof block_sizes / sizeof block_sizes[0] == NR_BLOCK_SIZES,
               "each size has a place in struct export");

void
add_string (struct strings *strings, const char *word)
{
  size_t n = strings->count + 1;
  char **more = realloc (strings->word, n * sizeof *more);
  char *copy = strdup (word);
  if (more == NULL || copy == NULL)
    tool_fail ("out of memory for the names that the server sent");
  more[n - 1] = copy;
  strings->word = more;
  strings->count = n;
}

void
free_strings (struct strings *strings)
{
  for (size_t i = 0; i < strings->count; i++)
    free (strings->word[i]);
  free (strings->word);
  *strings = (struct strings) { .count = 0 };
}

static int
take_context (void *opaque, const char *name)
{
  add_string (opaque, name);
  return 0;
}

bool
list_contexts (struct export *e, struct nbd_handle *h,
               const struct tool_endpoint *endpoint)
{
  nbd_context_callback callback = {
    .callback = take_context,
    .user_data = &e->contexts,
  };
  e->has_contexts = tool_opt_list_contexts (h, callback) == 0;
  if (e->has_contexts || nbd_aio_is_negotiating (h) == 1)
    return true;
  tool_check_signal ();
  tool_error ("%s: metadata contexts are not shown: %s", endpoint->name,
              tool_nbd_error ());
  return false;
}

/* The server's own name for the export, else the one that was asked for. */
static char *
get_name (struct nbd_handle *h)
{
  char *name = nbd_get_canonical_export_name (h);
  if (name == NULL)
    name = nbd_get_export_name (h);
  if (name == NULL)
    tool_nbd_fail (NULL);
  return name;
}

/* NULL if there is no description, or an empty one. */
static char *
get_description (struct nbd_handle *h)
{
  char *text = nbd_get_export_description (h);
  if (text != NULL && text[0] == '\0') {
    free (text);
    return NULL;
  }
  return text;
}

void
take_export (struct export *e, struct nbd_handle *h,
             const struct tool_endpoint *endpoint)
{
  free (e->name);
  free (e->description);
  free (e->uri);
  e->name = get_name (h);
  e->description = get_description (h);
  e->uri = endpoint->transport != TOOL_ACTIVATION ? tool_get_uri (h, endpoint)
                                                  : NULL;
  e->size = nbd_get_size (h);
  for (size_t i = 0; i < NR_FLAGS; i++)
    e->flags[i] = flags[i].ask (h);
  for (size_t i = 0; i < NR_BLOCK_SIZES; i++)
    e->block_sizes[i] = nbd_get_block_size (h, block_sizes[i].type);
}

void
free_export (struct export *e)
{
  free (e->name);
  free (e->description);
  free (e->uri);
  free (e->content);
  free (e->content_error);
  free_strings (&e->contexts);
  *e = (struct export) { .name = NULL };
}

static void
print_text_line (const char *key, const char *value)
{
  if (value == NULL)
    return;
  printf ("\t%s: ", key);
  tool_print_plain (value);
  putchar ('\n');
}

static void
print_size_line (const char *key, int64_t size)
{
  char human[TOOL_SIZE_MAX];
  printf ("\t%s: %" PRIi64, key, size);
  if (size > 0 && size % 1024 == 0)
    printf (" (%s)", tool_human_size (human, size));
  putchar ('\n');
}

static void
print_text_head (const struct export *e)
{
  tool_color (stdout, TOOL_BOLD);
  printf ("export=");
  tool_print_quoted (e->name);
  printf (":\n");
  print_text_line ("description", e->description);
  if (e->size >= 0)
    print_size_line ("export-size", e->size);
  else
    print_text_line ("export-size", "unavailable");
  print_text_line ("content", e->content);
  if (e->content_error != NULL)
    print_text_line ("content: cannot be read", e->content_error);
  print_text_line ("uri", e->uri);
  tool_color_reset (stdout);
}

void
print_export_text (const struct export *e)
{
  print_text_head (e);
  tool_color (stdout, TOOL_GREY);
  if (e->has_contexts)
    printf ("\tcontexts:\n");
  for (size_t i = 0; i < e->contexts.count; i++) {
    printf ("\t\t");
    tool_print_plain (e->contexts.word[i]);
    putchar ('\n');
  }
  for (size_t i = 0; i < NR_FLAGS; i++) {
    int value = e->flags[i];
    if (flags[i].color == YES_OR_NO && value >= 0)
      tool_color (stdout, value ? TOOL_GREEN : TOOL_RED);
    if (value >= 0)
      printf ("\t%s: %s\n", flags[i].key, value ? "true" : "false");
    if (flags[i].color != PLAIN)
      tool_color_reset (stdout);
  }
  for (size_t i = 0; i < NR_BLOCK_SIZES; i++)
    if (e->block_sizes[i] > 0)
      print_size_line (block_sizes[i].key, e->block_sizes[i]);
}

static void
print_json_member (const char *key, const char *value)
{
  if (value == NULL)
    return;
  printf ("\t\"%s\": ", key);
  tool_print_quoted (value);
  printf (",\n");
}

static void
print_json_contexts (const struct export *e)
{
  if (!e->has_contexts)
    return;
  printf ("\t\"contexts\": [\n");
  for (size_t i = 0; i < e->contexts.count; i++) {
    printf ("\t\t");
    tool_print_quoted (e->contexts.word[i]);
    printf ("%s\n", i + 1 < e->contexts.count ? "," : "");
  }
  printf ("\t],\n");
}

void
print_export_json (const struct export *e)
{
  printf ("\t{\n");
  print_json_member ("export-name", e->name);
  print_json_member ("description", e->description);
  print_json_member ("content", e->content);
  print_json_member ("content-error", e->content_error);
  print_json_member ("uri", e->uri);

  print_json_contexts (e);
  for (size_t i = 0; i < NR_FLAGS; i++)
    if (e->flags[i] >= 0)
      printf ("\t\"%s\": %s,\n", flags[i].key,
              e->flags[i] ? "true" : "false");
  for (size_t i = 0; i < NR_BLOCK_SIZES; i++)
    if (e->block_sizes[i] > 0)
      printf ("\t\"%s\": %" PRIi64 ",\n", block_sizes[i].key,
              e->block_sizes[i]);

  char human[TOOL_SIZE_MAX] = "unavailable";
  if (e->size >= 0) {
    printf ("\t\"export-size\": %" PRIi64 ",\n", e->size);
    tool_human_size (human, e->size);
  }
  printf ("\t\"export-size-str\": \"%s\"\n\t}", human);
}
