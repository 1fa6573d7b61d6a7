/* SPDX-License-Identifier: MIT */
/* BGZF: members of gzip that say their stored length. */
#ifndef CONVERT_GZIP_MEMBERS_H
#define CONVERT_GZIP_MEMBERS_H

#include "codec/codec.h"

/* The stored length of the member that has this extra field, or 0 if it is
 * not a member of BGZF. */
extern uint32_t gzip_member_length (const unsigned char *extra,
                                    size_t length);

extern enum found gzip_find_parts (struct input *in, struct parts *parts,
                                   char **why);

#define GZIP_NO_END                                                     \
  "it is truncated: it does not end with the empty member which bgzip " \
  "writes last"

#endif /* CONVERT_GZIP_MEMBERS_H */
