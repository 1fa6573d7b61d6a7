/* SPDX-License-Identifier: MIT */

/* Lives of handles that use every call: see life.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../interop/process.h"
#include "bytes.h"
#include "check.h"
#include "client.h"
#include "life.h"
#include "peer.h"

#define LARGE 40000
#define MAX_CLOSURES 60

__thread volatile bool in_library;
bool life_is_logged;

static struct calls closures[MAX_CLOSURES];
static unsigned nr_closures;

/* Each closure counts in a place of its own. */
static struct calls *
another (void)
{
  CHECK (nr_closures < MAX_CLOSURES);
  return &closures[nr_closures++];
}

static int64_t
note (struct outcome *o, const char *call, int64_t result)
{
  if (result == -1 && o->call == NULL) {
    *o = (struct outcome) { call, nbd_get_errno (), "" };
    if (nbd_get_error () != NULL)
      snprintf (o->text, sizeof o->text, "%s", nbd_get_error ());
  }
  return result;
}

/* The server has no export "?", which is no failure of ours. */
static void
note_refusal (struct outcome *o, const char *call, int result)
{
  const char *error = nbd_get_error ();

  if (result != -1 || error == NULL || strstr (error, "no export") == NULL)
    note (o, call, result);
}

#define TRY(call) note (o, #call, LIB (call))
#define TRY_REFUSED(call) note_refusal (o, #call, LIB (call))
#define TRY_STRING(call)                        \
  do {                                          \
    char *s = LIB (call);                       \
    note (o, #call, s ? 0 : -1);                \
    in_library = true;                          \
    free (s);                                   \
    in_library = false;                         \
  } while (0)

static struct nbd_handle *
create (struct outcome *o)
{
  struct nbd_handle *h = LIB (nbd_create ());

  note (o, "nbd_create", h ? 0 : -1);
  if (h != NULL && life_is_logged) {
    TRY (nbd_set_debug_callback (h, debug (another ())));
    TRY (nbd_set_debug (h, true));
  }
  return h;
}

static void
end (struct nbd_handle *h)
{
  in_library = true;
  nbd_close (h);
  in_library = false;
}

static void
settings (struct outcome *o)
{
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  TRY (nbd_set_debug_callback (h, debug (another ())));
  TRY (nbd_set_debug (h, true));
  TRY (nbd_set_handle_name (h, "name"));
  TRY (nbd_set_export_name (h, "disk"));
  if (nbd_supports_tls (h))
    TRY (nbd_set_tls_username (h, "me"));
  else
    setenv ("LOGNAME", "me", 1);
  TRY (nbd_set_socket_activation_name (h, "here"));
  TRY (nbd_add_meta_context (h, "base:allocation"));
  TRY (nbd_add_meta_context (h, "x:y"));
  TRY_STRING (nbd_get_handle_name (h));
  TRY_STRING (nbd_get_export_name (h));
  TRY_STRING (nbd_get_tls_username (h));
  TRY_STRING (nbd_get_meta_context (h, 1));
  end (h);
}

/* One command of each kind whose closures are the program's. */
static void
asynchronous (struct nbd_handle *h, struct outcome *o)
{
  static char buf[4096];
  char *contexts[] = { "x:y", NULL };
  struct calls *done[8];
  bool accepted[8];

  for (int i = 0; i < 8; i++)
    done[i] = another ();
#define ISSUE(i, call) accepted[i] = TRY (call) != -1
  ISSUE (0, nbd_aio_pread (h, buf, 512, 0, completion (done[0]), 0));
  ISSUE (1, nbd_aio_pread_structured (h, buf + 512, 512, 512,
                                      chunk (another ()),
                                      completion (done[1]), 0));
  ISSUE (2, nbd_aio_pwrite (h, buf + 1024, 512, 0, completion (done[2]), 0));
  ISSUE (3, nbd_aio_flush (h, completion (done[3]), 0));
  ISSUE (4, nbd_aio_block_status (h, 8192, 0, extent (another ()),
                                  completion (done[4]), 0));
  ISSUE (5, nbd_aio_block_status_64 (h, 8192, 0, extent64 (another ()),
                                     completion (done[5]), 0));
  if (LIB (nbd_get_extended_headers_negotiated (h)) == 1)
    ISSUE (6, nbd_aio_block_status_filter (h, 8192, 0, contexts,
                                           extent64 (another ()),
                                           completion (done[6]), 0));
  else
    ISSUE (6, nbd_aio_cache (h, 512, 0, completion (done[6]), 0));
  ISSUE (7, nbd_aio_zero (h, 512, 0, completion (done[7]), 0));
#undef ISSUE
  while (LIB (nbd_aio_in_flight (h)) > 0)
    if (TRY (nbd_poll2 (h, -1, -1)) == -1)
      break;
  for (int64_t cookie; (cookie = LIB (nbd_aio_peek_command_completed (h))) > 0;)
    TRY (nbd_aio_command_completed (h, cookie));
  end (h);
  for (int i = 0; i < 8; i++)
    CHECK_CALLS (done[i], accepted[i] ? 1 : 0);
}

/* What a connected handle is used for; the handle is closed. */
static void
use (struct nbd_handle *h, struct outcome *o)
{
  static uint8_t buf[LARGE], want[LARGE];
  char *contexts[] = { "x:y", NULL };

  if (TRY (nbd_pread (h, buf, LARGE, 4096, 0)) == 0) {
    pattern_fill (want, 4096, LARGE);
    CHECK_BYTES (buf, LARGE, want, LARGE);
  }
  TRY (nbd_pwrite (h, buf, LARGE, 4096, 0));
  TRY (nbd_pread_structured (h, buf, 512, 0, chunk (another ()), 0));
  TRY (nbd_trim (h, 4096, 0, 0));
  TRY (nbd_cache (h, 4096, 0, 0));
  TRY (nbd_zero (h, 4096, 0, 0));
  TRY (nbd_flush (h, 0));
  TRY (nbd_block_status (h, 8192, 0, extent (another ()), 0));
  TRY (nbd_block_status_64 (h, 8192, 0, extent64 (another ()), 0));
  if (LIB (nbd_get_extended_headers_negotiated (h)) == 1)
    TRY (nbd_block_status_filter (h, 8192, 0, contexts,
                                  extent64 (another ()), 0));
  asynchronous (h, o);
}

static void
transmission (struct outcome *o, bool extended)
{
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  TRY (nbd_set_request_extended_headers (h, extended));
  TRY (nbd_add_meta_context (h, "base:allocation"));
  TRY (nbd_add_meta_context (h, "x:y"));
  int fd = peer_pair ();
  if (TRY (nbd_connect_socket (h, fd)) == 0)
    use (h, o);
  else
    end (h);
  peer_join ();
}

static void
structured (struct outcome *o)
{
  transmission (o, false);
}

static void
extended (struct outcome *o)
{
  transmission (o, true);
}

static void
option_mode (struct outcome *o)
{
  char *queries[] = { "base:", "x:y", NULL };
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  TRY (nbd_set_opt_mode (h, true));
  TRY (nbd_set_full_info (h, true));
  int fd = peer_pair ();
  if (TRY (nbd_connect_socket (h, fd)) == 0) {
    TRY (nbd_opt_list (h, list (another ())));
    TRY (nbd_opt_list_meta_context (h, context (another ())));
    TRY (nbd_opt_set_meta_context (h, context (another ())));
    TRY (nbd_opt_list_meta_context_queries (h, queries,
                                            context (another ())));
    TRY (nbd_opt_set_meta_context_queries (h, queries,
                                           context (another ())));
    TRY (nbd_opt_info (h));
    TRY_STRING (nbd_get_canonical_export_name (h));
    TRY_STRING (nbd_get_export_description (h));
    if (nbd_aio_is_negotiating (h) &&
        TRY (nbd_aio_opt_go (h, completion (another ()))) == 0)
      while (nbd_aio_is_connecting (h) && TRY (nbd_poll (h, -1)) != -1)
        ;
    TRY (nbd_shutdown (h, 0));
  }
  end (h);
  peer_join ();
}

/* Options by hand, some of which are refused. */
static void
options_by_hand (struct outcome *o)
{
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  TRY (nbd_set_opt_mode (h, true));
  TRY (nbd_set_request_structured_replies (h, false));
  TRY (nbd_add_meta_context (h, "x:y"));
  int fd = peer_pair ();
  if (TRY (nbd_connect_socket (h, fd)) == 0) {
    if (LIB (nbd_supports_tls (h)) == 1)
      TRY (nbd_opt_starttls (h));
    TRY (nbd_opt_structured_reply (h));
    TRY (nbd_opt_extended_headers (h));
    TRY (nbd_opt_structured_reply (h));
    TRY (nbd_set_export_name (h, "?"));
    TRY_REFUSED (nbd_opt_info (h));
    TRY_REFUSED (nbd_opt_list_meta_context (h, context (another ())));
    TRY_REFUSED (nbd_opt_set_meta_context (h, context (another ())));
    TRY_REFUSED (nbd_opt_go (h));
    TRY (nbd_set_export_name (h, "disk"));
    if (LIB (nbd_aio_is_negotiating (h)) == 1)
      TRY (nbd_opt_abort (h));
  }
  end (h);
  peer_join ();
}

static void
tcp (struct outcome *o)
{
  const char *port = peer_listen_tcp ();
  struct nbd_handle *h = create (o);

  if (h != NULL) {
    if (TRY (nbd_connect_tcp (h, "127.0.0.1", port)) == 0)
      TRY (nbd_shutdown (h, 0));
    end (h);
  }
  peer_join ();
}

/* One round of a program that polls by itself. */
static int
notify (struct nbd_handle *h, struct outcome *o)
{
  unsigned direction = LIB (nbd_aio_get_direction (h));
  struct pollfd fds = { .fd = LIB (nbd_aio_get_fd (h)) };

  if ((direction & LIBNBD_AIO_DIRECTION_READ) != 0)
    fds.events |= POLLIN;
  if ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0)
    fds.events |= POLLOUT;
  CHECK (poll (&fds, 1, -1) == 1);
  if ((fds.revents & POLLOUT) != 0)
    return TRY (nbd_aio_notify_write (h));
  return TRY (nbd_aio_notify_read (h));
}

static void
address (struct outcome *o)
{
  struct sockaddr_un un = { .sun_family = AF_UNIX };
  struct nbd_handle *h = create (o);

  snprintf (un.sun_path, sizeof un.sun_path, "%s", peer_listen ());
  if (h != NULL) {
    if (TRY (nbd_aio_connect (h, (struct sockaddr *) &un,
                              sizeof un)) == 0)
      while (LIB (nbd_aio_is_connecting (h)) == 1 && notify (h, o) != -1)
        ;
    end (h);
  }
  peer_join ();
}

static void
unix_socket (struct outcome *o)
{
  const char *path = peer_listen ();
  struct nbd_handle *h = create (o);

  if (h != NULL) {
    if (TRY (nbd_connect_unix (h, path)) == 0)
      TRY (nbd_shutdown (h, 0));
    end (h);
  }
  peer_join ();
}

static void
uri (struct outcome *o)
{
  char text[200];
  struct nbd_handle *h = create (o);

  snprintf (text, sizeof text, "nbd+unix:///disk?socket=%s", peer_listen ());
  if (h != NULL) {
    if (LIB (nbd_supports_uri (h)) == 1 &&
        TRY (nbd_connect_uri (h, text)) == 0) {
      TRY_STRING (nbd_get_uri (h));
      TRY (nbd_shutdown (h, 0));
    }
    end (h);
  }
  peer_join ();
}

/* A child that is an oldstyle server, for as long as nothing is asked. */
static void
command (struct outcome *o)
{
  static const char server[] =
    "printf NBDMAGIC'\\000\\000\\102\\002\\201\\206\\022\\123';"
    "printf '\\000\\000\\000\\000\\000\\020\\000\\000\\000\\000\\000\\001';"
    "head -c 124 /dev/zero;"
    "exec cat >/dev/null 2>&1";
  char *argv[] = { "sh", "-c", (char *) server, NULL };
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  if (TRY (nbd_connect_command (h, argv)) == 0) {
    CHECK_INT (LIB (nbd_get_size (h)), PEER_SIZE);
    TRY (nbd_get_subprocess_pid (h));
    TRY (nbd_kill_subprocess (h, 0));
  }
  end (h);
}

/* A child must only be there, and be gone afterwards. */
static void
activation (struct outcome *o)
{
  char *argv[] = { "sleep", "1000", NULL };
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  TRY (nbd_aio_connect_systemd_socket_activation (h, argv));
  end (h);
}

const struct life lives[] = {
  { "settings", settings },
  { "structured replies", structured },
  { "extended headers", extended },
  { "option mode", option_mode },
  { "options by hand", options_by_hand },
  { "TCP", tcp },
  { "address", address },
  { "Unix socket", unix_socket },
  { "URI", uri },
  { "command", command },
  { "activation", activation },
};
const unsigned nr_lives = sizeof lives / sizeof lives[0];

static int
count_descriptors (void)
{
  int n = 0;

  for (int fd = 0; fd < 64; fd++)
    n += fcntl (fd, F_GETFD) != -1;
  return n;
}

struct outcome
live (const struct life *life)
{
  struct outcome o = { .call = NULL };
  int before = count_descriptors ();

  memset (closures, 0, sizeof closures);
  nr_closures = 0;
  life->live (&o);
  for (unsigned i = 0; i < nr_closures; i++) {
    CHECK_INT (closures[i].freed, 1);
    CHECK_INT (closures[i].called_after_free, 0);
  }
  CHECK_INT (count_descriptors (), before);
  check_no_children ();
  return o;
}
