/* SPDX-License-Identifier: MIT */

/* The client side of tests: driving a handle as a main loop would, and
 * closures that count. */

#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <libnbd.h>

/* The state of the handle, in capitals.  Exactly one query must be true. */
extern const char *state_name (struct nbd_handle *h);

/* Deliver events, read before write, until the handle waits for an event that
 * is not there.  Fails if this never ends, or if the handle refuses an event
 * that it waits for and goes on. */
extern void pump (struct nbd_handle *h);

/* Whether the event that the handle waits for is there.  Delivers nothing. */
extern bool is_awake (struct nbd_handle *h);

/* Set the size of the send buffer of the handle's socket, so that it takes
 * about this many bytes at once.  The system has a minimum size. */
extern void client_room (struct nbd_handle *h, int size);

/* Counts the calls of one closure. */
struct calls {
  int called;
  int freed;
  int error; /* *error in the last call */
  int called_after_free;
  int gives;      /* what the callback returns */
  int sets_error; /* stored in *error if it is not 0 */
};

extern nbd_completion_callback completion (struct calls *c);
extern nbd_chunk_callback chunk (struct calls *c);
extern nbd_extent_callback extent (struct calls *c);
extern nbd_extent64_callback extent64 (struct calls *c);
extern nbd_list_callback list (struct calls *c);
extern nbd_context_callback context (struct calls *c);
extern nbd_debug_callback debug (struct calls *c);

/* The closure was called this often, was freed once, and was not called after
 * that. */
#define CHECK_CALLS(c, times)              \
  do {                                     \
    CHECK_INT ((c)->called, (times));      \
    CHECK_INT ((c)->freed, 1);             \
    CHECK_INT ((c)->called_after_free, 0); \
  } while (0)

#endif /* CLIENT_H */
