/* SPDX-License-Identifier: MIT */
/* The buffers of a link. */

#include "link/link.h"

#include <errno.h>

/* Initialize a link, whose memory must be zero. */
void
nbdi_init_link (struct nbdi_link *l, struct nbdi_session *s,
                struct nbdi_export *told, const struct nbdi_trace *trace)
{
  l->session = s;
  l->next = l;
  l->told = told;
  l->channel.trace = trace;
  l->channel.sock = l->channel.lingering = l->channel.epoll = -1;
  l->reach.listener = l->reach.passed = -1;
  l->in.stop = true;
}

/* Make room for more bytes of the handshake. */
int
nbdi_out_reserve (struct nbdi_link *l, size_t len)
{
  if (nbdi_bytes_reserve (&l->out, len) == 0)
    return 0;
  nbdi_error (errno, "output buffer for %zu bytes", len);
  return -1;
}

/* Free the memory that an idle connection does not need. */
void
nbdi_shrink_buffers (struct nbdi_link *l)
{
  nbdi_bytes_shrink (&l->out);
  if (l->channel.transport && l->channel.transport->shrink)
    l->channel.transport->shrink (&l->channel);
  if (l->in.pos == l->in.end && l->in.cap > NBDI_ROOM_MIN) {
    free (l->in.buf);
    l->in.buf = NULL;
    l->in.cap = l->in.pos = l->in.end = l->in.room = 0;
    l->in.filled = false;
  }
}

/* Free all buffers. */
void
nbdi_free_buffers (struct nbdi_link *l)
{
  free (l->in.buf);
  l->in.buf = NULL;
  l->in.cap = l->in.pos = l->in.end = 0;
  free (l->out.buf);
  memset (&l->out, 0, sizeof l->out);
}

/* Free the extents that were received so far. */
void
nbdi_forget_entries (struct nbdi_link *l)
{
  free (l->reply.entries);
  l->reply.entries = NULL;
  l->reply.entries_size = 0;
}

/* The buffer that a payload is being received into was replaced. */
void
nbdi_move_fill (struct nbdi_link *l, const uint8_t *from, uint8_t *to)
{
  if (l->in.fill_left > 0)
    l->in.fill = to + (l->in.fill - from);
}
