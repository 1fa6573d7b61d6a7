/* SPDX-License-Identifier: MIT */
/* Serve the decoded content of a compressed file of several parts, as
 * nbdconvert serves it to qemu-nbd, until standard input ends.
 * usage: decode-server FILE SOCKET */
#include <config.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "image/image.h"

static struct image *
open_image (const char *name)
{
  static struct parts parts;
  const struct image_settings usual = { 0 };
  unsigned char head[16];
  struct stat st;
  char *why = NULL;
  int fd = open (name, O_RDONLY | O_CLOEXEC);

  if (fd == -1 || fstat (fd, &st) == -1
      || pread (fd, head, sizeof head, 0) != sizeof head)
    err (EXIT_FAILURE, "%s: cannot read its first bytes", name);
  struct input *in = input_from_file (fd, name, st.st_size);
  const struct codec *codec = codec_of (codec_recognize (head, sizeof head));
  if (codec == NULL || codec->find_parts == NULL
      || codec->find_parts (in, &parts, &why) != PARTS_FOUND)
    errx (EXIT_FAILURE, "%s: %s", name, why ? why : "it has no parts");
  struct image *image = image_of_parts (in, codec, &parts, &usual);
  if (image == NULL)
    err (EXIT_FAILURE, "%s", name);
  return image;
}

static int
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (strlen (path) >= sizeof address.sun_path)
    errx (EXIT_FAILURE, "%s: the name of the socket is too long", path);
  strcpy (address.sun_path, path);
  if (fd == -1
      || bind (fd, (struct sockaddr *) &address, sizeof address) == -1
      || listen (fd, 4) == -1)
    err (EXIT_FAILURE, "%s: cannot listen", path);
  return fd;
}

int
main (int argc, char **argv)
{
  char c;

  if (argc != 3)
    errx (EXIT_FAILURE, "usage: decode-server FILE SOCKET");
  struct image *image = open_image (argv[1]);
  struct server *server = image_serve (image, listen_at (argv[2]));
  if (server == NULL)
    err (EXIT_FAILURE, "%s: cannot serve", argv[1]);
  while (read (STDIN_FILENO, &c, 1) > 0)
    ;
  image_serve_end (server);
  image_free (image);
}
