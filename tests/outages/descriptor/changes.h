/* SPDX-License-Identifier: MIT */

/* Counts what the library changes about the one descriptor of a handle: the
 * sockets that it watches, and its timer. */

#ifndef CHANGES_H
#define CHANGES_H

extern unsigned changes;

#endif /* CHANGES_H */
