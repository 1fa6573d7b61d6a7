/* SPDX-License-Identifier: MIT */

/* Changes settings of a handle and queries it, in any state. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

static int
on_debug (void *opaque, const char *context, const char *msg)
{
  (void) opaque;
  MUST (context == NULL || strlen (context) < 100);
  /* A message is one line, whatever the server said. */
  MUST (strchr (msg, '\n') == NULL);
  return 0;
}

static void
free_debug (void *opaque)
{
  struct world *w = opaque;

  w->debug_freed++;
}

/* A file with a key, so that TLS begins; it need not succeed. */
static const char *
key_file (void)
{
  static char path[32];

  if (path[0] == '\0') {
    static const char key[] = "fuzz:00112233445566778899aabbccddeeff\n";
    int fd = memfd_create ("key", MFD_CLOEXEC);

    MUST (write (fd, key, strlen (key)) == (ssize_t) strlen (key));
    snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  }
  return path;
}

static void
set_tls (struct nbd_handle *h, int level)
{
  if (nbd_supports_tls (h) != 1)
    return;
  nbd_set_tls (h, level);
  nbd_set_tls_username (h, "fuzz");
  nbd_set_tls_psk_file (h, key_file ());
}

/* Some of these calls are refused in some states. */
void
apply_settings (struct world *w, unsigned settings)
{
  struct nbd_handle *h = w->h;

  nbd_set_opt_mode (h, settings & FUZZ_OPT_MODE);
  nbd_set_full_info (h, settings & FUZZ_FULL_INFO);
  nbd_set_request_extended_headers (h, !(settings & FUZZ_NO_EXTENDED));
  nbd_set_request_structured_replies (h, !(settings & FUZZ_NO_STRUCTURED));
  nbd_set_request_block_size (h, !(settings & FUZZ_NO_BLOCK_SIZE));
  nbd_set_request_meta_context (h, !(settings & FUZZ_NO_META_CONTEXT));
  if (nbd_set_pread_initialize (h, !(settings & FUZZ_NO_INITIALIZE)) == 0)
    w->initialize = !(settings & FUZZ_NO_INITIALIZE);
  nbd_set_strict_mode (h,
                       settings & FUZZ_NOT_STRICT ? 0 : LIBNBD_STRICT_MASK);
  nbd_clear_meta_contexts (h);
  if (settings & FUZZ_CONTEXT)
    nbd_add_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION);
  if (settings & FUZZ_SECOND_CONTEXT)
    nbd_add_meta_context (h, "x:y");
  nbd_set_export_name (h, settings & FUZZ_EXPORT_NAME ? "disk" : "");
  if (settings & (FUZZ_TLS_ALLOW | FUZZ_TLS_REQUIRE))
    set_tls (h, settings & FUZZ_TLS_REQUIRE ? LIBNBD_TLS_REQUIRE
                                            : LIBNBD_TLS_ALLOW);
  nbd_set_handshake_flags (h, settings & FUZZ_NO_HANDSHAKE_FLAGS
                                ? 0
                                : LIBNBD_HANDSHAKE_FLAG_MASK);
  if (settings & FUZZ_DEBUG) {
    w->debug_set++;
    nbd_set_debug_callback (h, (nbd_debug_callback) { .callback = on_debug,
                                                      .user_data = w,
                                                      .free = free_debug });
    nbd_set_debug (h, true);
  }
  else
    nbd_set_debug (h, false);
}

static void
check_text (char *text)
{
  MUST (text == NULL || strlen (text) <= 4096);
  free (text);
}

void
ask_queries (struct world *w)
{
  struct nbd_handle *h = w->h;

  nbd_get_size (h);
  for (int type = 0; type <= LIBNBD_SIZE_PAYLOAD; type++)
    nbd_get_block_size (h, type);
  nbd_is_read_only (h);
  nbd_can_flush (h);
  nbd_can_df (h);
  nbd_can_meta_context (h, LIBNBD_CONTEXT_BASE_ALLOCATION);
  nbd_get_protocol (h);
  nbd_get_tls_negotiated (h);
  nbd_get_structured_replies_negotiated (h);
  nbd_get_extended_headers_negotiated (h);
  check_text (nbd_get_export_name (h));
  check_text (nbd_get_canonical_export_name (h));
  check_text (nbd_get_export_description (h));
  free (nbd_get_uri (h));
  MUST (nbd_get_handle_size (h) > 0);
  nbd_stats_bytes_received (h);
  nbd_stats_chunks_received (h);
}
