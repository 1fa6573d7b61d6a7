/* SPDX-License-Identifier: MIT */
/* Requests whose askers do not want to wait any more. */
#ifndef FUSE_INTERRUPT_H
#define FUSE_INTERRUPT_H

#include "request.h"

/* Watch who asked, as long as the request is not answered. */
extern void interrupt_watch (struct request *request);
/* It needs no watching any more. */
extern void interrupt_forget (struct request *request);

/* END the requests of those who are being killed. */
extern void interrupt_look (void (*end) (struct request *));
/* Milliseconds until interrupt_look has something to do, or -1. */
extern int interrupt_timeout (void);

#endif /* FUSE_INTERRUPT_H */
