/* SPDX-License-Identifier: MIT */

/* NULL as a string, list, buffer, address or closure fails with EFAULT and
 * the name of the call, and never crashes. */

#include <errno.h>

/* NULL is passed on purpose. */
#define LIBNBD_ATTRIBUTE_NONNULL(...)

#include "check.h"
#include "client.h"
#include "server.h"

static void
check_created (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_FAILS (nbd_set_export_name (h, NULL), EFAULT,
               "nbd_set_export_name: ");
  CHECK_FAILS (nbd_set_handle_name (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_set_tls_certificates (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_set_tls_username (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_set_tls_hostname (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_set_tls_psk_file (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_set_tls_priority (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_add_meta_context (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_set_socket_activation_name (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_set_debug_callback (h, (nbd_debug_callback) { 0 }), EFAULT,
               "nbd_set_debug_callback: ");
  CHECK_FAILS (nbd_connect_uri (h, NULL), EFAULT, "nbd_connect_uri: ");
  CHECK_FAILS (nbd_connect_unix (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_connect_tcp (h, NULL, "1"), EFAULT, NULL);
  CHECK_FAILS (nbd_connect_tcp (h, "localhost", NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_connect_command (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_connect_systemd_socket_activation (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_aio_connect (h, NULL, 0), EFAULT, "nbd_aio_connect: ");
  CHECK_FAILS (nbd_aio_connect_uri (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_aio_connect_unix (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_aio_connect_command (h, NULL), EFAULT, NULL);
  CHECK_FAILS (nbd_aio_connect_command (h, (char *[]) { NULL }), EINVAL,
               "nbd_aio_connect_command: ");
  CHECK_FAILS (nbd_is_uri (h, NULL), EFAULT, "nbd_is_uri: ");
  CHECK_STATE (h, "CREATED");
  nbd_close (h);
  nbd_close (NULL);
}

static void
check_connected (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  struct calls done = { 0 };

  CHECK_FAILS (nbd_pread (h, NULL, 4, 0, 0), EFAULT, "nbd_pread: ");
  CHECK_FAILS (nbd_pwrite (h, NULL, 4, 0, 0), EFAULT, "nbd_pwrite: ");
  CHECK_FAILS (nbd_aio_pread (h, NULL, 4, 0, completion (&done), 0), EFAULT,
               "nbd_aio_pread: ");
  CHECK_CALLS (&done, 0);
  char buf[4];
  CHECK_FAILS (nbd_pread_structured (h, buf, 4, 0, (nbd_chunk_callback) { 0 },
                                     0),
               EFAULT, "nbd_pread_structured: ");
  CHECK_FAILS (nbd_block_status (h, 4, 0, (nbd_extent_callback) { 0 }, 0),
               EFAULT, NULL);
  CHECK_FAILS (nbd_aio_block_status_64 (h, 4, 0,
                                        (nbd_extent64_callback) { 0 },
                                        NBD_NULL_COMPLETION, 0),
               EFAULT, NULL);
  CHECK_FAILS (nbd_can_meta_context (h, NULL), EFAULT, NULL);
  server_expect_nothing (&s);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
}

static void
check_negotiating (void)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);

  CHECK_FAILS (nbd_opt_list (h, (nbd_list_callback) { 0 }), EFAULT,
               "nbd_opt_list: ");
  CHECK_FAILS (nbd_opt_list_meta_context (h, (nbd_context_callback) { 0 }),
               EFAULT, NULL);
  CHECK_FAILS (nbd_opt_set_meta_context_queries (
                 h, (char *[]) { NULL }, (nbd_context_callback) { 0 }),
               EFAULT, NULL);
  CHECK_STATE (h, "NEGOTIATING");
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  check_created ();
  check_connected ();
  check_negotiating ();
}
