/* SPDX-License-Identifier: MIT */

/* Threads of programs that start commands.  The command is this program
 * itself, which then acts as the server. */

#include "ram.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUSY 4
#define DISK 65536

static atomic_bool finished;
static char *self;

/* Serve a disk in which each byte is 'x'. */
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

/* Keep the locks of malloc, of stdio and of a handle in use. */
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

/* Act as the server if the program was started for that. */
static void
know_oneself (int argc, char *argv[])
{
  if (argc == 2 && strcmp (argv[1], "serve") == 0)
    exit (serve ());
  self = realpath (argv[0], NULL);
  MUST (self != NULL);
}

static void
start_busy (pthread_t threads[BUSY])
{
  for (int i = 0; i < BUSY; i++)
    MUST (pthread_create (&threads[i], NULL, be_busy, NULL) == 0);
}

static void
end_busy (pthread_t threads[BUSY])
{
  finished = true;
  for (int i = 0; i < BUSY; i++)
    pthread_join (threads[i], NULL);
  free (self);
}
