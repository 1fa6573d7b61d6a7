/* SPDX-License-Identifier: MIT */

/* Two threads write to one variable, with a lock or without. */

#include <pthread.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int counter, racing;

static void *
count (void *opaque)
{
  for (int i = 0; i < 1000; i++) {
    if (!racing)
      pthread_mutex_lock (&lock);
    counter++;
    if (!racing)
      pthread_mutex_unlock (&lock);
  }
  return opaque;
}

int
main (int argc, char *argv[])
{
  pthread_t threads[2];

  racing = argc > 1 && strcmp (argv[1], "race") == 0;
  for (int i = 0; i < 2; i++)
    if (pthread_create (&threads[i], NULL, count, NULL) != 0)
      return 1;
  for (int i = 0; i < 2; i++)
    pthread_join (threads[i], NULL);
  return counter == 0;
}
