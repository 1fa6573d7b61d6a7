/* SPDX-License-Identifier: MIT */
/* If TLS is only allowed but the connection had it, the handle does not
 * continue without it after an outage, even with an oldstyle server, which
 * cannot be asked for TLS.  The handle is dead, its error says why, and
 * nothing is sent. */
#include <errno.h>

#include "lasting.h"
#include "tls-server.h"

void
test (void)
{
  struct address a;
  struct server s;
  char buf[4];
  struct nbd_handle *h = patient_handle ();

  set_style (h, SIMPLE);
  tls_client (h, LIBNBD_TLS_ALLOW);
  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  server_accept (&s, &a, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  s.drives = h;
  server_expect (&s, "u32 FIXED_NEWSTYLE|NO_ZEROES option NBD_OPT_STARTTLS");
  tls_accept (&s, h, NULL);
  server_options (&s, SIMPLE, 4096, FLAGS_ALL);
  s.drives = NULL;
  pump (h);
  CHECK_STATE (h, "READY");
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  pump (h);
  server_close (&s);

  server_accept (&s, &a, h);
  server_say (&s, "NBDMAGIC OLDMAGIC u64 4096 u16 0 u16 %u zero 124",
              FLAGS_ALL);
  drive_until (h, "DEAD");
  server_expect_nothing (&s);
  CHECK_FAILS (nbd_aio_command_completed (h, read), ENOTCONN,
               "encryption was on and is off now");
  lasting_close (h, &s, &a);
}
