/* SPDX-License-Identifier: MIT */
/* Sending the queue of requests, many in one call. */

#include "machine/machine.h"
#include "session/finish.h"

#include <errno.h>

/* The most requests in one call. */
#define BATCH 128

/* Add the header of a command and its payload, if there is one, without the
 * first `skip` bytes.  Headers that follow each other share one iovec. */
static int
add_to_batch (struct nbdi_link *l, struct nbdi_command *c, size_t skip,
              struct iovec *iov, int n, uint8_t **head)
{
  uint8_t *start = *head;

  if (!c->begun && nbdi_settles (c->type))
    nbdi_flush_begins (l->session, c);
  struct nbdi_request request = {
    .flags = c->flags,
    .type = c->type,
    .cookie = nbdi_wire_cookie (l, c->cookie),
    .offset = c->offset,
    .length = c->filter ? c->wire_length : c->count,
  };

  *head = nbdi_encode_request (start, &request, l->agreed.extended_headers);
  size_t len = *head - start;
  if (skip < len) {
    if (n > 0
        && (uint8_t *) iov[n - 1].iov_base + iov[n - 1].iov_len == start)
      iov[n - 1].iov_len += len;
    else
      iov[n++] = (struct iovec) { start + skip, len - skip };
    skip = 0;
  }
  else
    skip -= len;
  if (c->wire_length > 0) {
    uint8_t *payload = c->filter ? c->filter : c->data;
    iov[n++] = (struct iovec) { payload + skip, c->wire_length - skip };
  }
  return n;
}

/* The bytes of a command on the wire. */
static size_t
wire_size (const struct nbdi_link *l, const struct nbdi_command *c)
{
  return c->wire_length
         + (l->agreed.extended_headers ? NBD_EXTENDED_REQUEST_SIZE
                                       : NBD_REQUEST_SIZE);
}

/* The final reply came.  If the payload is still being sent, the command
 * cannot complete yet: the program's buffer is in use, and the request must
 * be sent completely. */
void
nbdi_answer_command (struct nbdi_link *l, struct nbdi_command *c)
{
  struct nbdi_session *s = l->session;

  if (c->error == 0)
    nbdi_check_reply (s, c);
  c->answered = true;
  if (!c->sent)
    return;
  /* Commands of the library's own do not count. */
  if (l->limit > 0 && !c->internal && --l->limit == 0)
    l->in.stop = true;
  if (unlikely (c->refused) && s->lasting && nbdi_is_patient (l)) {
    nbdi_take_refused_back (l, c);
    return;
  }
  if (unlikely (s->lasting || c->internal) && !nbdi_account_reply (l, c))
    return;
  nbdi_complete_command (s, c);
}

/* The first command of the queue was sent completely. */
static void
first_was_sent (struct nbdi_link *l)
{
  struct nbdi_command *c = l->lane.queue.first;

  l->chunks_sent++;
  if (!nbdi_is_answered (c->type)) {
    l->sending.disconnect = true;
    nbdi_retire_command (l->session, c);
    return;
  }
  nbdi_move_command (c, &l->lane.sent);
  c->begun = c->sent = true;
  if (c->answered)
    nbdi_answer_command (l, c);
}

/* Record that the transport accepted n bytes. */
static void
advance (struct nbdi_link *l, size_t n)
{
  const struct nbdi_list *queue = &l->lane.queue;

  l->bytes_sent += n;
  l->sending.begun += n;
  while (queue->first != NULL
         && l->sending.begun >= wire_size (l, queue->first)) {
    l->sending.begun -= wire_size (l, queue->first);
    first_was_sent (l);
  }
  if (l->sending.begun > 0)
    queue->first->begun = true;
}

/* Sending failed, or the socket is full: keep the transport's error or
 * errno. */
static int
not_sent (struct nbdi_link *l, ssize_t r)
{
  l->sending.lost = r == NBDI_TRANSPORT_LOST;
  if (r == NBDI_TRANSPORT_FAILED || l->sending.lost) {
    l->sending.broken_text = strdup (nbdi_last_text ());
    l->sending.told_errno = nbdi_last_errno ();
  }
  else if (errno == EAGAIN || errno == EWOULDBLOCK) {
    l->sending.full = true;
    return NBDI_IO_WAIT;
  }
  l->sending.broken_errno = errno;
  return NBDI_IO_FAILED;
}

/* Send the queue; returns an NBDI_IO_ result. */
int
nbdi_send_queue (struct nbdi_link *l)
{
  const struct nbdi_list *queue = &l->lane.queue;

  while (queue->first != NULL) {
    uint8_t headers[BATCH * NBD_EXTENDED_REQUEST_SIZE];
    struct iovec iov[2 * BATCH];
    uint8_t *head = headers;
    size_t skip = l->sending.begun, total = 0;
    int n = 0;
    struct nbdi_command *c = queue->first;

    for (int i = 0; c != NULL && i < BATCH; i++, c = c->next) {
      n = add_to_batch (l, c, skip, iov, n, &head);
      skip = 0;
    }
    for (int i = 0; i < n; i++)
      total += iov[i].iov_len;
    ssize_t r = l->channel.transport->send (&l->channel, iov, n);
    if (r < 0)
      return not_sent (l, r);
    advance (l, r);
    if ((size_t) r < total) {
      l->sending.full = true;
      return NBDI_IO_WAIT;
    }
  }
  int r = nbdi_flush_transport (&l->channel);
  if (r != NBDI_IO_READY)
    return not_sent (l, -1);
  l->sending.full = false;
  return NBDI_IO_READY;
}
