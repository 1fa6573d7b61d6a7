/* SPDX-License-Identifier: MIT */
/* The common main function of nbddiscard and nbdzero. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "discard.h"

enum { FAST_ZERO = TOOL_FIRST, ALLOCATE };

const struct tool_option discard_options[] = {
  { 'c', "check", NULL, "change nothing: exit with 0 if there is no data" },
  { FAST_ZERO, "fast-zero", NULL,
    "zero, but only if the server can do it "
    "fast" },
  { ALLOCATE, "allocate", NULL, "zero, and keep the space allocated" },
  { 'l', "length", "SIZE", "this many bytes, such as 64K (to the end)" },
  { 'o', "offset", "SIZE", "from this byte on, such as 1M (0)" },
  { 'q', "quiet", NULL, "print no warnings" },
  { 'v', "verbose", NULL, "print what happens, and debug messages" },
  { 'y', "yes", NULL, "do not ask first" },
  { 'z', "zero", NULL, "zero instead of discarding" },
  TOOL_SHORT_HELP_ROW,
  TOOL_STAYING_ROWS,
  TOOL_CONNECTIONS_ROW,
  TOOL_VERSION_ROW,
  { 0 },
};

static void
take_options (struct wish *wish)
{
  int id;

  while ((id = tool_next_option ()) != -1) {
    switch (id) {
    case 'c': wish->check = true; break;
    case 'l': wish->length = tool_size_argument ("--length", optarg); break;
    case 'o': wish->offset = tool_size_argument ("--offset", optarg); break;
    case 'q': wish->quiet = true; break;
    case 'v': wish->verbose = true; break;
    case 'y': wish->yes = true; break;
    case 'z': wish->zero = true; break;
    case FAST_ZERO: wish->zero = wish->fast = true; break;
    case ALLOCATE: wish->zero = wish->allocate = true; break;
    }
  }
}

/* The answer of a call such as nbd_can_trim; if it failed the tool fails. */
static bool
can (int answer)
{
  if (answer == -1)
    tool_nbd_fail (NULL);
  return answer == 1;
}

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  const struct wish *wish = opaque;

  if (wish->verbose)
    nbd_set_debug (h, true);
  return wish->check
           ? nbd_add_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION)
           : 0;
}

/* Whether the server supports block status. */
static bool
has_map (struct nbd_handle *h)
{
  return nbd_can_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION) == 1;
}

static struct nbd_handle *
connect_to (const struct tool_endpoint *server, const struct wish *wish)
{
  struct nbd_handle *h = tool_create (NULL, prepare, wish);

  if (tool_connect (&h, server) == -1)
    tool_nbd_fail (server->name);
  if (wish->verbose) {
    bool extended = can (nbd_get_extended_headers_negotiated (h));
    printf ("extended headers = %s\n", extended ? "true" : "false");
    if (wish->check)
      printf ("block status = %s\n", has_map (h) ? "true" : "false");
  }
  return h;
}

/* The tool fails unless the server supports what was asked for. */
static void
require_support (struct nbd_handle *h, const struct tool_endpoint *server,
                 const struct wish *wish)
{
  if (wish->check) {
    if (!has_map (h))
      tool_fail ("%s: the server does not support block status, so --check "
                 "cannot find out where there is data",
                 server->name);
    return;
  }
  if (can (nbd_is_read_only (h)))
    tool_fail ("%s: the export is read-only", server->name);
  if (!wish->zero && !can (nbd_can_trim (h)))
    tool_fail ("%s: the server does not support discarding (trim); "
               "--zero may be possible",
               server->name);
  if (wish->zero && !can (nbd_can_zero (h)))
    tool_fail ("%s: the server does not support zeroing (write zeroes)",
               server->name);
  if (wish->fast && !can (nbd_can_fast_zero (h)))
    tool_fail ("%s: the server does not support fast zeroing", server->name);
}

/* The range of the export that --offset and --length choose.  It is empty if
 * the offset is behind the end. */
static struct range
find_range (struct nbd_handle *h, const struct wish *wish)
{
  int64_t size = nbd_get_size (h);

  if (size == -1)
    tool_nbd_fail (NULL);
  uint64_t end = (uint64_t) size;
  if (wish->offset >= end) {
    if (!wish->quiet)
      printf ("warning: offset %" PRIu64 " is not before the end of the "
              "export at %" PRIu64 ": nothing to do\n",
              wish->offset, end);
    return (struct range) { end, end };
  }
  if (wish->length != UINT64_MAX) {
    if (wish->length > end - wish->offset) {
      if (!wish->quiet)
        printf ("warning: the range passes the end of the export at %" PRIu64
                ": only the part before the end is used\n",
                end);
    }
    else
      end = wish->offset + wish->length;
  }
  return (struct range) { wish->offset, end };
}

/* Ask the user, and return whether the answer is yes. */
static bool
ask (const struct tool_endpoint *server, struct range range, bool zero)
{
  printf ("%s bytes %" PRIu64 " to %" PRIu64 " of %s (y/N)? ",
          zero ? "Overwrite with zeroes" : "Discard", range.start,
          range.end - 1, server->name);
  fflush (stdout);
  int c = getchar ();
  tool_check_signal ();
  return c == 'y' || c == 'Y';
}

/* Return the whole blocks of the range.  Parts of blocks at its edges are
 * zeroed here.  They cannot be discarded, and discarding guarantees nothing
 * anyway. */
static struct range
whole_blocks (struct nbd_handle *h, struct range range,
              const struct wish *wish)
{
  int64_t block = nbd_get_block_size (h, LIBNBD_SIZE_MINIMUM);

  if (block == -1)
    tool_nbd_fail (NULL);
  if (block <= 1 || (range.start % block == 0 && range.end % block == 0))
    return range;
  if (wish->zero)
    return zero_edges (h, range, block);
  uint64_t first = (range.start + block - 1) / block * block;
  uint64_t last = range.end / block * block;
  if (last < first)
    last = first;
  if (!wish->quiet)
    printf ("warning: the server's blocks have %" PRIi64 " bytes: only bytes "
            "%" PRIu64 " up to %" PRIu64 " are discarded\n",
            block, first, last);
  return (struct range) { first, last };
}

int
discard_main (const struct tool *tool, bool zero, int argc, char **argv)
{
  struct wish wish = { .zero = zero, .length = UINT64_MAX };
  struct tool_endpoint server;

  tool_start (tool, argc, argv);
  take_options (&wish);
  if (tool_arguments ()[0] == NULL)
    tool_fail ("the URI of a server is missing; try --help");
  tool_only_endpoint (tool_arguments (), &server);
  tool_catch_signals ();

  struct nbd_handle *h = connect_to (&server, &wish);
  require_support (h, &server, &wish);
  struct range range = find_range (h, &wish);
  if (range.start == range.end)
    tool_finish (EXIT_SUCCESS);

  if (wish.check) {
    bool clear = check_range (h, range, wish.zero, wish.quiet);
    if (clear && wish.verbose)
      printf ("image is already %s\n", wish.zero ? "zero" : "sparse");
    tool_finish (clear ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  if (!wish.yes && !ask (&server, range, wish.zero)) {
    printf ("operation cancelled\n");
    tool_finish (EXIT_FAILURE);
  }
  range = whole_blocks (h, range, &wish);
  if (range.start < range.end)
    clear_range (h, range, &wish);
  if (can (nbd_can_flush (h))
      && tool_await (h, nbd_aio_flush (h, NBD_NULL_COMPLETION, 0),
                     "nbd_flush")
           == -1)
    tool_nbd_fail (NULL);
  tool_close (h);
  tool_finish (EXIT_SUCCESS);
}
