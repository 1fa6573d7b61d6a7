/* SPDX-License-Identifier: MIT */

/* Conversations that lead through all states: see conversations.h. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "check.h"
#include "conversations.h"
#include "notation.h"

#define MAX_CLOSURES 40

struct talk talk = { .listener = -1 };

static struct ending {
  struct calls calls;
  int times; /* how often it must be called, or ANY */
} endings[MAX_CLOSURES];
static unsigned nr_endings;

#define ANY (-1)

static struct ending *
another (void)
{
  CHECK (nr_endings < MAX_CLOSURES);
  endings[nr_endings].times = ANY;
  return &endings[nr_endings++];
}

void
begin_closures (void)
{
  memset (endings, 0, sizeof endings);
  nr_endings = 0;
}

void
check_closures (void)
{
  for (unsigned i = 0; i < nr_endings; i++) {
    CHECK_INT (endings[i].calls.freed, 1);
    CHECK_INT (endings[i].calls.called_after_free, 0);
    if (endings[i].times != ANY)
      CHECK_INT (endings[i].calls.called, endings[i].times);
  }
}

/* Issue a command.  Its completion must be called exactly once if the call
 * succeeded. */
#define ISSUE(call, ...)                                             \
  do {                                                               \
    struct ending *done = another ();                                \
    int64_t r = call (h, __VA_ARGS__, completion (&done->calls), 0); \
    done->times = r != -1;                                           \
    issued (h, #call, r);                                            \
  } while (0)

#define OPTION(call, ...)                                       \
  do {                                                          \
    struct ending *done = another ();                           \
    int r = call (h, ##__VA_ARGS__, completion (&done->calls)); \
    done->times = r != -1;                                      \
    issued (h, #call, r);                                       \
  } while (0)

#define MIDDLE(closure) (closure (&another ()->calls))

static void
issued (struct nbd_handle *h, const char *call, int64_t result)
{
  if (result == -1 && !talk.dropped)
    FAIL ("%s failed: %s", call, nbd_get_error ());
  pump (h);
  talk.rests ();
}

void
say (const char *fmt, ...)
{
  struct bytes b = { 0 };
  va_list args;

  va_start (args, fmt);
  notation_vformat (&b, fmt, args);
  va_end (args);
  if (!talk.dropped)
    server_take (&talk.s); /* drop what the client has sent */
  for (size_t i = 0; i < b.len && !talk.dropped; i++) {
    server_send (&talk.s, b.p + i, 1);
    pump (talk.h);
    if (!talk.dropped)
      talk.rests ();
  }
  bytes_free (&b);
}

#define GREETING "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES"
#define EXPORT "reply GO INFO u16 INFO_EXPORT u64 1M u16 0x1dfd"

static void
leave (struct nbd_handle *h)
{
  int r = nbd_aio_disconnect (h, 0);

  issued (h, "nbd_aio_disconnect", r);
  if (!talk.dropped)
    server_half_close (&talk.s);
  pump (h);
}

static void
prepare_structured (struct nbd_handle *h)
{
  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
}

/* All kinds of replies to a read and to block status. */
static void
read_in_chunks (struct nbd_handle *h)
{
  static char buf[64], other[16];

  ISSUE (nbd_aio_pread_structured, buf, 64, 0, MIDDLE (chunk));
  say ("chunk 0 OFFSET_DATA 1 u64 0 fill 1 16");
  say ("chunk 0 OFFSET_HOLE 1 u64 16 u32 16");
  ISSUE (nbd_aio_pread, other, 16, 4096);
  say ("chunk 0 OFFSET_DATA 77 u64 0 fill 1 16");
  say ("chunk 0 ERROR_OFFSET 1 u32 EIO text \"bad\" u64 40");
  say ("simple 0 2 fill 1 16");
  say ("chunk DONE ERROR 1 u32 EIO text \"so there\"");
}

static void
structured (struct nbd_handle *h)
{
  static char buf[64];

  say (GREETING);
  say ("reply EXTENDED_HEADERS ERR_UNSUP \"no\"");
  say ("reply STRUCTURED_REPLY ACK");
  say ("reply SET_META_CONTEXT META_CONTEXT u32 1 \"base:allocation\"\n"
       "reply SET_META_CONTEXT ACK");
  say ("reply GO INFO u16 0x1234 fill 0x55 4200");
  say (EXPORT "\nreply GO ACK");
  read_in_chunks (h);
  ISSUE (nbd_aio_block_status, 8192, 0, MIDDLE (extent));
  say ("chunk 0 BLOCK_STATUS 3 u32 1 u32 4K u32 0 u32 4K u32 3\n"
       "chunk DONE NONE 3");
  ISSUE (nbd_aio_pwrite, buf, 64, 0);
  say ("chunk DONE NONE 4");
  leave (h);
}

static void
extended (struct nbd_handle *h)
{
  static char buf[64];

  say (GREETING);
  say ("reply EXTENDED_HEADERS ACK");
  say (EXPORT "\nreply GO ACK");
  ISSUE (nbd_aio_pread, buf, 64, 0);
  ISSUE (nbd_aio_zero, 64, 0);
  say ("xchunk DONE NONE 2 0");
  say ("xchunk DONE OFFSET_DATA 1 0 u64 0 fill 1 64");
  leave (h);
}

static void
prepare_simple (struct nbd_handle *h)
{
  set_style (h, SIMPLE);
}

/* The export is chosen by NBD_OPT_EXPORT_NAME, whose reply is padded. */
static void
simple (struct nbd_handle *h)
{
  static char buf[2][64];

  say ("NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE");
  say ("reply GO ERR_UNSUP");
  say ("u64 1M u16 0x1dfd zero 124");
  ISSUE (nbd_aio_pread, buf[0], 64, 0);
  ISSUE (nbd_aio_pread, buf[1], 64, 0);
  ISSUE (nbd_aio_trim, 64, 0);
  say ("simple 0 2 fill 1 64");
  say ("simple EIO 1");
  say ("simple 0 3");
  leave (h);
}

/* A server that closes the connection instead of sending its reply. */
static void
refused (struct nbd_handle *h)
{
  say ("NBDMAGIC IHAVEOPT u16 NO_ZEROES");
  if (!talk.dropped)
    server_half_close (&talk.s);
  pump (h);
}

static void
oldstyle (struct nbd_handle *h)
{
  static char buf[64];

  say ("NBDMAGIC OLDMAGIC u64 1M u16 0 u16 5 zero 124");
  ISSUE (nbd_aio_pread, buf, 64, 0);
  say ("simple 0 1 fill 1 64");
  ISSUE (nbd_aio_pread, buf, 64, 0);
  /* The server does not receive what the client sends from here on. */
  if (!talk.dropped && shutdown (talk.s.fd, SHUT_RD) == -1)
    FAIL ("shutdown: %m");
  ISSUE (nbd_aio_pread, buf, 64, 0);
}

static void
prepare_option_mode (struct nbd_handle *h)
{
  CHECK_OK (nbd_set_opt_mode (h, true));
  CHECK_OK (nbd_set_request_structured_replies (h, false));
  CHECK_OK (nbd_set_request_meta_context (h, false));
  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
}

static void
option_mode (struct nbd_handle *h)
{
  say (GREETING);
  OPTION (nbd_aio_opt_extended_headers);
  say ("reply EXTENDED_HEADERS ERR_UNSUP \"no\"");
  OPTION (nbd_aio_opt_structured_reply);
  say ("reply STRUCTURED_REPLY ACK");
  OPTION (nbd_aio_opt_list, MIDDLE (list));
  say ("reply LIST SERVER string \"a\" \"first\"\nreply LIST ACK");
  OPTION (nbd_aio_opt_list_meta_context, MIDDLE (context));
  say ("reply LIST_META_CONTEXT META_CONTEXT u32 0 \"base:allocation\"\n"
       "reply LIST_META_CONTEXT ACK");
  OPTION (nbd_aio_opt_info);
  say ("reply INFO INFO u16 INFO_EXPORT u64 1M u16 1\nreply INFO ACK");
  OPTION (nbd_aio_opt_info);
  say ("reply INFO ERR_UNKNOWN \"no such export\"");
  issued (h, "nbd_aio_opt_abort", nbd_aio_opt_abort (h));
  talk.s.gives_up = true; /* the client may close before it reads this */
  say ("reply ABORT ACK");
}

static void
tls_refused (struct nbd_handle *h __attribute__ ((unused)))
{
  say (GREETING);
  say ("reply STARTTLS ERR_POLICY \"no\"");
  if (!talk.dropped)
    talk.s.gives_up = true;
  say ("reply ABORT ACK");
}

static void
tls (struct nbd_handle *h)
{
  static char buf[64];

  say (GREETING);
  say ("reply STARTTLS ACK");
  agree_to_tls (h);
  say (EXPORT "\nreply GO ACK");
  ISSUE (nbd_aio_pread, buf, 64, 0);
  say ("simple 0 1 fill 1 64");
  leave (h);
}

/* Connect by TCP, after which a handle may try again: to a server, or to a
 * port where nobody listens. */
static void
connect_tcp (struct nbd_handle *h, bool listens)
{
  struct sockaddr_in in = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t len = sizeof in;
  char port[8];

  talk.listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (talk.listener == -1
      || bind (talk.listener, (struct sockaddr *) &in, len) == -1
      || listen (talk.listener, 1) == -1
      || getsockname (talk.listener, (struct sockaddr *) &in, &len) == -1)
    FAIL ("loopback: %m");
  snprintf (port, sizeof port, "%u", ntohs (in.sin_port));
  if (!listens) {
    close (talk.listener);
    talk.listener = -1;
  }
  if (nbd_aio_connect_tcp (h, "127.0.0.1", port) == -1 && listens
      && !talk.dropped)
    FAIL ("%s", nbd_get_error ());
  while (nbd_aio_get_direction (h) == LIBNBD_AIO_DIRECTION_WRITE)
    if (nbd_poll (h, -1) == -1)
      break;
}

static void
tcp (struct nbd_handle *h)
{
  connect_tcp (h, true);
}

static void
nobody (struct nbd_handle *h)
{
  connect_tcp (h, false);
}

const struct conversation conversations[] = {
  { "structured replies", prepare_structured, structured, "CLOSED", false },
  { "extended headers", NULL, extended, "CLOSED", false },
  { "simple replies", prepare_simple, simple, "CLOSED", false },
  { "refused export", prepare_simple, refused, "DEAD", false },
  { "oldstyle", NULL, oldstyle, "DEAD", false },
  { "option mode", prepare_option_mode, option_mode, "CLOSED", false },
  { "TLS", prepare_tls, tls, "CLOSED", false },
  { "TLS is refused", prepare_tls, tls_refused, "DEAD", false },
  { "TCP", NULL, tcp, "CONNECTING", true },
  { "TCP to nobody", NULL, nobody, "CREATED", true },
};
const unsigned nr_conversations = sizeof conversations
                                  / sizeof conversations[0];
