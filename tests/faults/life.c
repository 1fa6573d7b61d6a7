/* SPDX-License-Identifier: MIT */

/* Lives of handles that use every call: see life.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../interop/process.h"
#include "bytes.h"
#include "check.h"
#include "client.h"
#include "life.h"
#include "peer.h"
#include "server.h"

#define LARGE 40000
#define MAX_CLOSURES 60
#define NR_COMMANDS 10

__thread volatile bool in_library;
bool life_is_logged;

static struct calls closures[MAX_CLOSURES];
static unsigned nr_closures;

struct calls *
another (void)
{
  CHECK (nr_closures < MAX_CLOSURES);
  return &closures[nr_closures++];
}

int64_t
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

#define TRY_REFUSED(call) note_refusal (o, #call, LIB (call))

struct nbd_handle *
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

void
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
  struct calls *done[NR_COMMANDS];
  bool accepted[NR_COMMANDS];

  for (int i = 0; i < NR_COMMANDS; i++) {
    done[i] = NULL;
    accepted[i] = false;
  }
#define ISSUE(i, call)                                  \
  (done[i] = another (), accepted[i] = TRY (call) != -1)
  ISSUE (0, nbd_aio_pread (h, buf, 512, 0, completion (done[0]), 0));
  ISSUE (1, nbd_aio_pread_structured (h, buf + 512, 512, 512,
                                      chunk (another ()),
                                      completion (done[1]), 0));
  ISSUE (2, nbd_aio_pwrite (h, buf + 1024, 512, 0, completion (done[2]), 0));
  ISSUE (3, nbd_aio_flush (h, completion (done[3]), 0));
  ISSUE (4, nbd_aio_trim (h, 512, 0, completion (done[4]), 0));
  ISSUE (5, nbd_aio_cache (h, 512, 0, completion (done[5]), 0));
  ISSUE (6, nbd_aio_zero (h, 512, 0, completion (done[6]), 0));
  if (LIB (nbd_get_structured_replies_negotiated (h)) == 1) {
    ISSUE (7, nbd_aio_block_status (h, 8192, 0, extent (another ()),
                                    completion (done[7]), 0));
    ISSUE (8, nbd_aio_block_status_64 (h, 8192, 0, extent64 (another ()),
                                       completion (done[8]), 0));
  }
  if (LIB (nbd_get_extended_headers_negotiated (h)) == 1)
    ISSUE (9, nbd_aio_block_status_filter (h, 8192, 0, contexts,
                                           extent64 (another ()),
                                           completion (done[9]), 0));
#undef ISSUE
  while (LIB (nbd_aio_in_flight (h)) > 0)
    if (TRY (nbd_poll2 (h, -1, -1)) == -1)
      break;
  for (int64_t cookie; (cookie = LIB (nbd_aio_peek_command_completed (h))) > 0;)
    TRY (nbd_aio_command_completed (h, cookie));
  end (h);
  for (int i = 0; i < NR_COMMANDS; i++)
    if (done[i] != NULL)
      CHECK_CALLS (done[i], accepted[i] ? 1 : 0);
}

/* What a connected handle is used for; the handle is closed. */
void
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
  if (LIB (nbd_get_structured_replies_negotiated (h)) == 1) {
    TRY (nbd_block_status (h, 8192, 0, extent (another ()), 0));
    TRY (nbd_block_status_64 (h, 8192, 0, extent64 (another ()), 0));
  }
  if (LIB (nbd_get_extended_headers_negotiated (h)) == 1)
    TRY (nbd_block_status_filter (h, 8192, 0, contexts,
                                  extent64 (another ()), 0));
  asynchronous (h, o);
}

static void
transmission (struct outcome *o, enum style style)
{
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  TRY (nbd_set_request_structured_replies (h, style != SIMPLE));
  TRY (nbd_set_request_extended_headers (h, style == EXTENDED));
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
simple (struct outcome *o)
{
  transmission (o, SIMPLE);
}

static void
structured (struct outcome *o)
{
  transmission (o, STRUCTURED);
}

static void
extended (struct outcome *o)
{
  transmission (o, EXTENDED);
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

/* Wait for the end of an option; its completion ran once if it began. */
static void
await (struct nbd_handle *h, struct outcome *o, const char *call, int result,
       const struct calls *done)
{
  note (o, call, result);
  while (LIB (nbd_aio_is_connecting (h)) == 1 &&
         TRY (nbd_poll (h, -1)) != -1)
    ;
  CHECK (result == 0 || done->called == 0);
  /* A wait that failed leaves the option as it is. */
  if (result == 0 && LIB (nbd_aio_is_connecting (h)) == 0)
    CHECK_INT (done->called, 1);
}

#define AWAIT(call, ...)                                                \
  do {                                                                  \
    struct calls *done = another ();                                    \
    if (LIB (nbd_aio_is_negotiating (h)) == 1)                          \
      await (h, o, #call,                                               \
             LIB (call (h, ##__VA_ARGS__, completion (done))), done);   \
    else                                                                \
      done->freed = 1;                                                  \
  } while (0)

static void
all_options (struct nbd_handle *h, struct outcome *o)
{
  char *queries[] = { "base:", NULL };

  if (LIB (nbd_supports_tls (h)) == 1)
    AWAIT (nbd_aio_opt_starttls);
  AWAIT (nbd_aio_opt_extended_headers);
  AWAIT (nbd_aio_opt_list, list (another ()));
  AWAIT (nbd_aio_opt_list_meta_context, context (another ()));
  AWAIT (nbd_aio_opt_list_meta_context_queries, queries,
         context (another ()));
  AWAIT (nbd_aio_opt_set_meta_context, context (another ()));
  AWAIT (nbd_aio_opt_set_meta_context_queries, queries,
         context (another ()));
  AWAIT (nbd_aio_opt_info);
}

static void
asynchronous_options (struct outcome *o)
{
  struct nbd_handle *h = create (o);

  if (h == NULL)
    return;
  TRY (nbd_set_opt_mode (h, true));
  TRY (nbd_set_request_extended_headers (h, false));
  TRY (nbd_set_request_structured_replies (h, false));
  TRY (nbd_add_meta_context (h, "x:y"));
  int fd = peer_pair ();
  if (TRY (nbd_connect_socket (h, fd)) == 0) {
    AWAIT (nbd_aio_opt_structured_reply);
    all_options (h, o);
    if (LIB (nbd_aio_is_negotiating (h)) == 1 && TRY (nbd_opt_go (h)) == 0)
      TRY (nbd_shutdown (h, 0));
  }
  end (h);
  peer_join ();
}

static const struct life use_lives[] = {
  { "settings", settings },
  { "simple replies", simple },
  { "structured replies", structured },
  { "extended headers", extended },
  { "option mode", option_mode },
  { "options by hand", options_by_hand },
  { "asynchronous options", asynchronous_options },
  { NULL, NULL },
};

const struct life *const life_groups[] = {
  use_lives, connect_lives, tls_lives, NULL,
};

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
