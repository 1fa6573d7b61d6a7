/* SPDX-License-Identifier: MIT */
/* The extents of an export, one by one or added up by their type. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "extents.h"
#include "nbdinfo.h"

/* A limit, since a server may send any number of types. */
#define MAX_TYPES 100000

/* For so many unknown ranges the reasons are printed. */
#define MAX_REASONS 10

struct total {
  uint64_t type, size;
};

static struct map {
  const char *context;
  bool json;
  bool in_array;        /* a JSON array was begun, not ended */
  bool has_elements;    /* the array is not empty */
  uint64_t size;        /* of the export */
  struct total *totals; /* sorted by type */
  size_t count, allocated;
  uint64_t unknown; /* bytes whose type is unknown */
  size_t unknown_ranges;
} map;

/* The meaning of a type; NULL if it is not known. */
static const char *
describe (uint64_t type)
{
  static char text[48];
  static const char *const allocation[] = {
    "data",
    "hole",
    "zero",
    "hole,zero",
  };
  if (strcmp (map.context, LIBNBD_CONTEXT_BASE_ALLOCATION) == 0)
    return type < 4 ? allocation[type] : NULL;
  if (strncmp (map.context, "qemu:dirty-bitmap:", 18) == 0)
    return type == 0 ? "clean" : type == 1 ? "dirty" : NULL;
  if (strcmp (map.context, "qemu:allocation-depth") != 0)
    return NULL;
  if (type < 2)
    return type == 0 ? "absent" : "local";
  snprintf (text, sizeof text, "backing depth %" PRIu64, type);
  return text;
}

/* Begin the colour for what a type means; false if it has none. */
static bool
begin_color (const char *text)
{
  if (text == NULL || !tool_colors ())
    return false;
  if (strcmp (text, "data") == 0)
    tool_color (stdout, TOOL_BOLD);
  else if (strcmp (text, "clean") == 0)
    tool_color (stdout, TOOL_GREEN);
  else if (strcmp (text, "dirty") == 0 || strcmp (text, "unknown") == 0)
    tool_color (stdout, TOOL_RED);
  else if (strcmp (text, "local") == 0) {
    tool_color (stdout, TOOL_WHITE);
    tool_color (stdout, TOOL_ON_BLACK);
  }
  else if (strncmp (text, "backing", 7) == 0)
    tool_color (stdout, TOOL_ON_GREY);
  else
    return false;
  return true;
}

/* End the array; this is also called at the end of the program, so that the
 * output is JSON even if the walk over the extents fails. */
static void
end_array (void)
{
  if (map.in_array)
    printf ("\n]\n");
  map.in_array = false;
}

static void
begin_array (void)
{
  if (!map.json)
    return;
  printf ("[\n");
  map.in_array = true;
  tool_at_end (end_array);
}

static void
print_comma (void)
{
  if (map.has_elements)
    printf (",\n");
  map.has_elements = true;
}

/* A type as the output has it. */
struct type {
  char number[TOOL_SIZE_MAX];
  const char *text; /* what it means, or NULL */
};

static struct type
known_type (uint64_t type)
{
  struct type t = { .text = describe (type) };
  snprintf (t.number, sizeof t.number, "%" PRIu64, type);
  return t;
}

static struct type
unknown_type (void)
{
  struct type t = { .text = "unknown" };
  strcpy (t.number, map.json ? "null" : "?");
  return t;
}

static void
print_row (uint64_t offset, uint64_t length, struct type type)
{
  tool_progress_hide ();
  if (map.json) {
    print_comma ();
    printf ("{ \"offset\": %" PRIu64 ", \"length\": %" PRIu64
            ", \"type\": %s",
            offset, length, type.number);
    if (type.text)
      printf (", \"description\": \"%s\"", type.text);
    putchar ('}');
  }
  else {
    bool color = begin_color (type.text);
    printf ("%10" PRIu64 "  %10" PRIu64 "  %3s%s%s", offset, length,
            type.number, type.text ? "  " : "", type.text ? type.text : "");
    if (color)
      tool_color_reset (stdout);
    putchar ('\n');
  }
  /* The reader has gone away, or the disk is full. */
  if (ferror (stdout))
    tool_output_failed (0);
}

static int
print_extent (void *opaque, uint64_t offset, uint64_t length, uint64_t type)
{
  (void) opaque;
  print_row (offset, length, known_type (type));
  return 0;
}

/* Count a range whose status is unknown, and print why. */
static int
add_unknown (void *opaque, uint64_t offset, uint64_t length, const char *why)
{
  (void) opaque;
  map.unknown += length;
  if (++map.unknown_ranges <= MAX_REASONS)
    tool_error ("%s of %" PRIu64 " bytes at offset %" PRIu64
                " is unknown: %s",
                map.context, length, offset, why);
  return 0;
}

static int
print_unknown (void *opaque, uint64_t offset, uint64_t length,
               const char *why)
{
  add_unknown (opaque, offset, length, why);
  print_row (offset, length, unknown_type ());
  return 0;
}

static int
add_extent (void *opaque, uint64_t offset, uint64_t length, uint64_t type)
{
  (void) opaque;
  (void) offset;
  size_t low = 0, high = map.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (map.totals[middle].type < type)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == map.count || map.totals[low].type != type) {
    if (map.count == MAX_TYPES)
      tool_fail ("--totals: context %s has more than %d types of extents",
                 map.context, MAX_TYPES);
    if (map.count == map.allocated) {
      map.allocated = 2 * map.allocated + 16;
      map.totals = realloc (map.totals, map.allocated * sizeof map.totals[0]);
      if (map.totals == NULL)
        tool_fail ("out of memory");
    }
    memmove (&map.totals[low + 1], &map.totals[low],
             (map.count++ - low) * sizeof map.totals[0]);
    map.totals[low] = (struct total) { .type = type };
  }
  map.totals[low].size += length;
  return 0;
}

static void
print_total (uint64_t size, struct type type)
{
  double percent = 100.0 * size / map.size;
  if (map.json) {
    print_comma ();
    printf ("{ \"size\": %" PRIu64 ", \"percent\": %g, \"type\": %s", size,
            percent, type.number);
    if (type.text)
      printf (", \"description\": \"%s\"", type.text);
    printf (" }");
  }
  else {
    bool color = begin_color (type.text);
    printf ("%10" PRIu64 " %5.1f%% %3s%s%s", size, percent, type.number,
            type.text ? " " : "", type.text ? type.text : "");
    if (color)
      tool_color_reset (stdout);
    putchar ('\n');
  }
}

static void
print_totals (struct tool_extents *extents)
{
  extents->extent = add_extent;
  extents->unknown = add_unknown;
  if (map.size > 0)
    tool_each_extent (extents);
  else if (map.json) {
    printf ("[]\n");
    return;
  }
  tool_progress_end ();
  begin_array ();
  for (size_t i = 0; i < map.count; i++)
    print_total (map.totals[i].size, known_type (map.totals[i].type));
  if (map.unknown > 0)
    print_total (map.unknown, unknown_type ());
  free (map.totals);
}

static void
print_extents (struct tool_extents *extents)
{
  extents->extent = print_extent;
  extents->unknown = print_unknown;
  begin_array ();
  if (map.size > 0)
    tool_each_extent (extents);
  tool_progress_end ();
}

/* End the output, and return the exit status. */
static int
end_map (void)
{
  end_array ();
  if (map.unknown_ranges > MAX_REASONS)
    tool_error ("%s of %zu further ranges is unknown", map.context,
                map.unknown_ranges - MAX_REASONS);
  return map.unknown_ranges > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
print_map (const struct tool_endpoint *endpoint, const char *context,
           bool totals, bool json)
{
  struct nbd_handle *h = reach_export (endpoint, context);
  must_begin_transmission (h, endpoint);
  int r = nbd_can_meta_context (h, context);
  if (r == -1)
    tool_nbd_fail (endpoint->name);
  if (r == 0 && nbd_get_structured_replies_negotiated (h) == 0)
    tool_fail ("--map: the server does not support structured replies, "
               "without which there is no map");
  if (r == 0)
    tool_fail ("--map: the server does not support metadata context \"%s\"; "
               "nbdinfo without --map lists those that it has",
               context);
  int64_t size = nbd_get_size (h);
  if (size == -1)
    tool_nbd_fail (endpoint->name);

  map.context = context;
  map.json = json;
  map.size = size;
  struct tool_extents extents = {
    .h = h,
    .context = context,
    .length = size,
  };
  tool_progress_start ();
  if (totals)
    print_totals (&extents);
  else
    print_extents (&extents);
  int status = end_map ();
  tool_close (h);
  return status;
}
