/* SPDX-License-Identifier: MIT */

/* The notation for bytes on the wire, which transcripts, fault tables and
 * other tests use: text in, bytes out.  See tests/wire/README.md. */

#ifndef NOTATION_H
#define NOTATION_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

/* Append the bytes that the text stands for.  Returns NULL, or an error
 * message in a static buffer. */
extern const char *notation_bytes (struct bytes *out, const char *text);

/* The same for text that is part of a test: an error ends the test. */
extern void notation_format (struct bytes *out, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
extern void notation_vformat (struct bytes *out, const char *fmt, va_list);

/* Take the next word from *text.  A quoted string is one word.  Returns false
 * at the end of the text or before a comment.  A quoted word keeps its first
 * quote, and its escapes are converted; *len is its length. */
extern bool notation_word (const char **text, char *word, size_t size,
                           size_t *len);

/* The value of a number, of a constant's name, or of several of these joined
 * by |.  A name may be written without the prefix. */
extern bool notation_value (const char *word, const char *prefix,
                            uint64_t *value);

/* The value of a constant, given its full name; see names.c. */
extern bool constant_value (const char *name, size_t len, uint64_t *value);

/* The names of error numbers, "OK" for 0. */
extern const char *errno_name (int errnum);
extern bool errno_value (const char *name, int *errnum);

#endif /* NOTATION_H */
