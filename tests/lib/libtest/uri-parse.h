/* SPDX-License-Identifier: MIT */

/* The library's URI parser, for tests that are linked with it. */

#ifndef PARSE_H
#define PARSE_H

#include "api/uri.h"

/* Parse a URI with these settings, and compare with the result of an
 * example. */
extern void check_parse (const struct nbdi_settings *policy, const char *uri,
                         const char *result);

#endif /* PARSE_H */
