/* SPDX-License-Identifier: MIT */
/* Telling the service manager how we are, see sd_notify(3). */
#ifndef FUSE_NOTIFY_H
#define FUSE_NOTIFY_H

/* If we run as a service that is to do so.  Programs that we start do not
 * speak for us. */
extern void notify_prepare (void);
/* READY=1, STOPPING=1, with a line for people: printable ASCII and UTF-8. */
extern void notify (const char *state, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

#endif /* FUSE_NOTIFY_H */
