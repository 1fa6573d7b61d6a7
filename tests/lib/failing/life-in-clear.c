/* SPDX-License-Identifier: MIT */

/* Lives of handles that make every call, without TLS: see life.h. */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "life.h"
#include "peer.h"
#include "server.h"

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

/* The server has no export whose name begins with "?", so this error is not
 * caused by the test. */
static void
note_refusal (struct outcome *o, const char *call, int result)
{
  const char *error = nbd_get_error ();

  if (result != -1 || error == NULL || strstr (error, "no export") == NULL)
    note (o, call, result);
}

#define TRY_REFUSED(call) note_refusal (o, #call, LIB (call))

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
    TRY (nbd_opt_set_meta_context_queries (h, queries, context (another ())));
    TRY (nbd_opt_info (h));
    TRY_STRING (nbd_get_canonical_export_name (h));
    TRY_STRING (nbd_get_export_description (h));
    if (nbd_aio_is_negotiating (h)
        && TRY (nbd_aio_opt_go (h, completion (another ()))) == 0)
      while (nbd_aio_is_connecting (h) && TRY (nbd_poll (h, -1)) != -1)
        ;
    TRY (nbd_shutdown (h, 0));
  }
  end (h);
  peer_join ();
}

/* Options in option mode, some of which the server refuses. */
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

/* Wait for the end of an option.  If it began, its completion runs once. */
static void
await (struct nbd_handle *h, struct outcome *o, const char *call, int result,
       const struct calls *done)
{
  note (o, call, result);
  while (LIB (nbd_aio_is_connecting (h)) == 1 && TRY (nbd_poll (h, -1)) != -1)
    ;
  CHECK (result == 0 || done->called == 0);
  /* If waiting failed, the option is still pending. */
  if (result == 0 && LIB (nbd_aio_is_connecting (h)) == 0)
    CHECK_INT (done->called, 1);
  /* The server may refuse the option, and the handle stays in negotiation. */
  if (o->call == NULL && done->error != 0
      && LIB (nbd_aio_is_negotiating (h)) == 0)
    *o = (struct outcome) { call, done->error, "" };
}

#define AWAIT(call, ...)                                                    \
  do {                                                                      \
    struct calls *done = another ();                                        \
    if (LIB (nbd_aio_is_negotiating (h)) == 1)                              \
      await (h, o, #call, LIB (call (h, ##__VA_ARGS__, completion (done))), \
             done);                                                         \
    else                                                                    \
      done->freed = 1;                                                      \
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
  AWAIT (nbd_aio_opt_set_meta_context_queries, queries, context (another ()));
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
  use_lives,
  connect_lives,
  NULL,
};
const enum life_kind life_kind = IN_CLEAR;
