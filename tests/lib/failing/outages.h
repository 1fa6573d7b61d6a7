/* SPDX-License-Identifier: MIT */

/* What lives in outages are in the clear, or over TLS: of outages-in-clear.c
 * and outages-over-tls.c a program is linked with one. */

#ifndef OUTAGES_H
#define OUTAGES_H

#include "life.h"
#include "ram.h"

/* How the server encrypts; NULL: not at all. */
extern const struct ram_cipher *const outage_cipher;

/* Tell the handle, before it connects; false: a call failed. */
extern bool prepare_outages (struct nbd_handle *h, struct outcome *o);

/* In life-in-outages.c: with a server that listens, and with one that is a
 * child. */
extern const struct life outage_lives[], child_lives[];

#endif /* OUTAGES_H */
