/* SPDX-License-Identifier: MIT */
/* Whatever a client of the server sends, and whenever it leaves, other
 * clients are served, and the server ends when it is told to.
 *
 * Faults of other servers that are tested: leaving early, CVE-2013-7441,
 * CVE-2017-7539, CVE-2017-9524, CVE-2019-14850; options out of order,
 * CVE-2019-14851; names and options that lie about their length,
 * CVE-2017-15118, CVE-2017-15119, CVE-2020-10761, CVE-2022-26495,
 * CVE-2022-26496; block status of huge ranges, CVE-2025-47711,
 * CVE-2025-47712; clients that stay when the server ends, CVE-2024-7409. */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/protocol.h"
#include "fake.h"

#define PART UINT64_C (300000)
#define COUNT 10
#define SIZE (COUNT * PART)

static struct input *input;
static struct image *image;
static struct server *server;
static int listening;
static struct sockaddr_un address = { .sun_family = AF_UNIX };

/* ---- messages ---- */

static void
put_option (struct bytes *b, uint32_t option, uint32_t length)
{
  put_uint (b, NBD_NEW_VERSION, 8);
  put_uint (b, option, 4);
  put_uint (b, length, 4);
}

/* NBD_OPT_GO without a name and infos, but with these lengths of them. */
static void
put_go (struct bytes *b, uint32_t name_length, uint16_t infos)
{
  put_option (b, NBD_OPT_GO, 6);
  put_uint (b, name_length, 4);
  put_uint (b, infos, 2);
}

static void
put_request (struct bytes *b, uint16_t type, uint64_t offset, uint32_t length)
{
  put_uint (b, NBD_REQUEST_MAGIC, 4);
  put_uint (b, 0, 2);
  put_uint (b, type, 2);
  put_uint (b, offset ^ length, 8);
  put_uint (b, offset, 8);
  put_uint (b, length, 4);
}

static struct bytes
hello (void)
{
  struct bytes b = { .p = NULL };

  put_uint (&b, NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES, 4);
  return b;
}

/* ---- a client ---- */

static int
attach (void)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  CHECK (connect (fd, (struct sockaddr *) &address, sizeof address) == 0);
  return fd;
}

static void
give (int fd, struct bytes *b)
{
  for (size_t at = 0; at < b->len;) {
    ssize_t n = send (fd, b->p + at, b->len - at, MSG_NOSIGNAL);
    if (n == -1)
      break;
    at += n;
  }
  bytes_free (b);
}

static void
need (int fd, void *buffer, size_t length)
{
  CHECK_INT (recv (fd, buffer, length, MSG_WAITALL), length);
}

static uint32_t
reply_type (int fd)
{
  uint8_t head[NBD_OPTION_REPLY_SIZE];
  char data[64];

  need (fd, head, sizeof head);
  uint32_t length = get_uint (head + 16, 4);
  CHECK (length < sizeof data);
  if (length > 0)
    need (fd, data, length);
  return get_uint (head + 12, 4);
}

static void
must_be_closed (int fd)
{
  char bytes[4096];
  ssize_t n;

  while ((n = recv (fd, bytes, sizeof bytes, 0)) > 0)
    ;
  close (fd);
}

/* Connect and receive the greeting.  As long as the server has not noticed that
 * many others have left, it closes connections at once. */
static int
greeted (void)
{
  char greeting[NBD_GREETING_SIZE + NBD_HANDSHAKE_FLAGS_SIZE];

  for (;;) {
    int fd = attach ();
    ssize_t n = recv (fd, greeting, sizeof greeting, MSG_WAITALL);
    if (n != 0) {
      CHECK_INT (n, sizeof greeting);
      return fd;
    }
    close (fd);
  }
}

static int
ready (void)
{
  struct bytes b = hello ();
  int fd = greeted ();

  put_go (&b, 0, 0);
  give (fd, &b);
  CHECK_INT (reply_type (fd), NBD_REP_INFO);
  CHECK_INT (reply_type (fd), NBD_REP_INFO);
  CHECK_INT (reply_type (fd), NBD_REP_ACK);
  return fd;
}

static uint32_t
simple_error (int fd)
{
  uint8_t head[NBD_SIMPLE_REPLY_SIZE];

  need (fd, head, sizeof head);
  CHECK_INT (get_uint (head, 4), NBD_SIMPLE_REPLY_MAGIC);
  return get_uint (head + 4, 4);
}

/* An honest client on this connection is served. */
static void
is_alive (int fd)
{
  struct bytes b = { .p = NULL };
  unsigned char data[100];

  put_request (&b, NBD_CMD_READ, PART - 50, sizeof data);
  give (fd, &b);
  CHECK_INT (simple_error (fd), 0);
  need (fd, data, sizeof data);
  check_disk (data, PART - 50, sizeof data);
}

/* ---- the server ---- */

static void
begin (uint64_t hold_at)
{
  char name[] = "/tmp/causeway-hostile-XXXXXX";
  struct image_settings settings = { .threads = 2 };
  struct parts parts = { .count = 0 };
  uint64_t size = PART;

  fake_reset ();
  fake_hold (hold_at);
  fake_parts (&parts, &size, 1, COUNT);
  input = fake_input (1);
  image = image_of_parts (input, &fake_codec, &parts, &settings);
  CHECK (mkdtemp (name) != NULL);
  snprintf (address.sun_path, sizeof address.sun_path, "%s/s", name);
  listening = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK (bind (listening, (struct sockaddr *) &address, sizeof address) == 0);
  CHECK (listen (listening, 100) == 0);
  server = image_serve (image, listening);
  CHECK (server != NULL);
}

static void
end (void)
{
  image_serve_end (server);
  image_free (image);
  close (listening);
  unlink (address.sun_path);
  *strrchr (address.sun_path, '/') = 0;
  rmdir (address.sun_path);
  input_free (input);
}

/* ---- hostile clients ---- */

static void
options (void)
{
  static const struct {
    uint32_t name, infos, reply;
  } lies[] = {
    { UINT32_MAX, 0, NBD_REP_ERR_INVALID },
    { UINT32_MAX - 5, 0, NBD_REP_ERR_INVALID },
    { 1, 0, NBD_REP_ERR_INVALID },
    { 0, 1, NBD_REP_ERR_INVALID },
    { 0, UINT16_MAX, NBD_REP_ERR_INVALID },
  };
  struct bytes b = hello ();
  int fd = greeted ();

  put_option (&b, NBD_OPT_GO, 2);
  put_zero (&b, 2);
  put_option (&b, 12345, 0);
  put_option (&b, NBD_OPT_STARTTLS, 0);
  put_option (&b, NBD_OPT_LIST, 1);
  put_zero (&b, 1);
  put_option (&b, NBD_OPT_INFO, 300000);
  put_zero (&b, 300000);
  put_option (&b, NBD_OPT_GO, 7);
  put_uint (&b, 1, 4);
  put_zero (&b, 3);
  give (fd, &b);
  CHECK_INT (reply_type (fd), NBD_REP_ERR_INVALID);
  CHECK_INT (reply_type (fd), NBD_REP_ERR_UNSUP);
  CHECK_INT (reply_type (fd), NBD_REP_ERR_UNSUP);
  CHECK_INT (reply_type (fd), NBD_REP_ERR_INVALID);
  CHECK_INT (reply_type (fd), NBD_REP_ERR_TOO_BIG);
  CHECK_INT (reply_type (fd), NBD_REP_ERR_UNKNOWN);
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    put_go (&b, lies[i].name, lies[i].infos);
    give (fd, &b);
    CHECK_INT (reply_type (fd), lies[i].reply);
  }
  /* The rest of this option is never sent. */
  int endless = fd;
  put_option (&b, NBD_OPT_GO, UINT32_MAX);
  put_zero (&b, 1000);
  give (endless, &b);
  b = hello ();
  fd = greeted ();
  put_option (&b, NBD_OPT_EXPORT_NAME, 0);
  give (fd, &b);
  char export[NBD_EXPORT_NAME_REPLY_SIZE];
  need (fd, export, sizeof export);
  CHECK_INT (get_uint ((uint8_t *) export, 8), SIZE);
  is_alive (fd);
  close (fd);
  close (endless);
}

static void
requests (void)
{
  static const struct {
    uint16_t type;
    uint64_t offset;
    uint32_t length, error;
  } rows[] = {
    { NBD_CMD_READ, SIZE, 1, NBD_EINVAL },
    { NBD_CMD_READ, SIZE - 1, 2, NBD_EINVAL },
    { NBD_CMD_READ, UINT64_MAX, 1, NBD_EINVAL },
    { NBD_CMD_READ, UINT64_MAX, UINT32_MAX, NBD_EINVAL },
    { NBD_CMD_READ, 0, UINT32_MAX, NBD_EINVAL },
    { NBD_CMD_READ, SIZE, 0, 0 },
    { NBD_CMD_WRITE, 0, 10, NBD_EPERM },
    { NBD_CMD_TRIM, 0, UINT32_MAX, NBD_EPERM },
    { NBD_CMD_WRITE_ZEROES, 0, UINT32_MAX, NBD_EPERM },
    { NBD_CMD_FLUSH, 0, 0, NBD_EINVAL },
    { NBD_CMD_BLOCK_STATUS, 0, 512, NBD_EINVAL },
    { 12345, 1, 2, NBD_EINVAL },
  };
  int fd = ready ();
  struct bytes b = { .p = NULL };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    check_case ("row %zu", i);
    put_request (&b, rows[i].type, rows[i].offset, rows[i].length);
    if (rows[i].type == NBD_CMD_WRITE)
      put_zero (&b, rows[i].length);
    give (fd, &b);
    CHECK_INT (simple_error (fd), rows[i].error);
    is_alive (fd);
  }
  check_case (NULL);
  put_request (&b, NBD_CMD_WRITE, 0, UINT32_MAX);
  give (fd, &b);
  must_be_closed (fd);
  fd = ready ();
  put_request (&b, NBD_CMD_DISC, 0, 0);
  give (fd, &b);
  must_be_closed (fd);
  fd = ready ();
  put_zero (&b, NBD_REQUEST_SIZE);
  give (fd, &b);
  must_be_closed (fd);
}

/* Clients leave after each byte of a conversation. */
static void
leaving (void)
{
  for (size_t n = 0;; n++) {
    struct bytes b = hello ();
    int fd = attach ();
    put_option (&b, NBD_OPT_STRUCTURED_REPLY, 0);
    put_go (&b, 0, 0);
    put_request (&b, NBD_CMD_READ, 0, SIZE);
    size_t all = b.len;
    b.len = n < all ? n : all;
    give (fd, &b);
    close (fd);
    if (n == all)
      return;
  }
}

/* Clients request everything and receive nothing. */
static void
asking (void)
{
  for (int i = 0; i < 3; i++) {
    struct bytes b = { .p = NULL };
    int fd = ready ();
    for (int j = 0; j < 1000; j++)
      put_request (&b, NBD_CMD_READ, 0, SIZE);
    give (fd, &b);
    close (fd);
  }
}

static void
while_held (void)
{
  struct bytes b = { .p = NULL };

  begin (3 * PART);
  int fd = ready (), other = ready ();
  put_request (&b, NBD_CMD_READ, 0, SIZE);
  put_request (&b, NBD_CMD_READ, 3 * PART, 1);
  give (fd, &b);
  fake_await_held ();
  is_alive (other);
  close (other);
  image_stop (image);
  fake_hold (UNKNOWN);
  end ();
  must_be_closed (fd);
}

void
test (void)
{
  begin (UNKNOWN);
  int fd = ready ();
  options ();
  is_alive (fd);
  requests ();
  is_alive (fd);
  leaving ();
  is_alive (fd);
  asking ();
  is_alive (fd);
  CHECK (image_serve_why (server) == NULL);
  end ();
  must_be_closed (fd);
  while_held ();
}
