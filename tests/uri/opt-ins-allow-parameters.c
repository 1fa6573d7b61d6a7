/* SPDX-License-Identifier: MIT */
/* Each opt-in allows its own parameters and no others. */
#include "check.h"
#include "uri-parse.h"

#define PSK "nbds:///?tls-psk-file=keys.psk"
#define CERTIFICATES "nbds+unix:///?socket=s&tls-certificates=certs"
#define PRIORITY "nbds:///?tls-priority=NORMAL"

static void
check_policy (bool files, bool priority)
{
  const struct nbdi_settings policy = {
    .uri_allow_transports = LIBNBD_ALLOW_TRANSPORT_MASK,
    .uri_allow_tls = LIBNBD_TLS_ALLOW,
    .uri_allow_local_file = files,
    .uri_allow_tls_priority = priority,
  };

  check_parse (&policy, PSK,
               files ? "tcp localhost:10809 \"\" tls tls-psk-file=keys.psk"
                     : "E-POLICY");
  check_parse (&policy, CERTIFICATES,
               files ? "unix s \"\" tls tls-certificates=certs" : "E-POLICY");
  check_parse (&policy, PRIORITY,
               priority ? "tcp localhost:10809 \"\" tls tls-priority=NORMAL"
                        : "E-POLICY");
}

void
test (void)
{
  check_policy (false, false);
  check_policy (true, false);
  check_policy (false, true);
  check_policy (true, true);
}
