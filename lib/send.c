/* SPDX-License-Identifier: MIT */
/* Sending the queue of requests: many in one call. */

#include "internal.h"

#include <errno.h>
#include <string.h>

/* How many requests go into one call at the most. */
#define BATCH 128

/* The header of a command and, when there is one, its payload, less the
 * first `skip` bytes.  Headers that follow each other share one iovec.
 */
static int
add_to_batch (struct nbd_handle *h, struct nbdi_command *c, size_t skip,
              struct iovec *iov, int n, uint8_t **head)
{
  uint8_t *start = *head;
  struct nbdi_request request = {
    .flags = c->flags, .type = c->type, .cookie = c->cookie,
    .offset = c->offset, .length = c->filter ? c->wire_length : c->count,
  };

  *head = nbdi_encode_request (start, &request, h->export.extended_headers);
  size_t len = *head - start;
  if (skip < len) {
    if (n > 0 && (uint8_t *) iov[n-1].iov_base + iov[n-1].iov_len == start)
      iov[n-1].iov_len += len;
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

/* The first command of the queue went out whole. */
static void
first_was_sent (struct nbd_handle *h)
{
  struct nbdi_commands *cmds = &h->cmds;
  struct nbdi_command *c = cmds->queue;

  cmds->queue = c->next;
  cmds->queued--;
  h->chunks_sent++;
  if (c->type == NBD_CMD_DISC) {
    cmds->disconnect_sent = true;
    nbdi_retire_command (h, c);
    return;
  }
  cmds->sent++;
  c->sent = true;
  if (c->answered)
    nbdi_answer_command (h, c);
}

/* Account for n bytes that the transport took. */
static void
advance (struct nbd_handle *h, size_t n)
{
  struct nbdi_commands *cmds = &h->cmds;

  h->bytes_sent += n;
  cmds->queued_bytes -= n;
  cmds->queue_offset += n;
  while (cmds->queue != NULL &&
         cmds->queue_offset >= nbdi_wire_size (h, cmds->queue)) {
    cmds->queue_offset -= nbdi_wire_size (h, cmds->queue);
    first_was_sent (h);
  }
}

/* The transport failed and told why, or errno says so, or that it takes no
 * more for now.
 */
static int
not_sent (struct nbd_handle *h, bool told)
{
  if (told)
    h->broken_text = strdup (nbdi_last_text ());
  else if (errno == EAGAIN || errno == EWOULDBLOCK) {
    h->cmds.full = true;
    return NBDI_IO_WAIT;
  }
  h->broken_errno = errno;
  return NBDI_IO_FAILED;
}

int
nbdi_send_queue (struct nbd_handle *h)
{
  struct nbdi_commands *cmds = &h->cmds;

  while (cmds->queue != NULL) {
    uint8_t headers[BATCH * NBD_EXTENDED_REQUEST_SIZE];
    struct iovec iov[2 * BATCH];
    uint8_t *head = headers;
    size_t skip = cmds->queue_offset, total = 0;
    int n = 0;
    struct nbdi_command *c = cmds->queue;

    for (int i = 0; c != NULL && i < BATCH; i++, c = c->next) {
      n = add_to_batch (h, c, skip, iov, n, &head);
      skip = 0;
    }
    for (int i = 0; i < n; i++)
      total += iov[i].iov_len;
    ssize_t r = h->conn.transport->send (h, iov, n);
    if (r < 0)
      return not_sent (h, r == NBDI_TRANSPORT_FAILED);
    advance (h, r);
    if ((size_t) r < total) {
      cmds->full = true;
      return NBDI_IO_WAIT;
    }
  }
  int r = nbdi_flush_transport (h);
  if (r != NBDI_IO_READY)
    return not_sent (h, false);
  cmds->full = false;
  return NBDI_IO_READY;
}
