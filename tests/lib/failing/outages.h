/* SPDX-License-Identifier: MIT */

/* Lives in outages run without TLS or over TLS: a program is linked with
 * outages-in-clear.c or with outages-over-tls.c. */

#ifndef OUTAGES_H
#define OUTAGES_H

#include "life.h"
#include "ram.h"

/* How the server encrypts; NULL: it does not. */
extern const struct ram_cipher *const outage_cipher;

/* Prepare the handle before it connects.  Returns false if a call failed. */
extern bool prepare_outages (struct nbd_handle *h, struct outcome *o);

/* In life-in-outages.c: lives with a server that listens, and lives with a
 * server that is a child. */
extern const struct life outage_lives[], child_lives[];

#endif /* OUTAGES_H */
