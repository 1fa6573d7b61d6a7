/* SPDX-License-Identifier: MIT */
/* Unix sockets between us and our helpers. */
#ifndef CONVERT_SOCKETS_H
#define CONVERT_SOCKETS_H

#include "tool.h"

/* The server that listens at SOCKET, whose name in messages is NAME. */
extern struct tool_endpoint helper_endpoint (char *socket, const char *name);
/* Listen on a socket of our own, whose name is *PATH then.  Fails the tool. */
extern int socket_listen (char **path);

#endif /* CONVERT_SOCKETS_H */
