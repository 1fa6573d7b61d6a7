/* SPDX-License-Identifier: MIT */

/* While threads allocate and hold locks all the time, the program forks; the
 * child and the threads of the parent connect to commands that they start.
 * The command is this program itself, being the server. */

#include "ram.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUSY 4
#define CONNECTING 4
#define ROUNDS 6
#define DISK 65536

static atomic_bool finished;
static char *self;

/* The server reads a disk in which each byte is 'x'. */
static int
serve (void)
{
  struct ram ram;

  ram_create (&ram, DISK);
  memset (ram.data, 'x', DISK);

  struct ram_server s = { .ram = &ram, .style = RAM_STRUCTURED, .fd = 0 };

  ram_serve (&s);
  ram_free (&ram);
  return EXIT_SUCCESS;
}

static void
connect_and_read (void)
{
  char *command[] = { self, "serve", NULL };
  struct nbd_handle *h = nbd_create ();
  char buf[512];

  MUST (h != NULL);
  MUST (nbd_connect_command (h, command) == 0);
  MUST (nbd_get_subprocess_pid (h) > 0);
  MUST (nbd_pread (h, buf, sizeof buf, DISK - sizeof buf, 0) == 0);
  MUST (buf[0] == 'x' && buf[sizeof buf - 1] == 'x');
  MUST (nbd_shutdown (h, 0) == 0);
  nbd_close (h);
}

/* Something holds the locks of malloc, of stdio and of a handle. */
static void *
be_busy (void *opaque)
{
  FILE *null = fopen ("/dev/null", "w");

  MUST (null != NULL);
  while (!finished) {
    struct nbd_handle *h = nbd_create ();
    void *p = malloc (1000);

    MUST (h != NULL && p != NULL);
    MUST (nbd_set_export_name (h, "disk") == 0);
    fprintf (null, "%p", p);
    free (p);
    nbd_close (h);
  }
  fclose (null);
  return opaque;
}

static void *
keep_connecting (void *opaque)
{
  for (int i = 0; i < ROUNDS; i++)
    connect_and_read ();
  return opaque;
}

/* The child has one thread only, but what the others held stays held. */
static void
connect_in_a_child (void)
{
  int status;
  pid_t pid = fork ();

  MUST (pid != -1);
  if (pid == 0) {
    connect_and_read ();
    _exit (EXIT_SUCCESS);
  }
  MUST (waitpid (pid, &status, 0) == pid);
  MUST (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_SUCCESS);
}

int
main (int argc, char *argv[])
{
  pthread_t threads[BUSY + CONNECTING];

  if (argc == 2 && strcmp (argv[1], "serve") == 0)
    return serve ();
  self = realpath (argv[0], NULL);
  MUST (self != NULL);
  for (int i = 0; i < BUSY + CONNECTING; i++)
    MUST (pthread_create (&threads[i], NULL,
                          i < BUSY ? be_busy : keep_connecting, NULL)
          == 0);
  for (int i = 0; i < ROUNDS; i++)
    connect_in_a_child ();
  for (int i = BUSY; i < BUSY + CONNECTING; i++)
    pthread_join (threads[i], NULL);
  finished = true;
  for (int i = 0; i < BUSY; i++)
    pthread_join (threads[i], NULL);
  free (self);
  return EXIT_SUCCESS;
}
