/* SPDX-License-Identifier: MIT */
/* What makers of inputs use. */
#ifndef CONVERT_SOURCE_INTERNAL_H
#define CONVERT_SOURCE_INTERNAL_H

#include <sys/param.h> /* MIN, MAX */

#include "facts.h"
#include "source/input.h"

/* A struct of SIZE bytes that begins with struct input, all else cleared, of
 * unknown size; NULL with errno. */
extern void *input_new (size_t size, const struct input_ops *ops,
                        const char *name, int fd);
extern void input_done (struct input *in);
/* What a read returns after input_stop: -1 with errno. */
extern ssize_t input_canceled (void);

#endif /* CONVERT_SOURCE_INTERNAL_H */
