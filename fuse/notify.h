/* SPDX-License-Identifier: MIT */
/* Telling the service manager the state of this program, see sd_notify(3). */
#ifndef FUSE_NOTIFY_H
#define FUSE_NOTIFY_H

/* Prepare, if NOTIFY_SOCKET is set, and unset it, so that programs that this
 * one starts do not send messages. */
extern void notify_prepare (void);
/* Send STATE, which is READY=1, STOPPING=1 or NULL, with a line of text for
 * people.  Control characters in it become spaces. */
extern void notify (const char *state, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

#endif /* FUSE_NOTIFY_H */
