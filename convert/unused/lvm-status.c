/* SPDX-License-Identifier: MIT */
/* The status of volumes and groups.
 *
 * Words that LVM lists under "flags" may be unknown, words under "status"
 * must be known. */
#include <config.h>

#include "tool.h"
#include "unused/lvm-internal.h"

struct status {
  const char *word, *odd; /* ODD is NULL if the word is harmless */
};

/* Returns NULL if each status is known and harmless, or what is odd. */
static char *
status_is_odd (struct lvm_text of, struct lvm_text body,
               const struct status *known)
{
  struct lvm_item item;
  struct lvm_text word;

  while (lvm_next (&body, &item)) {
    if (!lvm_is (item.name, "status") && !lvm_is (item.name, "flags"))
      continue;
    while (lvm_next_value (&item.body, &word)) {
      const struct status *s = known;
      while (s->word != NULL && !lvm_is (word, s->word))
        s++;
      if (s->word == NULL && lvm_is (item.name, "status"))
        return tool_format ("%s has the status %s, which is not known",
                            lvm_words (of).text, lvm_words (word).text);
      if (s->odd != NULL)
        return tool_format ("%s %s (%s)", lvm_words (of).text, s->odd,
                            lvm_words (word).text);
    }
  }
  return NULL;
}

#define INCOMPLETE "has lost a physical volume"
#define EXPORTED "is exported"
#define SHARED "may be in use by other machines"
#define CHANGING "is in the middle of a change"

static const struct status of_groups[] = {
  { "RESIZEABLE", NULL },   { "READ", NULL },
  { "WRITE", NULL },        { "WRITE_LOCKED", NULL },
  { "EXPORTED", EXPORTED }, { "PARTIAL", INCOMPLETE },
  { "PVMOVE", CHANGING },   { "CLUSTERED", SHARED },
  { "SHARED", SHARED },     { NULL, NULL },
};

static const struct status of_physical[] = {
  { "ALLOCATABLE", NULL },
  { "EXPORTED", EXPORTED },
  { "MISSING", "is missing" },
  { NULL, NULL },
};

static const struct status of_volumes[] = {
  { "READ", NULL },
  { "WRITE", NULL },
  { "VISIBLE", NULL },
  { "FIXED_MINOR", NULL },
  { "NOTSYNCED", NULL },
  { "WRITEMOSTLY", NULL },
  { "INITIALLY_SYNCED", NULL },
  { "PVMOVE", CHANGING },
  { "LOCKED", CHANGING },
  { "CONVERTING", CHANGING },
  { "MERGING", CHANGING },
  { "REBUILD", CHANGING },
  { "RESHAPING", CHANGING },
  { "RESHAPE_DELTA_DISKS_PLUS", CHANGING },
  { "RESHAPE_DELTA_DISKS_MINUS", CHANGING },
  { NULL, NULL },
};

char *
lvm_status_of_group (struct lvm_text name, struct lvm_text body)
{
  return status_is_odd (name, body, of_groups);
}

char *
lvm_status_of_physical (struct lvm_text name, struct lvm_text body)
{
  return status_is_odd (name, body, of_physical);
}

char *
lvm_status_of_volume (struct lvm_text name, struct lvm_text body)
{
  return status_is_odd (name, body, of_volumes);
}

bool
lvm_has_status (struct lvm_text body, const char *status)
{
  struct lvm_item item;
  struct lvm_text word;

  while (lvm_next (&body, &item))
    while (lvm_is (item.name, "status") && !item.is_section
           && lvm_next_value (&item.body, &word))
      if (lvm_is (word, status))
        return true;
  return false;
}
