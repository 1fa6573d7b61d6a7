/* SPDX-License-Identifier: MIT */

/* The client side of tests: driving a handle as a main loop would, and
 * closures that count. */

#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <libnbd.h>

/* The name of the only state query that is true, in capitals. */
extern const char *state_name (struct nbd_handle *h);

/* Deliver events, read before write, until the handle waits for an event
 * that is not there.  Fails when it never stops, or when an event that
 * the handle asked for is refused in a handle that lives on. */
extern void pump (struct nbd_handle *h);

/* Is the event that the handle waits for there?  Delivers nothing. */
extern bool is_awake (struct nbd_handle *h);

/* Let the handle's socket take about so many bytes at once, and no less than
 * the system permits. */
extern void client_room (struct nbd_handle *h, int size);

/* Counts what happens to one closure. */
struct calls {
  int called;
  int freed;
  int error; /* *error of the last call */
  int called_after_free;
  int gives;      /* what the callback returns */
  int sets_error; /* stored in *error when not 0 */
};

extern nbd_completion_callback completion (struct calls *c);
extern nbd_chunk_callback chunk (struct calls *c);
extern nbd_extent_callback extent (struct calls *c);
extern nbd_extent64_callback extent64 (struct calls *c);
extern nbd_list_callback list (struct calls *c);
extern nbd_context_callback context (struct calls *c);
extern nbd_debug_callback debug (struct calls *c);

/* Called this often, freed exactly once, never called after. */
#define CHECK_CALLS(c, times)              \
  do {                                     \
    CHECK_INT ((c)->called, (times));      \
    CHECK_INT ((c)->freed, 1);             \
    CHECK_INT ((c)->called_after_free, 0); \
  } while (0)

#endif /* CLIENT_H */
