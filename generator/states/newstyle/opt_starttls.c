/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>

/* Forget what was negotiated without encryption: an attacker may have
 * changed it, and the server forgets it as well. */
static void
forget_negotiation (struct nbdi_link *l)
{
  l->agreed.structured_replies = false;
  l->agreed.extended_headers = false;
  nbdi_forget_export (l->told);
  nbdi_forget_contexts (l->told);
  l->told->asked = l->told->contexts_asked = false;
}

/* Encrypt the rest of the connection. */
GROUP (NEWSTYLE.OPT_STARTTLS)
  OPTION (NBD_OPT_STARTTLS)
  COMPLETES_WITH (EINVAL, ENOTSUP)
  FAILS_WITH (ENOTSUP)
  SPEC ("TLS support")

/* Find out whether the server agreed.  If unencrypted bytes follow the
 * agreement, an attacker has added them. */
STATE (RECV_PAYLOAD)
  IO (RECV, l->opt.reply.length)
  GOES_TO (HANDSHAKE, ^OPTION_DONE)
{
  const uint8_t *text = nbdi_take (l, l->opt.reply.length);

  if (l->opt.reply.type != NBD_REP_ACK) {
    if (nbdi_option_refused (l, text) == -1)
      return FAILED;
    l->opt.value = 0;
    return NEXT (^OPTION_DONE);
  }
  if (l->agreed.tls)
    return FAIL (EPROTO, "NBD_OPT_STARTTLS: the server agreed, but TLS is on "
                         "already");
  if (l->in.pos != l->in.end)
    return FAIL (EPROTO,
                 "NBD_OPT_STARTTLS: %u bytes followed the server's "
                 "agreement in plain text",
                 l->in.end - l->in.pos);
  if (nbdi_tls_start (&l->channel, l->reach.host, &s->settings) == -1)
    return FAILED;
  return NEXT (HANDSHAKE);
}

/* Go on with the TLS handshake. */
STATE (HANDSHAKE)
  ON (NOTIFY_READ -> HANDSHAKE)
  GOES_TO (HANDSHAKE_SEND, ^OPTION_DONE)
{
  switch (nbdi_tls_handshake (&l->channel)) {
  case NBDI_TLS_WANT_READ: return WAIT;
  case NBDI_TLS_WANT_WRITE: return NEXT (HANDSHAKE_SEND);
  case NBDI_TLS_LOST: return GONE;
  case NBDI_TLS_FAILED: return FAILED;
  case NBDI_TLS_DONE: break;
  }
  forget_negotiation (l);
  l->agreed.tls = true;
  nbdi_option_result (l, 1, 0);
  return NEXT (^OPTION_DONE);
}

/* Wait for room in the socket for the rest of a TLS handshake message. */
STATE (HANDSHAKE_SEND)
  ON (NOTIFY_WRITE -> HANDSHAKE)
{
  return WAIT;
}
