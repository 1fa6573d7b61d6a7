/* SPDX-License-Identifier: MIT */
/* The layer of public calls: the generated wrappers, and the functions that
 * they call. */

#ifndef NBDI_LIBRARY_H
#define NBDI_LIBRARY_H

#include "api/api.h"
#include "base/parameters.h"
#include "drive/drive.h"

#include <stdio.h>

/* call.c: entering and leaving the library. */
extern void nbdi_enter (struct nbd_handle *h, const char *name);
extern void nbdi_enter_briefly (struct nbd_handle *h, const char *name);
extern void nbdi_leave (struct nbd_handle *h);
extern void nbdi_enter_unlocked (struct nbd_handle *h, const char *name);
extern void nbdi_mark_alive (struct nbd_handle *h, bool alive);

extern void nbdi_begin_to_last (struct nbd_handle *h);
extern bool nbdi_will_last (const struct nbd_handle *h);

/* whereto.c: what a handle connects to, as text. */
extern void nbdi_put_encoded (FILE *f, const char *s, size_t len,
                              const char *also);
extern char *nbdi_whereto (const struct nbd_handle *h);

#endif /* NBDI_LIBRARY_H */
