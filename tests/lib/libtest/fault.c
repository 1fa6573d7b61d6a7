/* SPDX-License-Identifier: MIT */

/* Runs fault tables. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "fault.h"
#include "notation.h"

#define SIZE 4096
#define OLD 0xee

struct calls handshake_middle, handshake_done;
const struct fault_cipher *fault_cipher;

/* The library's debug messages, without those that trace calls. */
static char said[4096];

static int
on_debug (void *opaque, const char *context, const char *message)
{
  size_t len = strlen (said);

  (void) opaque;
  if (strncmp (message, "enter:", 6) != 0
      && strncmp (message, "leave:", 6) != 0)
    snprintf (said + len, sizeof said - len, "%s: %s\n", context, message);
  return 0;
}

static void
listen_to (struct nbd_handle *h)
{
  said[0] = '\0';
  CHECK_OK (nbd_set_debug_callback (h, (nbd_debug_callback) {
                                         .callback = on_debug }));
  CHECK_OK (nbd_set_debug (h, true));
}

/* Send the bytes at once or one by one, and deliver the events. */
static void
deliver (struct server *s, struct nbd_handle *h, const char *sent,
         bool bytewise)
{
  struct bytes b = { 0 };

  s->gives_up = true; /* the client may close before it reads all */
  notation_format (&b, "%s", sent);
  if (bytewise && b.len <= 65536)
    for (size_t i = 0; i < b.len; i++) {
      server_send (s, b.p + i, 1);
      pump (h);
    }
  else {
    s->drives = h;
    server_send (s, b.p, b.len);
  }
  bytes_free (&b);
  pump (h);
}

static bool
dies_on_close (const char *state)
{
  return strcmp (state, "DEAD on close") == 0;
}

/* Check the error that killed the handle; 0 means an error without errno.  Its
 * text never has control characters, which a terminal would obey. */
static void
check_death (int errnum, const char *text, const char *state)
{
  const char *error = nbd_get_error ();

  if (fault_cipher && dies_on_close (state))
    text = fault_cipher->closed;
  CHECK_ERROR (errnum, text);
  for (const char *p = error; *p; p++)
    if ((unsigned char) *p < 0x20)
      FAIL ("the message has the byte 0x%02x: %s", *p, error);
}

/* Close the connection if the row says so, and check the state. */
static void
check_end (struct server *s, struct nbd_handle *h, const char *want)
{
  bool closes = dies_on_close (want);

  if (closes) {
    if (nbd_aio_is_dead (h))
      FAIL ("dead before the server closed: %s", nbd_get_error ());
    server_close (s);
    pump (h);
  }
  CHECK_STATE (h, closes ? "DEAD" : want);
}

/* Send the greeting.  With a cipher, start TLS before the rest of the stage's
 * bytes. */
static void
greet (struct server *s, struct nbd_handle *h, const char *greeting)
{
  if (fault_cipher) {
    server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
    pump (h);
    fault_cipher->start (s, h);
    greeting = strchr (greeting, '\n');
  }
  if (greeting)
    deliver (s, h, greeting + (*greeting == '\n'), false);
}

static void
run_handshake (const struct handshake_stage *stage,
               const struct handshake_fault *row, bool bytewise)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  unsigned middles = stage->option ? 1 : 0;
  bool connecting;

  handshake_middle = handshake_done = (struct calls) { 0 };
  if (stage->option)
    CHECK_OK (nbd_set_opt_mode (h, true));
  if (stage->prepare)
    stage->prepare (h);
  if (fault_cipher)
    fault_cipher->prepare (h);
  server_open (&s, h);
  greet (&s, h, stage->greeting);
  if (stage->option) {
    CHECK_STATE (h, "NEGOTIATING");
    CHECK_OK (stage->option (h));
    pump (h);
  }
  deliver (&s, h, row->sent, bytewise);
  check_end (&s, h, row->state);
  connecting = nbd_aio_is_connecting (h);
  if (nbd_aio_is_dead (h)) {
    check_death (row->errnum, row->text, row->state);
    if (stage->option)
      CHECK (handshake_done.error != 0);
  }
  else if (stage->option && !connecting)
    CHECK_INT (handshake_done.error, row->errnum);
  nbd_close (h);
  if (stage->option) /* closing does not complete a pending option */
    CHECK_CALLS (&handshake_done, !connecting);
  CHECK (handshake_middle.freed <= (int) middles);
  CHECK_INT (handshake_middle.called_after_free, 0);
  server_close (&s);
}

static bool
can_ask_for_tls (const struct handshake_stage *stage)
{
  return stage->greeting && strstr (stage->greeting, FAULT_GREETING);
}

void
run_handshake_faults (const struct handshake_stage *stage,
                      const struct handshake_fault *rows, size_t nr_rows)
{
  static size_t i; /* survives the jump of a failed row */

  if (fault_cipher && !can_ask_for_tls (stage))
    return;
  for (i = 0; i < nr_rows; i++)
    if (ROW (rows[i].name)) {
      run_handshake (stage, &rows[i], false);
      run_handshake (stage, &rows[i], true);
    }
}

static int64_t
issue (struct nbd_handle *h, enum fault_command command, void *buf,
       struct calls *middle, struct calls *done)
{
  char *filter[] = { (char *) "base:allocation", NULL };

  switch (command) {
  case FAULT_READ:
    return nbd_aio_pread_structured (h, buf, SIZE, SIZE, chunk (middle),
                                     completion (done), 0);
  case FAULT_READ_DF:
    return nbd_aio_pread_structured (h, buf, SIZE, SIZE, chunk (middle),
                                     completion (done), LIBNBD_CMD_FLAG_DF);
  case FAULT_WRITE:
    return nbd_aio_pwrite (h, buf, SIZE, SIZE, completion (done), 0);
  case FAULT_FLUSH: return nbd_aio_flush (h, completion (done), 0);
  case FAULT_STATUS:
    return nbd_aio_block_status (h, SIZE, SIZE, extent (middle),
                                 completion (done), 0);
  case FAULT_STATUS_ONE:
    return nbd_aio_block_status (h, SIZE, SIZE, extent (middle),
                                 completion (done), LIBNBD_CMD_FLAG_REQ_ONE);
  case FAULT_STATUS_64:
    return nbd_aio_block_status_64 (h, SIZE, SIZE, extent64 (middle),
                                    completion (done), 0);
  case FAULT_STATUS_FILTER:
    return nbd_aio_block_status_filter (h, SIZE, SIZE, filter,
                                        extent64 (middle), completion (done),
                                        0);
  default: return 0;
  }
}

/* The stream must still be in step: another command succeeds. */
static void
check_usable (struct server *s, struct nbd_handle *h, enum style style)
{
  struct calls done = { .gives = 1 };
  int cookie = CHECK_OK (nbd_aio_flush (h, completion (&done), 0));

  server_say (s,
              style == SIMPLE       ? "simple 0 %d"
              : style == STRUCTURED ? "chunk DONE NONE %d"
                                    : "xchunk DONE NONE %d 0",
              cookie);
  pump (h);
  CHECK_CALLS (&done, 1);
  CHECK_INT (done.error, 0);
}

/* Nothing of the buffer's old content may be left. */
static void
check_no_stale (const uint8_t *buf)
{
  for (size_t i = 0; i < SIZE; i++)
    if (buf[i] == OLD && pattern_at (SIZE + i) != OLD)
      FAIL ("byte %zu shows old memory", i);
}

/* Bring a handle into transmission. */
static void
connected (struct server *s, struct nbd_handle *h, enum style style,
           uint64_t export_size)
{
  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  if (!fault_cipher) {
    server_connect (s, h, style, export_size, FLAGS_ALL);
    return;
  }
  set_style (h, style);
  fault_cipher->prepare (h);
  server_open (s, h);
  greet (s, h, "");
  s->drives = h;
  server_options (s, style, export_size, FLAGS_ALL);
  s->drives = NULL;
  pump (h);
  CHECK_STATE (h, "READY");
}

/* The command ended once, with the result that the row says. */
static void
check_command (struct nbd_handle *h, const struct reply_fault *row,
               bool lives, const struct calls *middle,
               const struct calls *done)
{
  CHECK_INT (done->called, 1);
  if (lives)
    CHECK_INT (done->error, row->errnum);
  int r = nbd_aio_command_completed (h, 1);

  CHECK_INT (r, done->error ? -1 : 1);
  if (done->error)
    CHECK_ERROR (done->error, "command failed");
  if (lives && row->text)
    CHECK_CONTAINS (done->error ? nbd_get_error () : said, row->text);
  if (row->called != ANY_CALLS)
    CHECK_INT (middle->called, row->called);
  CHECK_INT (middle->called_after_free + done->called_after_free, 0);
  CHECK_INT (done->freed, 1);
}

static void
run_reply (enum style style, uint64_t export_size,
           const struct reply_fault *row, bool bytewise)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls middle = { 0 }, done = { 0 };
  bool idle = row->command == FAULT_IDLE;
  bool lives = strcmp (row->state, "READY") == 0;
  uint8_t buf[SIZE];

  connected (&s, h, style, export_size);
  listen_to (h);
  memset (buf, OLD, SIZE);
  CHECK_OK (issue (h, row->command, buf, &middle, &done));
  pump (h);
  deliver (&s, h, row->sent, bytewise);
  check_end (&s, h, row->state);
  if (!lives)
    check_death (row->errnum, row->text, row->state);
  if (!idle) {
    check_command (h, row, lives, &middle, &done);
    if (row->command == FAULT_READ || row->command == FAULT_READ_DF)
      check_no_stale (buf);
  }
  if (lives)
    check_usable (&s, h, style);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  nbd_close (h);
  server_close (&s);
}

void
run_reply_faults (enum style style, uint64_t export_size,
                  const struct reply_fault *rows, size_t nr_rows)
{
  static size_t i; /* survives the jump of a failed row */

  for (i = 0; i < nr_rows; i++)
    if (ROW (rows[i].name)) {
      run_reply (style, export_size, &rows[i], false);
      run_reply (style, export_size, &rows[i], true);
    }
}

/* Turn "chunk FLAGS TYPE COOKIE ..." into "xchunk FLAGS TYPE COOKIE OFFSET
 * ..." at the beginning of each line. */
static void
extend (struct bytes *out, const char *text, const char *offset)
{
  while (*text) {
    size_t line = strcspn (text, "\n"), words = 0, i;
    bool is_chunk = strncmp (text, "chunk", 5) == 0;

    for (i = 0; i < line && words < 4; i++)
      words += i + 1 == line || text[i + 1] == ' ';
    if (is_chunk) {
      put_mem (out, "x", 1);
      put_mem (out, text, i);
      put_mem (out, " ", 1);
      put_mem (out, offset, strlen (offset));
    }
    else
      i = 0;
    put_mem (out, text + i, line - i);
    text += line;
    if (*text)
      put_mem (out, text++, 1);
  }
  put_mem (out, "", 1);
}

void
run_chunk_faults (const struct reply_fault *rows, size_t nr_rows)
{
  static size_t i;

  run_reply_faults (STRUCTURED, 1 << 20, rows, nr_rows);
  for (i = 0; i < nr_rows; i++) {
    struct bytes sent = { 0 };
    struct reply_fault row = rows[i];

    extend (&sent, row.sent, row.command == FAULT_FLUSH ? "0" : "4K");
    row.sent = (const char *) sent.p;
    run_reply_faults (EXTENDED, 1 << 20, &row, 1);
    bytes_free (&sent);
  }
}
