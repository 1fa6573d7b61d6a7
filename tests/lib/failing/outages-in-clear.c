/* SPDX-License-Identifier: MIT */

/* Lives in outages without encryption: see outages.h. */

#include "outages.h"

const struct ram_cipher *const outage_cipher;

bool
prepare_outages (struct nbd_handle *h, struct outcome *o)
{
  (void) h;
  (void) o;
  return true;
}

const struct life *const life_groups[] = { outage_lives, child_lives, NULL };
