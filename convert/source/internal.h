/* SPDX-License-Identifier: MIT */
/* For the files that make inputs. */
#ifndef CONVERT_SOURCE_INTERNAL_H
#define CONVERT_SOURCE_INTERNAL_H

#include <sys/param.h> /* MIN, MAX */

#include "facts.h"
#include "source/input.h"

/* Allocate SIZE bytes that begin with a struct input, for an input of unknown
 * size.  All other members are zero.  Returns NULL with errno. */
extern void *input_new (size_t size, const struct input_ops *ops,
                        const char *name, int fd);
extern void input_done (struct input *in);
/* The result of a read after input_stop: -1 with errno. */
extern ssize_t input_canceled (void);

#endif /* CONVERT_SOURCE_INTERNAL_H */
