/* SPDX-License-Identifier: MIT */

/* A socket that send finds full.  A program with this file is linked with
 * -Wl,--wrap=send. */

#ifndef FULL_SOCKET_H
#define FULL_SOCKET_H

/* The descriptor of that socket; -1: none. */
extern int full_socket;

#endif /* FULL_SOCKET_H */
