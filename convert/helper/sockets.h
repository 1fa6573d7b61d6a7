/* SPDX-License-Identifier: MIT */
/* Unix sockets between us and our helpers. */
#ifndef CONVERT_SOCKETS_H
#define CONVERT_SOCKETS_H

#include "tool.h"

/* Listen on a new Unix socket, whose path is put into *PATH, to be freed.
 * Returns its descriptor.  Errors end the program. */
extern int socket_listen (char **path);

#endif /* CONVERT_SOCKETS_H */
