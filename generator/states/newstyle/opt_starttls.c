/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include "tls.h"

#include <errno.h>

/* What was negotiated in the clear could have been anybody's doing, and
 * the server forgets it as well.
 */
static void
forget_negotiation (struct nbd_handle *h)
{
  h->export.structured_replies = false;
  h->export.extended_headers = false;
  nbdi_forget_export (h);
  nbdi_forget_contexts (h);
  h->export.asked = h->export.contexts_asked = false;
}

/* Encrypt the rest of the connection. */
GROUP (NEWSTYLE.OPT_STARTTLS)
  OPTION (NBD_OPT_STARTTLS)
  PHASE (CONNECTING)
  SPEC ("TLS support")

/* The server agreed or not.  What follows the agreement in the clear was
 * not sent by a server that is about to encrypt.
 */
STATE (RECV_PAYLOAD)
  IO (RECV, h->opt.reply.length)
  GOES_TO (HANDSHAKE, ^OPTION_DONE)
{
  const uint8_t *text = nbdi_take (h, h->opt.reply.length);

  if (h->opt.reply.type != NBD_REP_ACK) {
    if (nbdi_option_refused (h, text) == -1)
      return FAILED;
    h->opt.value = 0;
    return NEXT (^OPTION_DONE);
  }
  if (h->export.tls)
    return FAIL (EPROTO, "NBD_OPT_STARTTLS: the server agreed, but TLS is on "
                 "already");
  if (h->in.pos != h->in.end)
    return FAIL (EPROTO, "NBD_OPT_STARTTLS: %zu bytes followed the server's "
                 "agreement in plain text", h->in.end - h->in.pos);
  if (nbdi_tls_start (h) == -1)
    return FAILED;
  return NEXT (HANDSHAKE);
}

/* Go on with the TLS handshake. */
STATE (HANDSHAKE)
  ON (NOTIFY_READ -> HANDSHAKE)
  GOES_TO (HANDSHAKE_SEND, ^OPTION_DONE)
{
  switch (nbdi_tls_handshake (h)) {
  case NBDI_TLS_WANT_READ:
    return WAIT;
  case NBDI_TLS_WANT_WRITE:
    return NEXT (HANDSHAKE_SEND);
  case NBDI_TLS_FAILED:
    return FAILED;
  case NBDI_TLS_DONE:
    break;
  }
  forget_negotiation (h);
  h->export.tls = true;
  nbdi_option_result (h, 1, 0);
  return NEXT (^OPTION_DONE);
}

/* The socket took only a part of what the handshake has to say. */
STATE (HANDSHAKE_SEND)
  ON (NOTIFY_WRITE -> HANDSHAKE)
{
  return WAIT;
}
