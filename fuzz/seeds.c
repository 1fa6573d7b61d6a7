/* SPDX-License-Identifier: MIT */

/* Writes the transcripts of tests/wire as inputs of the harnesses: as they
 * are, and with an outage after them.
 * usage: seeds DIRECTORY OUTAGES-DIRECTORY TRANSCRIPT... */

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "check.h"
#include "fuzz.h"
#include "notation.h"
#include "transcript.h"

#define WORD_MAX 8192
#define SEND_MAX 65535

struct seed {
  const char *path;
  uint64_t style, size, flags, settings;
  struct bytes program, stream;
};

struct name {
  const char *name;
  unsigned value;
};

static const struct name settings[] = {
  { "opt-mode", FUZZ_OPT_MODE },
  { "full-info", FUZZ_FULL_INFO },
  { "structured", FUZZ_NO_EXTENDED },
  { "simple", FUZZ_NO_EXTENDED | FUZZ_NO_STRUCTURED },
  { "no-block-size", FUZZ_NO_BLOCK_SIZE },
  { "no-meta-context", FUZZ_NO_META_CONTEXT },
  { "no-initialize", FUZZ_NO_INITIALIZE },
  { "strict", FUZZ_NOT_STRICT },
  { "export", FUZZ_EXPORT_NAME },
  { NULL, 0 },
};

static const struct name styles[] = {
  { "simple", FUZZ_SIMPLE },
  { "structured", FUZZ_STRUCTURED },
  { "extended", FUZZ_EXTENDED },
  { NULL, 0 },
};

static const struct name calls[] = {
  { "pread", FUZZ_PREAD },
  { "pread_structured", FUZZ_PREAD_STRUCTURED },
  { "pwrite", FUZZ_PWRITE },
  { "flush", FUZZ_FLUSH },
  { "trim", FUZZ_TRIM },
  { "cache", FUZZ_CACHE },
  { "zero", FUZZ_ZERO },
  { "block_status", FUZZ_BLOCK_STATUS },
  { "block_status_64", FUZZ_BLOCK_STATUS_64 },
  { "block_status_filter", FUZZ_BLOCK_STATUS_FILTER },
  { "disconnect", FUZZ_DISCONNECT },
  { "opt_go", FUZZ_OPT_GO },
  { "opt_info", FUZZ_OPT_INFO },
  { "opt_list", FUZZ_OPT_LIST },
  { "opt_starttls", FUZZ_OPT_STARTTLS },
  { "opt_structured_reply", FUZZ_OPT_STRUCTURED_REPLY },
  { "opt_extended_headers", FUZZ_OPT_EXTENDED_HEADERS },
  { "opt_list_meta_context", FUZZ_OPT_LIST_META_CONTEXT },
  { "opt_set_meta_context", FUZZ_OPT_SET_META_CONTEXT },
  { "opt_list_meta_context_queries", FUZZ_OPT_LIST_META_CONTEXT_QUERIES },
  { "opt_set_meta_context_queries", FUZZ_OPT_SET_META_CONTEXT_QUERIES },
  { "opt_abort", FUZZ_OPT_ABORT },
  { NULL, 0 },
};

static const struct name *
find (const struct name *names, const char *name)
{
  while (names->name != NULL && strcmp (names->name, name) != 0)
    names++;
  return names->name != NULL ? names : NULL;
}

/* The value of the next word; 0 if there is none. */
static uint64_t
next_value (const char **text)
{
  char word[WORD_MAX];
  uint64_t value;

  if (!notation_word (text, word, sizeof word, NULL)
      || !notation_value (word, "NBD_CMD_FLAG_", &value))
    return 0;
  return value;
}

static void
add_setting (struct seed *seed, const char *text)
{
  char word[WORD_MAX];

  notation_word (&text, word, sizeof word, NULL);

  const struct name *n = find (settings, word);

  if (n != NULL)
    seed->settings |= n->value;
  else if (strcmp (word, "context") == 0)
    seed->settings |= seed->settings & FUZZ_CONTEXT ? FUZZ_SECOND_CONTEXT
                                                    : FUZZ_CONTEXT;
  else if (strcmp (word, "tls") == 0)
    seed->settings |= next_value (&text) == LIBNBD_TLS_ALLOW
                        ? FUZZ_TLS_ALLOW
                        : FUZZ_TLS_REQUIRE;
  else if (strcmp (word, "handshake-flags") == 0)
    seed->settings |= next_value (&text) == 0 ? FUZZ_NO_HANDSHAKE_FLAGS : 0;
}

static void
set_handshake (struct seed *seed, const char *text)
{
  char word[WORD_MAX];
  uint64_t size;

  notation_word (&text, word, sizeof word, NULL);

  const struct name *n = find (styles, word);

  if (n == NULL)
    check_fail (seed->path, 0, "unknown style %s", word);
  seed->style = n->value;
  for (size = next_value (&text); size > 1; size /= 2)
    seed->size++;
  seed->flags = next_value (&text);
}

static void
add_call (struct seed *seed, const char *text)
{
  char word[WORD_MAX];

  notation_word (&text, word, sizeof word, NULL);

  const struct name *n = find (calls, word);

  if (n == NULL)
    return;
  put_uint (&seed->program, n->value, 1);
  if (n->value >= FUZZ_PREAD && n->value < FUZZ_DISCONNECT) {
    uint64_t count = next_value (&text), offset = next_value (&text);
    bool large = (count | offset) > 65535 && (count | offset) % 256 == 0;

    put_uint (&seed->program, large ? count / 256 : count, 2);
    put_uint (&seed->program, large ? offset / 256 : offset, 2);
    put_uint (&seed->program, next_value (&text), 1);
    put_uint (&seed->program, large ? FUZZ_LARGE : 0, 1);
  }
  else if (n->value >= FUZZ_OPT_GO)
    put_uint (&seed->program, 0, 1);
}

static void
add_server (struct seed *seed, const struct bytes *b)
{
  size_t sent = 0;

  while (sent < b->len) {
    size_t n = b->len - sent < SEND_MAX ? b->len - sent : SEND_MAX;

    put_uint (&seed->program, FUZZ_SEND, 1);
    put_uint (&seed->program, n, 2);
    put_uint (&seed->program, FUZZ_PUMP, 1);
    sent += n;
  }
  put_mem (&seed->stream, b->p, b->len);
}

static void
add_step (struct seed *seed, const struct step *step)
{
  switch (step->kind) {
  case STEP_SET: add_setting (seed, step->text); break;
  case STEP_HANDSHAKE: set_handshake (seed, step->text); break;
  case STEP_SERVER: add_server (seed, &step->bytes); break;
  case STEP_SERVER_CLOSES:
    put_uint (&seed->program, FUZZ_CLOSE, 1);
    put_uint (&seed->program, FUZZ_PUMP, 1);
    break;
  case STEP_ACTION:
    add_call (seed, step->text);
    put_uint (&seed->program, FUZZ_PUMP, 1);
    break;
  case STEP_CLIENT:
  case STEP_EXPECT: break;
  }
}

static void
put_op (struct seed *seed, enum fuzz_op op, uint64_t value, unsigned size)
{
  put_uint (&seed->program, op, 1);
  put_uint (&seed->program, value, size);
}

/* After the conversation the connection is lost, and remaining requests are
 * answered on the next connection.  The number chooses what has changed. */
static void
add_outage (struct seed *seed, uint64_t number)
{
  struct seed after = { .style = seed->style };

  if (seed->style != FUZZ_RAW) {
    put_op (&after, FUZZ_GREET, FUZZ_MULTI_CONN, 1);
    put_op (&after, FUZZ_PUMP, 0, 0);
  }
  put_mem (&after.program, seed->program.p, seed->program.len);
  put_op (&after, FUZZ_PWRITE, 512, 2);
  put_uint (&after.program, 512, 2);
  put_uint (&after.program, 0, 2);
  put_op (&after, FUZZ_CLOSE, 0, 0);
  put_op (&after, FUZZ_PUMP, 0, 0);
  if (seed->style == FUZZ_RAW) {
    put_mem (&after.program, seed->program.p, seed->program.len);
    for (int i = 0; i < 2; i++)
      put_mem (&after.stream, seed->stream.p, seed->stream.len);
    bytes_free (&seed->stream);
    seed->stream = after.stream;
  }
  else
    put_op (&after, FUZZ_GREET, FUZZ_MULTI_CONN | (number % 64), 1);
  for (int i = 0; i < 4; i++) {
    put_op (&after, FUZZ_PUMP, 0, 0);
    put_op (&after, FUZZ_REPLY, 0, 2);
  }
  put_op (&after, FUZZ_WAIT, 5000, 2);
  bytes_free (&seed->program);
  seed->program = after.program;
}

static void
write_seed (struct seed *seed, const char *directory, int lasting)
{
  struct bytes head = { 0 };
  char *copy = strdup (seed->path), *path;

  if (copy == NULL
      || asprintf (&path, "%s/%s", directory, basename (copy)) == -1)
    abort ();
  FILE *file = fopen (path, "wb");

  put_uint (&head, seed->style, 1);
  put_uint (&head, seed->size, 1);
  put_uint (&head, seed->flags, 2);
  put_uint (&head, seed->settings, 2);
  put_uint (&head, seed->program.len, 2);
  if (lasting != -1)
    put_uint (&head, lasting, 2);
  put_mem (&head, seed->program.p, seed->program.len);
  put_mem (&head, seed->stream.p, seed->stream.len);
  if (file == NULL || fwrite (head.p, 1, head.len, file) != head.len
      || fclose (file) == EOF)
    check_fail (path, 0, "cannot be written");
  bytes_free (&head);
  free (path);
  free (copy);
}

int
main (int argc, char *argv[])
{
  if (argc < 4) {
    fprintf (stderr, "usage: %s DIRECTORY OUTAGES-DIRECTORY TRANSCRIPT...\n",
             argv[0]);
    return EXIT_FAILURE;
  }
  for (int i = 3; i < argc; i++) {
    struct seed seed = { .path = argv[i] };
    struct transcript t;

    transcript_read (&t, argv[i]);
    for (size_t k = 0; k < t.nr_steps; k++)
      add_step (&seed, &t.steps[k]);
    write_seed (&seed, argv[1], -1);
    add_outage (&seed, i);
    write_seed (&seed, argv[2], i % 1024 & ~FUZZ_NO_RECONNECT);
    transcript_free (&t);
    bytes_free (&seed.program);
    bytes_free (&seed.stream);
  }
  return EXIT_SUCCESS;
}
