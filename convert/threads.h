/* SPDX-License-Identifier: MIT */
/* Threads beside the main one. */
#ifndef CONVERT_THREADS_H
#define CONVERT_THREADS_H

#include <pthread.h>

/* Start a thread that receives no signals: the main thread handles them.
 * Returns 0 or an errno. */
extern int thread_start (pthread_t *thread, void *(*function) (void *),
                         void *opaque);
/* Start COUNT threads.  Returns how many were started; if fewer, errno says
 * why. */
extern unsigned threads_start (pthread_t *threads, unsigned count,
                               void *(*function) (void *), void *opaque);
/* How many processors are online. */
extern unsigned thread_processors (void);

#endif /* CONVERT_THREADS_H */
