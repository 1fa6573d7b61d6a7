/* SPDX-License-Identifier: MIT */

/* URIs, under any policy.  The first bytes are the policy. */

#include "api/uri.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "target.h"

#define PREFIX 2

static int
on_debug (void *opaque, const char *context, const char *msg)
{
  (void) opaque;
  (void) context;
  MUST (strchr (msg, '\n') == NULL);
  return 0;
}

static void
check_name (const char *name)
{
  MUST (name == NULL || (name[0] != '\0' && name[0] != '-'));
}

/* Parameters have only values that the calls for these settings accept. */
static void
check_chosen (const struct nbdi_parameters *chosen)
{
  for (int id = 0; id < NBDI_NR_PARAMETERS; id++)
    if ((chosen->given & UINT32_C (1) << id) != 0)
      MUST (chosen->values[id] >= nbdi_parameters[id].least
            && chosen->values[id] <= nbdi_parameters[id].most);
}

/* Conditions on which the rest of the library relies. */
static void
check_uri (const struct nbdi_settings *policy, const struct nbdi_uri *u)
{
  uint32_t t = u->transport;

  MUST ((t & policy->uri_allow_transports) != 0 && (t & (t - 1)) == 0);
  MUST (u->export_name != NULL && strlen (u->export_name) <= 4096);
  if (policy->uri_allow_tls == LIBNBD_TLS_DISABLE)
    MUST (!u->tls);
  if (policy->uri_allow_tls == LIBNBD_TLS_REQUIRE)
    MUST (u->tls);
  if (!policy->uri_allow_local_file)
    MUST (u->tls_certificates == NULL && u->tls_psk_file == NULL);
  if (!policy->uri_allow_tls_priority)
    MUST (u->tls_priority == NULL);
  if (t == LIBNBD_ALLOW_TRANSPORT_UNIX)
    MUST (u->socket != NULL && u->socket_len > 0);
  if (t == LIBNBD_ALLOW_TRANSPORT_TCP || t == LIBNBD_ALLOW_TRANSPORT_SSH) {
    MUST (u->host != NULL && u->port <= 65535);
    /* It becomes an argument of ssh. */
    check_name (u->host);
  }
  if (t == LIBNBD_ALLOW_TRANSPORT_SSH && u->user != NULL)
    MUST (u->user[0] != '-');
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < PREFIX)
    return -1;
  struct nbd_handle *h = nbd_create ();
  struct nbdi_settings policy = h->session.settings;
  struct nbdi_uri u;
  char *uri = strndup ((const char *) data + PREFIX, size - PREFIX);

  MUST (uri != NULL);
  /* Seeds begin with zeroes, which allow everything. */
  policy.uri_allow_transports = ~data[0] & LIBNBD_ALLOW_TRANSPORT_MASK;
  policy.uri_allow_tls = data[1] & 1   ? LIBNBD_TLS_DISABLE
                         : data[1] & 2 ? LIBNBD_TLS_REQUIRE
                                       : LIBNBD_TLS_ALLOW;
  policy.uri_allow_local_file = !(data[1] & 4);
  policy.uri_allow_tls_priority = !(data[1] & 8);
  nbd_set_debug_callback (h, (nbd_debug_callback) { .callback = on_debug });
  nbd_set_debug (h, !(data[1] & 16));

  int r = nbdi_parse_uri (h, &policy, uri, &u);

  if (r == 0) {
    check_uri (&policy, &u);
    check_chosen (&u.chosen);
    MUST (nbd_is_uri (h, uri) == 1);
  }
  else
    MUST (r == -1 && nbd_get_error () != NULL && nbd_get_errno () != 0);
  nbdi_free_uri (&u);
  free (uri);
  nbd_close (h);
  return 0;
}
