/* SPDX-License-Identifier: MIT */

/* A small server: see peer.h. */

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bytes.h"
#include "check.h"
#include "notation.h"
#include "peer.h"

#define MAX_PATH 4096

static pthread_t thread;
static int listener = -1;
static struct sockaddr_un un = { .sun_family = AF_UNIX };
static char port[8];

const struct peer_cipher *peer_cipher;

/* What was negotiated with the client. */
static bool encrypted, structured, extended;

static bool
receive (int fd, void *buf, size_t n)
{
  if (n > 0 && encrypted)
    return peer_cipher->receive (buf, n);
  return n == 0 || recv (fd, buf, n, MSG_WAITALL) == (ssize_t) n;
}

static bool
say (int fd, struct bytes *b)
{
  bool sent = encrypted
                ? peer_cipher->send (b->p, b->len)
                : send (fd, b->p, b->len, MSG_NOSIGNAL) == (ssize_t) b->len;

  bytes_free (b);
  return sent;
}

/* Agree to TLS if there is a cipher.  What was negotiated before is
 * forgotten. */
static bool
start_tls (int fd)
{
  struct bytes b = { 0 };

  notation_format (&b, "reply STARTTLS %s",
                   peer_cipher ? "ACK" : "ERR_UNSUP");
  if (!say (fd, &b))
    return false;
  if (peer_cipher == NULL)
    return true;
  structured = extended = false;
  encrypted = peer_cipher->start (fd);
  return encrypted;
}

/* Reply to one option.  Returns its number, or 0 if the client has closed the
 * connection. */
static unsigned
answer_option (int fd)
{
  uint8_t head[16], data[8192];
  struct bytes b = { 0 };

  if (!receive (fd, head, sizeof head))
    return 0;
  unsigned option = get_uint (head + 8, 4), len = get_uint (head + 12, 4);
  if (len > sizeof data || !receive (fd, data, len))
    return 0;
  switch (option) {
  case 5: return start_tls (fd) ? option : 0;
  case 8:
    if (!extended) {
      structured = true;
      break;
    }
    notation_format (&b, "reply STRUCTURED_REPLY ERR_EXT_HEADER_REQD"
                         " \"it is done\"");
    return say (fd, &b) ? option : 0;
  case 3:
    notation_format (&b, "reply LIST SERVER string \"a\" \"first\"");
    notation_format (&b, "reply LIST SERVER string \"b\"");
    break;
  case 6:
  case 7:
    if (data[4] == '?') {
      notation_format (&b, "reply %u ERR_UNKNOWN \"no such disk\"", option);
      return say (fd, &b) ? option | 0x100 : 0;
    }
    notation_format (&b, "reply %u INFO u16 INFO_NAME \"disk\"", option);
    notation_format (&b, "reply %u INFO u16 INFO_DESCRIPTION \"mine\"",
                     option);
    notation_format (&b, "reply %u INFO u16 INFO_EXPORT u64 %u u16 0x1dfd",
                     option, PEER_SIZE);
    break;
  case 9:
  case 10:
    if (data[4] == '?') {
      notation_format (&b, "reply %u ERR_UNKNOWN \"no such disk\"", option);
      return say (fd, &b) ? option : 0;
    }
    notation_format (&b, "reply %u META_CONTEXT u32 1 \"base:allocation\"",
                     option);
    notation_format (&b, "reply %u META_CONTEXT u32 2 \"x:y\"", option);
    break;
  case 11: extended = true;
  }
  notation_format (&b, "reply %u ACK", option);
  return say (fd, &b) ? option : 0;
}

static void
answer_read (struct bytes *b, uint64_t cookie, uint64_t offset,
             uint64_t count)
{
  char head[64] = "chunk DONE OFFSET_DATA";

  if (!extended && !structured) {
    notation_format (b, "simple 0 %ju pattern %ju %ju", (uintmax_t) cookie,
                     (uintmax_t) offset, (uintmax_t) count);
    return;
  }
  if (extended)
    snprintf (head, sizeof head, "xchunk DONE OFFSET_DATA");
  notation_format (b, "%s %ju %.*ju u64 %ju pattern %ju %ju", head,
                   (uintmax_t) cookie, extended ? 1 : 0,
                   (uintmax_t) (extended ? offset : 0), (uintmax_t) offset,
                   (uintmax_t) offset, (uintmax_t) count);
}

static void
answer_status (struct bytes *b, uint64_t cookie, uint64_t offset)
{
  for (unsigned id = 1; id <= 2; id++) {
    const char *done = id == 2 ? "DONE" : "0";

    if (extended)
      notation_format (b,
                       "xchunk %s BLOCK_STATUS_EXT %ju %ju u32 %u u32 2 "
                       "u64 4K u64 0 u64 4K u64 3",
                       done, (uintmax_t) cookie, (uintmax_t) offset, id);
    else
      notation_format (b,
                       "chunk %s BLOCK_STATUS %ju u32 %u "
                       "u32 4K u32 0 u32 4K u32 3",
                       done, (uintmax_t) cookie, id);
  }
}

/* Reply to one command.  Returns false if the client has disconnected. */
static bool
answer_command (int fd)
{
  uint8_t head[32], data[65536];
  struct bytes b = { 0 };

  if (!receive (fd, head, extended ? 32 : 28))
    return false;
  unsigned flags = get_uint (head + 4, 2), type = get_uint (head + 6, 2);
  uint64_t cookie = get_uint (head + 8, 8), offset = get_uint (head + 16, 8);
  uint64_t count = get_uint (head + 24, extended ? 8 : 4);

  if (type == 1 || (extended && type == 7 && (flags & 0x20) != 0))
    for (uint64_t n = count, part; n > 0; n -= part) {
      part = n < sizeof data ? n : sizeof data;
      if (!receive (fd, data, part))
        return false;
    }
  switch (type) {
  case 0: answer_read (&b, cookie, offset, count); break;
  case 2: return false;
  case 7: answer_status (&b, cookie, offset); break;
  default:
    if (extended)
      notation_format (&b, "xchunk DONE NONE %ju %ju", (uintmax_t) cookie,
                       (uintmax_t) offset);
    else
      notation_format (&b,
                       structured ? "chunk DONE NONE %ju" : "simple 0 %ju",
                       (uintmax_t) cookie);
  }
  return say (fd, &b);
}

static void
serve (int fd)
{
  uint8_t client_flags[4];
  unsigned option;
  struct bytes b = { 0 };

  encrypted = structured = extended = false;
  notation_format (&b, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  if (!say (fd, &b) || !receive (fd, client_flags, 4))
    return;
  do {
    option = answer_option (fd);
    if (option == 0 || option == 2)
      return;
  } while (option != 7);
  while (answer_command (fd))
    ;
}

/* Serve one connection, which may be closed before it is accepted. */
static void *
run (void *arg)
{
  int fd = (int) (intptr_t) arg;

  if (listener != -1)
    fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd != -1) {
    serve (fd);
    if (encrypted)
      peer_cipher->end ();
    close (fd);
  }
  return NULL;
}

static void
start (int fd)
{
  if (pthread_create (&thread, NULL, run, (void *) (intptr_t) fd) != 0)
    FAIL ("cannot start a thread");
}

int
peer_pair (void)
{
  int sv[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == -1)
    FAIL ("socketpair: %m");
  start (sv[1]);
  return sv[0];
}

const char *
peer_listen (void)
{
  snprintf (un.sun_path, sizeof un.sun_path, "/tmp/causeway-peer-%d",
            (int) getpid ());
  listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener == -1
      || bind (listener, (struct sockaddr *) &un, sizeof un) == -1
      || listen (listener, 1) == -1)
    FAIL ("%s: %m", un.sun_path);
  start (-1);
  return un.sun_path;
}

const char *
peer_listen_tcp (void)
{
  struct sockaddr_in in = { .sin_family = AF_INET };
  socklen_t len = sizeof in;

  in.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  un.sun_path[0] = '\0';
  listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener == -1
      || bind (listener, (struct sockaddr *) &in, sizeof in) == -1
      || listen (listener, 1) == -1
      || getsockname (listener, (struct sockaddr *) &in, &len) == -1)
    FAIL ("127.0.0.1: %m");
  snprintf (port, sizeof port, "%u", ntohs (in.sin_port));
  start (-1);
  return port;
}

/* If the library has started this program as a server, be the server and exit.
 * The arguments come from /proc, because not every C library passes them to
 * constructors. */
static void be_server (void) __attribute__ ((constructor));

static void
be_server (void)
{
  static const char mark[] = "\0--serve-";
  char line[MAX_PATH + 64] = "";
  FILE *f = fopen ("/proc/self/cmdline", "re");
  size_t n = f ? fread (line, 1, sizeof line - 1, f) : 0;

  if (f != NULL)
    fclose (f);
  const char *mode = memmem (line, n, mark, sizeof mark - 1);
  if (mode == NULL)
    return;
  serve (strcmp (mode + 1, "--serve-stdio") == 0 ? 0
                                                 : accept (3, NULL, NULL));
  _exit (0);
}

const char *
peer_program (void)
{
  static char path[MAX_PATH];
  ssize_t n = readlink ("/proc/self/exe", path, sizeof path - 1);

  if (n == -1)
    FAIL ("/proc/self/exe: %m");
  path[n] = '\0';
  return path;
}

void
peer_join (void)
{
  if (listener != -1)
    shutdown (listener, SHUT_RDWR); /* wakes the thread in accept */
  pthread_join (thread, NULL);
  if (listener != -1) {
    close (listener);
    if (un.sun_path[0] != '\0')
      unlink (un.sun_path);
    listener = -1;
  }
}
