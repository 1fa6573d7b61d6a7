/* SPDX-License-Identifier: MIT
 * Written by generator/generate from generator/api/:
 * make changes there, here they are lost. */

#include "settings.h"

#include <stdlib.h>
#include <string.h>

int
nbdi_default_settings (struct nbdi_settings *s)
{
  memset (s, 0, sizeof *s);
  s->uri_allow_transports = LIBNBD_ALLOW_TRANSPORT_MASK;
  s->uri_allow_tls = LIBNBD_TLS_ALLOW;
  s->tls = LIBNBD_TLS_DISABLE;
  s->tls_verify_peer = true;
  s->export_name = strdup ("");
  s->request_block_size = true;
  s->request_extended_headers = true;
  s->request_structured_replies = true;
  s->handshake_flags = LIBNBD_HANDSHAKE_FLAG_MASK;
  s->pread_initialize = true;
  s->strict_mode = LIBNBD_STRICT_MASK;
  s->request_meta_context = true;
  return s->export_name != NULL ? 0 : -1;
}

void
nbdi_free_settings (struct nbdi_settings *s)
{
  free (s->socket_activation_name);
  free (s->tls_certificates);
  free (s->tls_username);
  free (s->tls_hostname);
  free (s->tls_psk_file);
  free (s->tls_priority);
  free (s->export_name);
}
