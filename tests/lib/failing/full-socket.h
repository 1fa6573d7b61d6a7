/* SPDX-License-Identifier: MIT */

/* A socket for which send finds no room; a program with it is linked with
 * -Wl,--wrap=send. */

#ifndef FULL_SOCKET_H
#define FULL_SOCKET_H

/* Which it is; -1: none. */
extern int full_socket;

#endif /* FULL_SOCKET_H */
