/* SPDX-License-Identifier: MIT */
/* When a record cannot be made, the handle dies with what GnuTLS says of
 * it, not with the number that stands for any such failure.
 *
 * The linker lets the library's calls come here (-Wl,--wrap).
 */

#include <errno.h>
#include <gnutls/gnutls.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

static bool fails;

extern ssize_t __real_gnutls_record_send (gnutls_session_t session,
                                          const void *p, size_t len);
extern ssize_t __wrap_gnutls_record_send (gnutls_session_t session,
                                          const void *p, size_t len);

ssize_t
__wrap_gnutls_record_send (gnutls_session_t session, const void *p,
                           size_t len)
{
  if (fails)
    return GNUTLS_E_RECORD_LIMIT_REACHED;
  return __real_gnutls_record_send (session, p, len);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h;
  struct calls read = { .gives = 1 };
  char buf[4];

  requires_tls ();
  h = tls_connected (&s, SIMPLE, NULL);
  fails = true;
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0));
  CHECK_INT (nbd_aio_notify_read (h), -1);
  CHECK_ERROR (0, "TLS: send: ");
  CHECK_ERROR (0, gnutls_strerror (GNUTLS_E_RECORD_LIMIT_REACHED));
  CHECK_STATE (h, "DEAD");
  CHECK_CALLS (&read, 1);
  CHECK_INT (read.error, ENOTCONN);
  nbd_close (h);
  fails = false;
  server_close (&s);
}
