/* SPDX-License-Identifier: MIT */

/* With debugging on, a call that starts something, or that returns an answer,
 * logs its result, under its own name, after all its other messages.
 *
 * The linker redirects the library's socket and connect to this file
 * (-Wl,--wrap), because this machine may have no vsock. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "process.h"
#include "server.h"
#include "wrap.h"

#define OLDSTYLE \
  "NBDMAGIC OLDMAGIC u64 1M u16 0 u16 HAS_FLAGS|SEND_TRIM zero 124"

static char context_of_last[64], last[512];

static int
keep (void *opaque __attribute__ ((unused)), const char *context,
      const char *msg)
{
  snprintf (context_of_last, sizeof context_of_last, "%s", context);
  snprintf (last, sizeof last, "%s", msg);
  return 0;
}

static struct nbd_handle *
create (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_debug_callback (h, (nbd_debug_callback) {
                                         .callback = keep,
                                       }));
  CHECK_OK (nbd_set_debug (h, true));
  return h;
}

/* The name of the call ends before the space in front of its arguments. */
static void
check_logged (const char *call, int64_t result)
{
  char want[64];

  snprintf (want, sizeof want, "%.*s", (int) strcspn (call, " "), call);
  CHECK_STRING (context_of_last, want);
  snprintf (want, sizeof want, "leave: ret=%jd", (intmax_t) result);
  CHECK_STRING (last, want);
}

#define LOGGED(call) check_logged (#call, CHECK_OK (call))

/* In place of vsock, which the machine may not have: the other end is an
 * oldstyle server that has already sent its greeting. */
static struct server vsock;
static bool no_vsock;

WRAPPER (int, socket, (int family, int type, int protocol))
{
  if (family != AF_VSOCK)
    return __real_socket (family, type, protocol);
  if (no_vsock) {
    errno = EAFNOSUPPORT;
    return -1;
  }
  int fd = server_pair (&vsock);
  server_say (&vsock, OLDSTYLE);
  return fd;
}

WRAPPER (int, connect, (int fd, const struct sockaddr *addr, socklen_t len))
{
  return addr->sa_family == AF_VSOCK ? 0 : __real_connect (fd, addr, len);
}

static void
check_vsock (void)
{
  struct nbd_handle *h = create ();

  if (nbd_supports_vsock (h)) {
    LOGGED (nbd_connect_vsock (h, 2, 10809));
    server_close (&vsock);
    nbd_close (h);
    h = create ();
    LOGGED (nbd_aio_connect_vsock (h, 2, 10809));
    server_close (&vsock);
    nbd_close (h);
    h = create ();
    if (nbd_supports_uri (h)) {
      LOGGED (nbd_aio_connect_uri (h, "nbd+vsock://2"));
      server_close (&vsock);
    }
    nbd_close (h);
    h = create ();
    no_vsock = true;
    CHECK_FAILS (nbd_connect_vsock (h, 2, 10809), EAFNOSUPPORT,
                 "vsock cid 2 port 10809");
    CHECK_CONTAINS (last, "leave: error=nbd_connect_vsock: ");
  }
  nbd_close (h);
}

static void
check_sockets (void)
{
  struct sockaddr_in in = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  struct sockaddr_un un = { .sun_family = AF_UNIX };
  socklen_t len = sizeof in;
  int tcp = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int local = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char directory[] = "/tmp/causeway-XXXXXX", port[16];
  struct nbd_handle *h;

  if (bind (tcp, (struct sockaddr *) &in, sizeof in) == 0) {
    CHECK_INT (listen (tcp, 1), 0);
    CHECK_INT (getsockname (tcp, (struct sockaddr *) &in, &len), 0);
    snprintf (port, sizeof port, "%d", ntohs (in.sin_port));
    h = create ();
    LOGGED (nbd_aio_connect_tcp (h, "127.0.0.1", port));
    nbd_close (h);
  }
  CHECK (mkdtemp (directory) != NULL);
  snprintf (un.sun_path, sizeof un.sun_path, "%s/s", directory);
  CHECK_INT (bind (local, (struct sockaddr *) &un, sizeof un), 0);
  CHECK_INT (listen (local, 1), 0);
  h = create ();
  LOGGED (nbd_aio_connect_unix (h, un.sun_path));
  nbd_close (h);
  unlink (un.sun_path);
  rmdir (directory);
  close (tcp);
  close (local);
}

static void
check_child (void)
{
  char *argv[] = { (char *) "sleep", (char *) "1000", NULL };
  struct nbd_handle *h = create ();

  LOGGED (nbd_aio_connect_command (h, argv));
  LOGGED (nbd_kill_subprocess (h, 0));
  nbd_close (h);
  if (system ("command -v nbdkit >/dev/null") == 0) {
    h = create ();
    LOGGED (nbd_connect_systemd_socket_activation (h, nbdkit_activated));
    nbd_close (h);
  }
}

/* One option, whose replies are in the socket before it is sent. */
#define OPTION(call, reply)          \
  do {                               \
    server_say (&s, "reply " reply); \
    LOGGED (call);                   \
    pump (h);                        \
    CHECK_STATE (h, "NEGOTIATING");  \
  } while (0)

static void
check_options (void)
{
  struct nbd_handle *h = create ();
  struct calls found[4] = { 0 };
  char *queries[] = { (char *) "x:", NULL };
  struct server s;

  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_set_request_structured_replies (h, false));
  CHECK_OK (nbd_set_request_meta_context (h, false));
  server_open (&s, h);
  server_say (&s, "NBDMAGIC IHAVEOPT u16 3");
  pump (h);
  if (nbd_supports_tls (h))
    OPTION (nbd_aio_opt_starttls (h, NBD_NULL_COMPLETION),
            "STARTTLS ERR_UNSUP");
  OPTION (nbd_aio_opt_extended_headers (h, NBD_NULL_COMPLETION),
          "EXTENDED_HEADERS ERR_UNSUP");
  OPTION (nbd_aio_opt_structured_reply (h, NBD_NULL_COMPLETION),
          "STRUCTURED_REPLY ACK");
  OPTION (nbd_aio_opt_list_meta_context (h, context (&found[0]),
                                         NBD_NULL_COMPLETION),
          "LIST_META_CONTEXT ACK");
  OPTION (nbd_aio_opt_list_meta_context_queries (
            h, queries, context (&found[1]), NBD_NULL_COMPLETION),
          "LIST_META_CONTEXT ACK");
  OPTION (nbd_aio_opt_set_meta_context_queries (
            h, queries, context (&found[2]), NBD_NULL_COMPLETION),
          "SET_META_CONTEXT ACK");
  OPTION (nbd_aio_opt_set_meta_context (h, context (&found[3]),
                                        NBD_NULL_COMPLETION),
          "SET_META_CONTEXT ACK");
  OPTION (nbd_aio_opt_info (h, NBD_NULL_COMPLETION),
          "INFO INFO u16 INFO_EXPORT u64 1M u16 HAS_FLAGS\n"
          "reply INFO ACK");
  LOGGED (nbd_aio_opt_abort (h));
  nbd_close (h);
  server_close (&s);
}

static void
check_transmission (void)
{
  struct nbd_handle *h = create ();
  struct calls done = { 0 };
  struct server s;
  static char payload[8 << 20];

  CHECK_OK (nbd_add_meta_context (h, "x:y"));
  server_connect (&s, h, STRUCTURED, sizeof payload, FLAGS_ALL);
  LOGGED (nbd_can_meta_context (h, "x:y"));
  LOGGED (nbd_get_block_size (h, LIBNBD_SIZE_MINIMUM));
  LOGGED (nbd_aio_trim (h, 512, 0, completion (&done), 0));
  CHECK_OK (nbd_aio_pwrite (h, payload, sizeof payload, 0,
                            NBD_NULL_COMPLETION, 0));
  server_take (&s);
  LOGGED (nbd_aio_notify_write (h));
  s.drives = h;
  server_need (&s, 28 + 28 + sizeof payload);
  CHECK_INT (nbd_aio_notify_write (h), -1);
  CHECK_CONTAINS (last, "leave: error=nbd_aio_notify_write: ");
  LOGGED (nbd_aio_disconnect (h, 0));
  nbd_close (h);
  CHECK_CALLS (&done, 1);
  server_close (&s);
}

static void
check_settings (void)
{
  struct nbd_handle *h = create ();

  LOGGED (nbd_set_uri_allow_transports (h, LIBNBD_ALLOW_TRANSPORT_MASK));
  LOGGED (nbd_set_uri_allow_tls (h, LIBNBD_TLS_ALLOW));
  LOGGED (nbd_set_uri_allow_tls_priority (h, true));
  LOGGED (nbd_set_uri_allow_local_file (h, true));
  if (nbd_supports_tls (h)) {
    LOGGED (nbd_set_tls_certificates (h, "/x"));
    LOGGED (nbd_set_tls_verify_peer (h, false));
    LOGGED (nbd_set_tls_hostname (h, "x"));
    LOGGED (nbd_set_tls_psk_file (h, "/x"));
    LOGGED (nbd_set_tls_priority (h, "NORMAL"));
  }
  LOGGED (nbd_set_pread_initialize (h, false));
  LOGGED (nbd_set_handshake_flags (h, 0));
  LOGGED (nbd_set_strict_mode (h, 0));
  LOGGED (nbd_clear_meta_contexts (h));
  CHECK_INT (nbd_set_private_data (h, 42), 0);
  CHECK_INT (nbd_get_private_data (h), 42);
  CHECK_INT (nbd_kill_subprocess (h, 0), -1);
  CHECK_CONTAINS (last, "leave: error=nbd_kill_subprocess: ");
  /* From here on, messages go to standard error. */
  CHECK_OK (nbd_clear_debug_callback (h));
  nbd_close (h);
}

static int
ignore_event (void *opaque __attribute__ ((unused)),
              unsigned event __attribute__ ((unused)),
              const char *message __attribute__ ((unused)),
              int64_t value __attribute__ ((unused)))
{
  return 0;
}

static int
go_on (void *opaque __attribute__ ((unused)))
{
  return 0;
}

static void
check_staying (void)
{
  nbd_event_callback callback = { .callback = ignore_event };
  nbd_interrupt_callback interrupt = { .callback = go_on };
  struct nbd_handle *h = create ();

  LOGGED (nbd_set_reconnect_timeout (h, 1000));
  LOGGED (nbd_set_connect_timeout (h, 1000));
  LOGGED (nbd_set_command_timeout (h, 1000));
  LOGGED (nbd_set_stall_timeout (h, 1000));
  LOGGED (nbd_set_keepalive (h, 1000));
  LOGGED (nbd_set_quarantine (h, 1000));
  LOGGED (nbd_set_unflushed_policy (h, LIBNBD_UNFLUSHED_STRICT));
  LOGGED (nbd_set_journal_size (h, 1 << 20));
  LOGGED (nbd_set_connections (h, 4));
  LOGGED (nbd_set_uri_options (h, "connections=2"));
  LOGGED (nbd_set_event_callback (h, callback));
  LOGGED (nbd_clear_event_callback (h));
  LOGGED (nbd_set_interrupt_callback (h, interrupt));
  LOGGED (nbd_clear_interrupt_callback (h));
  LOGGED (nbd_cancel (h));
  LOGGED (nbd_aio_cancel (h, 1));
  nbd_close (h);
}

/* Calls that can fail in an unused handle log their failure, too. */
static void
check_failures (void)
{
  struct nbd_handle *h = create ();

  CHECK_INT (nbd_poll2 (h, -1, 0), -1);
  CHECK_CONTAINS (last, "leave: error=nbd_poll2: ");
  CHECK_INT (nbd_set_debug_callback (h, (nbd_debug_callback) { 0 }), -1);
  CHECK_CONTAINS (last, "leave: error=nbd_set_debug_callback: ");
  CHECK_INT (nbd_set_event_callback (h, (nbd_event_callback) { 0 }), -1);
  CHECK_CONTAINS (last, "leave: error=nbd_set_event_callback: ");
  CHECK_INT (nbd_set_interrupt_callback (h, (nbd_interrupt_callback) { 0 }),
             -1);
  CHECK_CONTAINS (last, "leave: error=nbd_set_interrupt_callback: ");
  nbd_close (h);
}

void
test (void)
{
  check_vsock ();
  check_sockets ();
  check_child ();
  check_options ();
  check_transmission ();
  check_settings ();
  check_staying ();
  check_failures ();
}
