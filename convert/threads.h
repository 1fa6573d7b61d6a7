/* SPDX-License-Identifier: MIT */
/* Threads beside the main one. */
#ifndef CONVERT_THREADS_H
#define CONVERT_THREADS_H

#include <pthread.h>

/* Start one that takes no signals, which are for the main thread.  0, or an
 * errno. */
extern int thread_start (pthread_t *thread, void *(*function) (void *),
                         void *opaque);
/* Start so many; how many there are, with errno if none is. */
extern unsigned threads_start (pthread_t *threads, unsigned count,
                               void *(*function) (void *), void *opaque);
/* How many can run at once. */
extern unsigned thread_processors (void);

#endif /* CONVERT_THREADS_H */
