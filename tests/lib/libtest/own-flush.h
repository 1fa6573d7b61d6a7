/* SPDX-License-Identifier: MIT */

/* Bringing the library to send a flush of its own. */

#ifndef OWN_FLUSH_H
#define OWN_FLUSH_H

#include "lasting.h"

/* Write chunks of 64 KiB, each acknowledged before the next one, until the
 * library sends a flush.  Returns the flush's cookie. */
extern uint64_t write_until_flush (struct nbd_handle *h, struct server *s);

#define BEHIND_HELD_FLUSH 4
#define HALF_JOURNAL 32768

/* A handle that holds back a flush, for which two writes of together half of
 * its journal are the reason.  `cookie` are those of short writes that are in
 * flight. */
extern struct nbd_handle *handle_with_held_flush (
  struct server *s, struct address *a, int64_t cookie[BEHIND_HELD_FLUSH]);

#endif /* OWN_FLUSH_H */
