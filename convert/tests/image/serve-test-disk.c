/* SPDX-License-Identifier: MIT */
/* Serve an image on a Unix socket until standard input ends, and then print why
 * a client last got an error, if one did.
 * usage: serve-test-disk SOCKET PART COUNT [BROKEN]
 * The image is the test disk of bytes.h.  It has COUNT parts of PART bytes,
 * of which number BROKEN is broken. */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake.h"

static int
listen_at (const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  CHECK (strlen (name) < sizeof address.sun_path);
  strcpy (address.sun_path, name);
  CHECK (bind (fd, (struct sockaddr *) &address, sizeof address) == 0);
  CHECK (listen (fd, 10) == 0);
  return fd;
}

int
main (int argc, char **argv)
{
  struct image_settings settings = { .threads = 2 };
  struct parts parts = { .count = 0 };
  struct input *in = fake_input (1);
  char c;

  CHECK (argc >= 4);
  uint64_t size = strtoull (argv[2], NULL, 10);
  fake_reset ();
  fake_parts (&parts, &size, 1, strtoull (argv[3], NULL, 10));
  if (argc > 4)
    parts.list[strtoull (argv[4], NULL, 10)].kind = FAKE_BROKEN;
  struct image *image = image_of_parts (in, &fake_codec, &parts, &settings);
  int listening = listen_at (argv[1]);
  struct server *s = image_serve (image, listening);
  CHECK (s != NULL);
  puts ("ready");
  fflush (stdout);
  while (read (STDIN_FILENO, &c, 1) > 0)
    ;
  const char *why = image_serve_why (s);
  if (why != NULL)
    puts (why);
  image_serve_end (s);
  image_free (image);
  input_free (in);
  close (listening);
  return 0;
}
