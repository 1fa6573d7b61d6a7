/* SPDX-License-Identifier: MIT */

/* While threads allocate memory and hold locks all the time, other threads
 * connect to commands that they start. */

#include "own-server.h"

#define CONNECTING 4
#define ROUNDS 6

static void *
keep_connecting (void *opaque)
{
  for (int i = 0; i < ROUNDS; i++)
    connect_and_read ();
  return opaque;
}

int
main (int argc, char *argv[])
{
  pthread_t busy[BUSY], connecting[CONNECTING];

  know_oneself (argc, argv);
  start_busy (busy);
  for (int i = 0; i < CONNECTING; i++)
    MUST (pthread_create (&connecting[i], NULL, keep_connecting, NULL) == 0);
  for (int i = 0; i < CONNECTING; i++)
    pthread_join (connecting[i], NULL);
  end_busy (busy);
  return EXIT_SUCCESS;
}
