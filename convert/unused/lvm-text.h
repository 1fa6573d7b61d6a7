/* SPDX-License-Identifier: MIT */
/* The text of LVM metadata:
 *
 *   name { name = value ... }
 *
 * A value is a word, a number, a "string", or a list [ value, ... ].  A
 * comment goes from # to the end of its line.  The text is parsed in place, so
 * parsing needs no memory, whatever the text contains. */
#ifndef CONVERT_LVM_TEXT_H
#define CONVERT_LVM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LVM_WORDS 64u

/* A part of the text, without a zero at its end. */
struct lvm_text {
  const char *at, *end;
};

/* A member of a section. */
struct lvm_item {
  struct lvm_text name, body; /* the content between the braces, or the
                                 value */
  bool is_section;
};

/* Whether the text follows these rules.  The other functions may only be
 * called if it does. */
extern bool lvm_text_is_right (struct lvm_text text);
/* Get the next member of a section.  Returns false if there is none. */
extern bool lvm_next (struct lvm_text *rest, struct lvm_item *item);
/* Get the next word, number or string of a value, without quotes. */
extern bool lvm_next_value (struct lvm_text *rest, struct lvm_text *value);

/* Get the member with this name.  Returns false unless there is exactly one,
 * and it is of this kind. */
extern bool lvm_section (struct lvm_text body, const char *name,
                         struct lvm_text *section);
extern bool lvm_value (struct lvm_text body, const char *name,
                       struct lvm_text *value);
extern bool lvm_number (struct lvm_text body, const char *name, uint64_t *n);

extern bool lvm_is (struct lvm_text text, const char *word);
extern bool lvm_same (struct lvm_text a, struct lvm_text b);
extern bool lvm_to_number (struct lvm_text text, uint64_t *n);
/* Text for a message: at most the first LVM_WORDS bytes, with other
 * characters than printable ASCII replaced. */
struct lvm_words {
  char text[LVM_WORDS + sizeof "..."];
};

extern struct lvm_words lvm_words (struct lvm_text text);

#endif /* CONVERT_LVM_TEXT_H */
