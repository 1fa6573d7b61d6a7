/* SPDX-License-Identifier: MIT */
/* Reading extents that have data, ahead of what is printed. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "extents.h"
#include "nbddump.h"

#define READS 16
#define READ_BYTES (512 * 1024)

/* A piece of the range, in a ring: it is being read, or known to be zero. */
struct piece {
  uint64_t offset;
  uint64_t length; /* to print */
  size_t skip;     /* bytes before OFFSET that alignment has added */
  int64_t cookie;  /* of the read; -1 for zeroes */
  unsigned char *data;
};

static struct {
  struct nbd_handle *h;
  uint64_t from, to; /* the range to print */
  uint64_t size;     /* of the disk */
  uint64_t align;    /* offsets and lengths of requests are multiples of it */
  uint64_t read_bytes;
  struct piece ring[READS];
  size_t first, count;
} reader;

/* Wait for the oldest piece, print it, and free its place in the ring. */
static void
print_first (void)
{
  struct piece *piece = &reader.ring[reader.first];
  while (piece->cookie != -1) {
    int r = nbd_aio_command_completed (reader.h, piece->cookie);
    if (r == -1)
      tool_fail ("%" PRIu64 " bytes at offset %" PRIu64 ": %s", piece->length,
                 piece->offset, tool_nbd_error ());
    if (r == 1)
      break;
    fflush (stdout);
    if (tool_poll (reader.h, -1) == -1)
      tool_nbd_fail (NULL);
  }
  tool_check_signal ();
  if (piece->cookie == -1)
    rows_add_zeroes (piece->length);
  else
    rows_add (piece->data + piece->skip, piece->length);
  if (ferror (stdout))
    tool_output_failed (0);
  reader.first = (reader.first + 1) % READS;
  reader.count--;
}

static struct piece *
new_piece (uint64_t offset, uint64_t length)
{
  if (reader.count == READS)
    print_first ();
  size_t n = (reader.first + reader.count++) % READS;
  struct piece *piece = &reader.ring[n];
  piece->offset = offset;
  piece->length = length;
  piece->cookie = -1;
  return piece;
}

/* The end of the block that contains the byte before OFFSET. */
static uint64_t
round_up (uint64_t offset)
{
  offset += (reader.align - offset % reader.align) % reader.align;
  return offset < reader.size ? offset : reader.size;
}

/* Start to read a piece, in whole blocks. */
static void
start_read (uint64_t offset, uint64_t length)
{
  struct piece *piece = new_piece (offset, length);
  if (piece->data == NULL)
    piece->data = tool_alloc (reader.read_bytes);
  piece->skip = offset % reader.align;
  uint64_t begin = offset - piece->skip;
  piece->cookie = nbd_aio_pread (reader.h, piece->data,
                                 round_up (offset + length) - begin, begin,
                                 NBD_NULL_COMPLETION, 0);
  if (piece->cookie == -1)
    tool_nbd_fail (NULL);
}

static int
take_extent (void *opaque, uint64_t offset, uint64_t length, uint64_t type)
{
  (void) opaque;
  uint64_t end = offset + length;
  if (end > reader.to)
    end = reader.to;
  if (offset < reader.from)
    offset = reader.from;
  length = end > offset ? end - offset : 0;
  if (length == 0)
    return 0;
  if (type & LIBNBD_STATE_ZERO) {
    new_piece (offset, length);
    return 0;
  }
  while (length > 0) {
    uint64_t n = reader.read_bytes - offset % reader.align;
    if (n > length)
      n = length;
    start_read (offset, n);
    offset += n;
    length -= n;
  }
  return 0;
}

/* Read a range whose block status is unknown, after a message for the first
 * one. */
static int
take_unknown (void *opaque, uint64_t offset, uint64_t length, const char *why)
{
  static bool told;
  if (!told)
    tool_error ("reading all of %" PRIu64 " bytes at offset %" PRIu64
                ", since the server cannot tell whether they hold data: %s",
                length, offset, why);
  told = true;
  return take_extent (opaque, offset, length, 0);
}

/* Set the limits of requests for this server. */
static void
ask_limits (struct nbd_handle *h)
{
  reader.size = nbd_get_size (h);
  int64_t align = nbd_get_block_size (h, LIBNBD_SIZE_MINIMUM);
  int64_t most = nbd_get_block_size (h, LIBNBD_SIZE_MAXIMUM);
  reader.h = h;
  reader.align = align > 0 ? align : 1;
  reader.read_bytes = READ_BYTES;
  if (most > 0 && most < READ_BYTES)
    reader.read_bytes = most;
  reader.read_bytes -= reader.read_bytes % reader.align;
  if (reader.read_bytes == 0)
    reader.read_bytes = reader.align;
}

void
fetch (struct nbd_handle *h, uint64_t offset, uint64_t length)
{
  const char *context = LIBNBD_CONTEXT_BASE_ALLOCATION;
  ask_limits (h);
  reader.from = offset;
  reader.to = offset + length;
  if (nbd_can_meta_context (h, context) == 1) {
    uint64_t begin = offset - offset % reader.align;
    struct tool_extents extents = {
      .h = h,
      .context = context,
      .offset = begin,
      .length = round_up (reader.to) - begin,
      .extent = take_extent,
      .unknown = take_unknown,
    };
    tool_each_extent (&extents);
  }
  else
    take_extent (NULL, offset, length, 0);
  while (reader.count > 0)
    print_first ();
  for (size_t i = 0; i < READS; i++)
    free (reader.ring[i].data);
}
