/* SPDX-License-Identifier: MIT */

/* The library's parser of URIs, for tests that are linked with it. */

#ifndef PARSE_H
#define PARSE_H

#include "api/uri.h"

/* Parse under a policy and compare with the result of an example. */
extern void check_parse (const struct nbdi_settings *policy, const char *uri,
                         const char *result);

#endif /* PARSE_H */
