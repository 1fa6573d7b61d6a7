/* SPDX-License-Identifier: MIT */
/* Unix sockets between us and our helpers. */
#ifndef CONVERT_SOCKETS_H
#define CONVERT_SOCKETS_H

#include "tool.h"

/* Listen on a socket of our own, whose name is *PATH then.  Fails the tool. */
extern int socket_listen (char **path);

#endif /* CONVERT_SOCKETS_H */
