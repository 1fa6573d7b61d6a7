/* SPDX-License-Identifier: MIT */
/* The parser returns the parts, or the error, that the examples say. */
#include <stdio.h>

#include "check.h"
#include "uri-examples.h"
#include "uri-parse.h"

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */
  static const struct nbdi_settings policy = {
    .uri_allow_transports = LIBNBD_ALLOW_TRANSPORT_MASK,
    .uri_allow_tls = LIBNBD_TLS_ALLOW,
  };

  CHECK_INT (nr_examples, 109);
  for (i = 0; i < nr_examples; i++) {
    char name[16];
    snprintf (name, sizeof name, "%d", examples[i].number);
    if (ROW (name))
      check_parse (&policy, examples[i].uri, examples[i].result);
  }
  check_rows_end ();
}
