/* SPDX-License-Identifier: MIT */
/* What reads the metadata of a volume group. */
#ifndef CONVERT_LVM_INTERNAL_H
#define CONVERT_LVM_INTERNAL_H

#include "unused/lvm.h"

/* ---- lvm-names.c ---- */

struct lvm_names {
  struct lvm_text *list;
  size_t count;
};

extern void lvm_add_name (struct lvm_names *names, struct lvm_text name);
/* After the last one was added, and before one is looked for. */
extern void lvm_sort_names (struct lvm_names *names);
extern bool lvm_has_name (const struct lvm_names *names,
                          struct lvm_text name);

/* ---- lvm-status.c ---- */

/* NULL if each word is known and does not matter, or what is odd. */
extern char *lvm_status_of_group (struct lvm_text name, struct lvm_text body);
extern char *lvm_status_of_physical (struct lvm_text name,
                                     struct lvm_text body);
extern char *lvm_status_of_volume (struct lvm_text name,
                                   struct lvm_text body);
extern bool lvm_has_status (struct lvm_text body, const char *status);

/* ---- lvm-segment.c ---- */

/* While a group is read. */
struct lvm_reading {
  struct lvm_group *group;
  struct lvm_names physical; /* all physical volumes */
  struct lvm_text own;       /* ours */
  /* What segments name that is no physical volume: other volumes, most of
   * it. */
  struct lvm_names named;
};

/* Its extents on our physical volume, and what they are for.  NULL, or what
 * is odd. */
extern char *lvm_read_segment (struct lvm_reading *r, struct lvm_volume *v,
                               struct lvm_text body);

#endif /* CONVERT_LVM_INTERNAL_H */
