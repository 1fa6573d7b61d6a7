/* SPDX-License-Identifier: MIT */
/* Members of gzip that say how long they are. */
#ifndef CONVERT_GZIP_MEMBERS_H
#define CONVERT_GZIP_MEMBERS_H

#include "codec/codec.h"

/* How long the member is to which this extra field belongs, if it says so as
 * BGZF does; else 0. */
extern uint32_t gzip_member_length (const unsigned char *extra,
                                    size_t length);

extern enum found gzip_find_parts (struct input *in, struct parts *parts,
                                   char **why);

#define GZIP_NO_END                                                     \
  "it is truncated: it does not end with the empty member which bgzip " \
  "writes last"

#endif /* CONVERT_GZIP_MEMBERS_H */
