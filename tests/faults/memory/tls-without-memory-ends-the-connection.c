/* SPDX-License-Identifier: MIT */

/* If an allocation of the library or of GnuTLS fails while TLS starts or
 * carries data, the handle dies and tells the cause.  Nothing is sent in the
 * clear instead. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "memory.h"
#include "tls-server.h"
#include "wrap.h"

#define WRAP(name, params, args)                                          \
  extern int __real_##name params;                                        \
  extern int __wrap_##name params;                                        \
  int __wrap_##name params                                                \
  {                                                                       \
    return memory_is_out () ? GNUTLS_E_MEMORY_ERROR : __real_##name args; \
  }

/* clang-format off */
WRAP (gnutls_init, (gnutls_session_t *s, unsigned flags), (s, flags))
WRAP (gnutls_certificate_allocate_credentials,
      (gnutls_certificate_credentials_t *c), (c))
WRAP (gnutls_credentials_set,
      (gnutls_session_t s, gnutls_credentials_type_t type, void *c),
      (s, type, c))
WRAP (gnutls_server_name_set,
      (gnutls_session_t s, gnutls_server_name_type_t type, const void *name,
       size_t len), (s, type, name, len))
/* clang-format on */

/* Reading all certificates of the system would take long each time. */
WRAPPER (int, gnutls_certificate_set_x509_system_trust,
         (gnutls_certificate_credentials_t c __attribute__ ((unused))))
{
  return memory_is_out () ? GNUTLS_E_MEMORY_ERROR : 1;
}

/* Pretend not to be root, so that certificates are looked for in HOME. */
WRAPPER (uid_t, geteuid, (void))
{
  return 1000;
}

static bool
drive (struct nbd_handle *h)
{
  IN_LIBRARY (pump (h));
  if (!nbd_aio_is_dead (h))
    return true;
  CHECK (nbd_get_error () != NULL);
  CHECK_INT (nbd_get_errno (), ENOMEM);
  return false;
}

/* Returns true if the handshake was completed. */
static bool
shake_hands (struct server *s, struct nbd_handle *h)
{
  int r;

  do {
    if (!drive (h))
      return false;
    r = tls_step (s);
  } while (r == GNUTLS_E_AGAIN);
  CHECK_INT (r, GNUTLS_E_SUCCESS);
  return drive (h);
}

static void
shared_key (void)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();

  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  tls_prepare (&s, NULL);
  shake_hands (&s, h);
  nbd_close (h);
  server_close (&s);
}

static void
certificates (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_tls (h, LIBNBD_TLS_REQUIRE));
  CHECK_OK (nbd_set_tls_hostname (h, "example.com"));
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  drive (h);
  nbd_close (h);
  server_close (&s);
}

static void
transmission (void)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, NULL);
  struct calls done = { .gives = 1 };
  static char buf[100000];

  bool accepted =
    LIB (nbd_aio_pwrite (h, buf, sizeof buf, 0, completion (&done), 0)) != -1;
  if (!accepted)
    CHECK_ERROR (ENOMEM, "nbd_aio_pwrite: ");
  else if (drive (h)) {
    s.drives = h;
    server_need (&s, 28 + sizeof buf);
    server_say (&s, "simple 0 1");
    if (drive (h))
      CHECK_INT (done.error, 0);
  }
  nbd_close (h);
  CHECK_CALLS (&done, accepted ? 1 : 0);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  work_in_empty_directory ();
  setenv ("HOME", ".", 1);
  memory_sweep ("shared key", shared_key);
  memory_sweep ("certificates", certificates);
  memory_sweep ("transmission", transmission);
}
