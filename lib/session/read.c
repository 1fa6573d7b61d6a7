/* SPDX-License-Identifier: MIT */
/* Placing the data of a read.
 *
 * Each read has one mark: every byte of the program's buffer before it was
 * filled or cleared.  So overlapping or missing chunks never leave old
 * memory visible, and the buffer need not be cleared in advance. */

#include "session/session.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Check that a content chunk lies inside the request; otherwise it would be
 * written outside the program's buffer. */
int
nbdi_check_read_range (const struct nbdi_command *c, uint64_t offset,
                       uint64_t length)
{
  if (length == 0 || offset < c->offset || offset - c->offset >= c->count
      || length > c->count - (offset - c->offset)) {
    nbdi_error (0,
                "reply chunk: %" PRIu64 " bytes at offset %" PRIu64
                " are outside the read of %" PRIu64 " bytes at %" PRIu64,
                length, offset, c->count, c->offset);
    return -1;
  }
  return 0;
}

/* Whether the reply may have this chunk as well.  Chunks must not overlap,
 * so those of a reply never have more bytes than were asked for.  Each
 * chunk costs a clearing or a callback, so their number must have a limit. */
bool
nbdi_read_has_room (struct nbdi_session *s, struct nbdi_command *c,
                    uint64_t length)
{
  if (likely (length <= c->count - c->received))
    return true;
  nbdi_fail_command (s, c, EPROTO,
                     "the reply holds more than the %" PRIu64
                     " bytes that were asked for at offset %" PRIu64,
                     c->count, c->offset);
  return false;
}

static void
clear (struct nbdi_command *c, uint64_t from, uint64_t to)
{
  if (from < to)
    memset (c->data + from, 0, to - from);
}

/* Data will be placed from `start` on: clear what is before it. */
void
nbdi_read_begin (struct nbdi_command *c, uint64_t start)
{
  if (start > c->mark) {
    if (c->initialize)
      clear (c, c->mark, start);
    c->mark = start;
  }
}

/* The data is in place. */
void
nbdi_read_end (struct nbdi_command *c, uint64_t start, uint64_t length)
{
  if (start + length > c->mark)
    c->mark = start + length;
  c->received += length;
}

void
nbdi_read_hole (struct nbdi_command *c, uint64_t start, uint64_t length)
{
  nbdi_read_begin (c, start);
  clear (c, start, start + length);
  nbdi_read_end (c, start, length);
}

/* The reply is complete, or will never come: clear what was not filled. */
void
nbdi_read_finish (struct nbdi_session *s, struct nbdi_command *c)
{
  if (unlikely (c->error == 0 && c->received != c->count))
    nbdi_fail_command (s, c, EPROTO,
                       "the reply holds %" PRIu64 " bytes, but "
                       "%" PRIu64 " were asked for at offset %" PRIu64,
                       c->received, c->count, c->offset);
  if (c->initialize)
    clear (c, c->mark, c->count);
  c->mark = c->count;
}

static void
call_chunk (struct nbdi_session *s, struct nbdi_command *c, const void *p,
            uint64_t length, uint64_t offset, unsigned status, int error)
{
  if (c->chunk.callback == NULL)
    return;
  if (NBDI_CALLBACK (c->chunk.callback (c->chunk.user_data, p, length, offset,
                                        status, &error))
      == -1)
    nbdi_fail_command (s, c, error ? error : EPROTO,
                       "the chunk callback returned -1 for %" PRIu64
                       " bytes at offset %" PRIu64,
                       length, offset);
}

/* Call the chunk callback for a piece of the program's buffer. */
void
nbdi_call_chunk (struct nbdi_session *s, struct nbdi_command *c,
                 uint64_t start, uint64_t length, unsigned status)
{
  call_chunk (s, c, c->data + start, length, c->offset + start, status,
              c->error);
}

/* Tell the program which offset could not be read, once for each. */
void
nbdi_call_error_chunk (struct nbdi_session *s, struct nbdi_command *c,
                       uint64_t offset, int error)
{
  if (nbdi_gets_data (c->type) && c->nr_told++ < c->count)
    call_chunk (s, c, c->data + (offset - c->offset), 0, offset,
                LIBNBD_READ_ERROR, error);
}
