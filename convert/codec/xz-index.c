/* SPDX-License-Identifier: MIT */
/* Find the blocks of an xz file, from the indexes at the ends of its streams.
 *
 * Streams are found from the last to the first. lzma_file_info_decoder is not
 * used: liblzma has it since 5.4 only, and its time grows with the square of
 * the number of streams.
 *
 * The claims of an index are checked: it cannot have more blocks than fit
 * into it, nor more stored bytes than the file has before it, nor more
 * decoded bytes than LZMA2 can make of these.  During the search an index
 * takes 16 bytes for each block, and a stream takes about 600 bytes.  Files
 * with more than MOST_PARTS blocks or more than MOST_STREAMS streams are
 * decoded in order. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "tool.h"

#include "codec/peek.h"
#include "codec/xz.h"

#define MOST_STREAMS 65536
/* The most padding behind a stream that is skipped. */
#define MOST_PADDING (UINT64_C (1) << 20)
/* LZMA2 makes at most 2 MiB of ten bytes. */
#define MOST_DECODED_SHIFT 18
#define HEADER LZMA_STREAM_HEADER_SIZE /* the footer has the same size */
#define WINDOW (64u * 1024)

struct stream {
  lzma_index *index;
  uint64_t at;
  lzma_check check;
};

struct search {
  struct input *in;
  char **why;
  uint64_t end;           /* everything from here on was searched */
  struct stream *streams; /* the last one of the file first */
  size_t count, room;
  uint64_t blocks;
  uint64_t window_at;
  size_t window_length;
  unsigned char window[WINDOW];
};

/* A footer, and the place of the index before it. */
struct tail {
  uint64_t footer_at, index_at;
  lzma_stream_flags footer;
};

/* ---- reading backwards ---- */

/* Returns LENGTH bytes, at most WINDOW, valid until the next call, or NULL
 * with *WHY.  The bytes before them are read as well, because they are needed
 * next. */
static const unsigned char *
look_at (struct search *s, uint64_t at, size_t length)
{
  uint64_t end = at + length;

  if (at < s->window_at || end > s->window_at + s->window_length) {
    s->window_length = 0;
    s->window_at = end < WINDOW ? 0 : end - WINDOW;

    size_t n = end - s->window_at;

    if (read_all (s->in, s->window, n, s->window_at, s->why) == -1)
      return NULL;
    s->window_length = n;
  }
  return s->window + (at - s->window_at);
}

/* Set *WHY to what is wrong with the thing at this offset and return
 * PARTS_BROKEN. */
static enum found
broken (struct search *s, const char *what, uint64_t at, const char *how)
{
  *s->why = tool_format ("the %s at byte %" PRIu64 " %s", what, at, how);
  return PARTS_BROKEN;
}

/* ---- one stream.  Each function returns PARTS_FOUND to go on.  ---- */

static enum found
skip_padding (struct search *s)
{
  uint64_t from = s->end;

  for (; s->end >= 4; s->end -= 4) {
    const unsigned char *p = look_at (s, s->end - 4, 4);

    if (p == NULL)
      return PARTS_BROKEN;
    if (memcmp (p, "\0\0\0", 4) != 0)
      break;
    if (from - s->end > MOST_PADDING)
      return PARTS_NONE;
  }
  return PARTS_FOUND;
}

/* Turn liblzma's result for a header or footer into ours. */
static enum found
check_flags (struct search *s, lzma_ret r, const char *what, uint64_t at,
             const char *if_none)
{
  switch (r) {
  case LZMA_OK: return PARTS_FOUND;
  case LZMA_FORMAT_ERROR: return broken (s, what, at, if_none);
  case LZMA_OPTIONS_ERROR:
    return broken (s, what, at, "uses what this liblzma does not know");
  default: return broken (s, what, at, "is damaged");
  }
}

static enum found
find_footer (struct search *s, struct tail *t)
{
  if (s->end < 2 * HEADER + LZMA_BACKWARD_SIZE_MIN) {
    *s->why = tool_format ("it is truncated: no stream of xz ends at "
                           "byte %" PRIu64,
                           s->end);
    return PARTS_BROKEN;
  }
  t->footer_at = s->end - HEADER;

  const unsigned char *p = look_at (s, t->footer_at, HEADER);

  if (p == NULL)
    return PARTS_BROKEN;

  enum found found = check_flags (
    s, lzma_stream_footer_decode (&t->footer, p), "footer", t->footer_at,
    "is missing: the file is truncated, or something else "
    "than xz follows");

  if (found != PARTS_FOUND)
    return found;
  if (t->footer.backward_size > t->footer_at - HEADER)
    return broken (s, "footer", t->footer_at,
                   "says that the index is larger than all before it");
  t->index_at = t->footer_at - t->footer.backward_size;
  return PARTS_FOUND;
}

/* Give all of the index to liblzma. */
static lzma_ret
decode_index (struct search *s, const struct tail *t, lzma_stream *strm)
{
  lzma_ret r = LZMA_OK;

  for (uint64_t at = t->index_at; at < t->footer_at && r == LZMA_OK;) {
    size_t n = MIN (t->footer_at - at, WINDOW);

    strm->next_in = look_at (s, at, n);
    if (strm->next_in == NULL)
      return LZMA_PROG_ERROR;
    strm->avail_in = n;
    r = lzma_code (strm, LZMA_RUN);
    at += n;
  }
  /* The index must have the size that the footer says. */
  if (r == LZMA_STREAM_END && strm->total_in != t->footer.backward_size)
    r = LZMA_DATA_ERROR;
  return r;
}

static enum found
find_index (struct search *s, const struct tail *t, lzma_index **index)
{
  /* A block takes at least two bytes of the index. */
  uint64_t fit = t->footer.backward_size / 2;
  uint64_t most = MOST_PARTS - s->blocks;
  lzma_stream strm = LZMA_STREAM_INIT;
  lzma_ret r = lzma_index_decoder (&strm, index,
                                   lzma_index_memusage (1, MIN (fit, most)));

  if (r == LZMA_OK)
    r = decode_index (s, t, &strm);
  lzma_end (&strm);
  if (r == LZMA_STREAM_END)
    return PARTS_FOUND;
  if (*s->why != NULL)
    return PARTS_BROKEN;
  if (r == LZMA_MEMLIMIT_ERROR && fit > most)
    return PARTS_NONE;
  if (r == LZMA_MEMLIMIT_ERROR)
    return broken (s, "index", t->index_at,
                   "claims more blocks than it has room for");
  if (r == LZMA_MEM_ERROR)
    return broken (s, "index", t->index_at,
                   "cannot be read: there is not enough memory");
  return broken (s, "index", t->index_at, "is damaged");
}

/* Find the header of the stream, at the place that the index implies. */
static enum found
find_header (struct search *s, const struct tail *t, struct stream *stream)
{
  uint64_t stored = lzma_index_total_size (stream->index);
  lzma_stream_flags header;

  if (stored > t->index_at - HEADER)
    return broken (s, "index", t->index_at,
                   "says that its blocks have more bytes than are before it");
  stream->at = t->index_at - HEADER - stored;

  const unsigned char *p = look_at (s, stream->at, HEADER);

  if (p == NULL)
    return PARTS_BROKEN;

  enum found found = check_flags (
    s, lzma_stream_header_decode (&header, p), "header", stream->at,
    "is missing: the index behind it says that a stream "
    "begins there");

  if (found == PARTS_FOUND
      && lzma_stream_flags_compare (&header, &t->footer) != LZMA_OK)
    return broken (s, "header", stream->at, "contradicts the footer");
  stream->check = t->footer.check;
  return found;
}

static enum found
add_stream (struct search *s, const struct stream *stream)
{
  if (s->count == s->room) {
    size_t room = s->room > 0 ? 2 * s->room : 1;
    struct stream *streams = realloc (s->streams, room * sizeof *streams);

    if (streams == NULL) {
      lzma_index_end (stream->index, NULL);
      return PARTS_NONE;
    }
    s->streams = streams;
    s->room = room;
  }
  s->streams[s->count++] = *stream;
  s->blocks += lzma_index_block_count (stream->index);
  s->end = stream->at;
  return s->count > MOST_STREAMS ? PARTS_NONE : PARTS_FOUND;
}

static enum found
find_stream (struct search *s)
{
  struct stream stream = { .index = NULL };
  struct tail t;
  enum found found = skip_padding (s);

  if (found == PARTS_FOUND)
    found = find_footer (s, &t);
  if (found == PARTS_FOUND)
    found = find_index (s, &t, &stream.index);
  if (found == PARTS_FOUND)
    found = find_header (s, &t, &stream);
  if (found == PARTS_FOUND)
    found = add_stream (s, &stream);
  else
    lzma_index_end (stream.index, NULL);
  return found;
}

/* ---- all blocks ---- */

/* Add the blocks of one stream.  PARTS_NONE: one of them cannot be a part. */
static enum found
add_blocks (struct search *s, const struct stream *stream,
            struct parts *parts)
{
  enum found found = PARTS_FOUND;
  lzma_index_iter it;

  lzma_index_iter_init (&it, stream->index);
  while (!lzma_index_iter_next (&it, LZMA_INDEX_ITER_BLOCK)) {
    const struct part part = {
      .stored_at = stream->at + it.block.compressed_file_offset,
      .stored = it.block.total_size,
      .at = parts->size,
      .size = it.block.uncompressed_size,
      .kind = XZ_KIND (stream->check,
                       it.block.total_size - it.block.unpadded_size),
    };

    if (part.size >> MOST_DECODED_SHIFT > part.stored
        || part.size > INT64_MAX - parts->size)
      return broken (s, "block", part.stored_at,
                     "is larger in the index than what its stored bytes can "
                     "hold");
    /* An empty block cannot be a part, and so would not be checked. */
    if (part.size == 0 || part.size > LARGEST_PART)
      found = PARTS_NONE;
    if (found != PARTS_FOUND)
      parts->size += part.size;
    else if (!parts_add (parts, &part))
      return broken (s, "block", part.stored_at,
                     "cannot be added to the list: there is not enough "
                     "memory");
  }
  return found;
}

/* For decoding in order, only the size is kept. */
static enum found
leave_size (struct parts *parts)
{
  uint64_t size = parts->size;

  parts_free (parts);
  parts->size = size;
  return PARTS_NONE;
}

static enum found
make_parts (struct search *s, struct parts *parts)
{
  bool in_order = s->blocks < 2;

  for (size_t i = s->count; i > 0; i--) {
    enum found found = add_blocks (s, &s->streams[i - 1], parts);

    if (found == PARTS_BROKEN)
      return found;
    in_order |= found == PARTS_NONE;
  }
  return in_order ? leave_size (parts) : PARTS_FOUND;
}

enum found
xz_find_parts (struct input *in, struct parts *parts, char **why)
{
  struct search *s = in->size != UNKNOWN ? calloc (1, sizeof *s) : NULL;
  enum found found = PARTS_FOUND;

  if (s == NULL)
    return PARTS_NONE;
  s->in = in;
  s->why = why;
  s->end = in->size;
  do
    found = find_stream (s);
  while (found == PARTS_FOUND && s->end > 0);
  if (found == PARTS_FOUND)
    found = make_parts (s, parts);
  for (size_t i = 0; i < s->count; i++)
    lzma_index_end (s->streams[i].index, NULL);
  free (s->streams);
  free (s);
  return found;
}
