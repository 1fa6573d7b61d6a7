/* SPDX-License-Identifier: MIT */
/* The text that LVM keeps its metadata in:
 *
 *   name { name = value ... }
 *
 * where a value is a word, a number, a "string", or a list [ value, ... ], and
 * a comment goes from # to the end of its line.  It is read where it is, so
 * that it takes no memory, whatever is in it. */
#ifndef CONVERT_LVM_TEXT_H
#define CONVERT_LVM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LVM_WORDS 64u

/* Some of it, which does not end with a zero. */
struct lvm_text {
  const char *at, *end;
};

/* What a section consists of. */
struct lvm_item {
  struct lvm_text name, body; /* without its braces; or the value */
  bool is_section;
};

/* Is all of it as above?  The others may only be called if it is. */
extern bool lvm_text_is_right (struct lvm_text text);
/* The next thing of a section; false: there is none. */
extern bool lvm_next (struct lvm_text *rest, struct lvm_item *item);
/* The next word, number or string, without its quotes, of a value. */
extern bool lvm_next_value (struct lvm_text *rest, struct lvm_text *value);

/* What there is once and no more with this name. */
extern bool lvm_section (struct lvm_text body, const char *name,
                         struct lvm_text *section);
extern bool lvm_value (struct lvm_text body, const char *name,
                       struct lvm_text *value);
extern bool lvm_number (struct lvm_text body, const char *name, uint64_t *n);

extern bool lvm_is (struct lvm_text text, const char *word);
extern bool lvm_same (struct lvm_text a, struct lvm_text b);
extern bool lvm_to_number (struct lvm_text text, uint64_t *n);
/* For a message: only its beginning, and nothing that a terminal would obey. */
struct lvm_words {
  char text[LVM_WORDS + sizeof "..."];
};

extern struct lvm_words lvm_words (struct lvm_text text);

#endif /* CONVERT_LVM_TEXT_H */
