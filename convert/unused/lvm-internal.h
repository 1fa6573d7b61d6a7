/* SPDX-License-Identifier: MIT */
/* For the files that read the metadata of a volume group. */
#ifndef CONVERT_LVM_INTERNAL_H
#define CONVERT_LVM_INTERNAL_H

#include "unused/lvm.h"

/* ---- lvm-names.c ---- */

struct lvm_names {
  struct lvm_text *list;
  size_t count;
};

extern void lvm_add_name (struct lvm_names *names, struct lvm_text name);
/* Call this after the last lvm_add_name and before lvm_has_name. */
extern void lvm_sort_names (struct lvm_names *names);
extern bool lvm_has_name (const struct lvm_names *names,
                          struct lvm_text name);

/* ---- lvm-status.c ---- */

/* Returns NULL if each status is known and harmless, or what is odd; to be
 * freed. */
extern char *lvm_status_of_group (struct lvm_text name, struct lvm_text body);
extern char *lvm_status_of_physical (struct lvm_text name,
                                     struct lvm_text body);
extern char *lvm_status_of_volume (struct lvm_text name,
                                   struct lvm_text body);
extern bool lvm_has_status (struct lvm_text body, const char *status);

/* ---- lvm-segment.c ---- */

/* The state of reading a group. */
struct lvm_reading {
  struct lvm_group *group;
  struct lvm_names physical; /* names of all physical volumes */
  struct lvm_text own;       /* name of the one that is examined */
  /* Names in segments that are not physical volumes.  Most of these are
   * volumes. */
  struct lvm_names named;
};

/* Read a segment of V: add its extents on our physical volume, and record
 * what V consists of.  Returns NULL, or what is odd; to be freed. */
extern char *lvm_read_segment (struct lvm_reading *r, struct lvm_volume *v,
                               struct lvm_text body);

#endif /* CONVERT_LVM_INTERNAL_H */
