/* SPDX-License-Identifier: MIT */
/* Requests of threads that are being killed. */
#ifndef FUSE_INTERRUPT_H
#define FUSE_INTERRUPT_H

#include "request.h"

/* Watch the thread that waits for the request, until the request is
 * answered. */
extern void interrupt_watch (struct request *request);
/* Stop watching, if the request is watched. */
extern void interrupt_forget (struct request *request);

/* Call END for the requests of threads that are being killed. */
extern void interrupt_look (void (*end) (struct request *));
/* Milliseconds until interrupt_look has to be called, or -1. */
extern int interrupt_timeout (void);

#endif /* FUSE_INTERRUPT_H */
