/* SPDX-License-Identifier: MIT */

/* What must hold in a transcript: states, events, facts, data. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "notation.h"
#include "play.h"

#define WORD_MAX 8192

static void
next_word (struct play *p, const char **text, char *word)
{
  if (!notation_word (text, word, WORD_MAX, NULL))
    PLAY_FAIL (p, "a word is missing");
}

static uint64_t
next_number (struct play *p, const char **text)
{
  char word[WORD_MAX];
  uint64_t value;

  next_word (p, text, word);
  if (!notation_value (word, "", &value))
    PLAY_FAIL (p, "not a value: \"%s\"", word);
  return value;
}

static int
next_errno (struct play *p, const char **text)
{
  char word[WORD_MAX];
  int errnum;

  next_word (p, text, word);
  if (!errno_value (word, &errnum))
    PLAY_FAIL (p, "not an errno: \"%s\"", word);
  return errnum;
}

/* Check the state, and for DEAD the errno and text of the last error. */
static void
expect_state (struct play *p, const char *want, const char *rest)
{
  char word[WORD_MAX];

  check_state_at (p->t->path, p->line, p->h, want);
  if (notation_word (&rest, word, sizeof word, NULL)) {
    int errnum;

    if (!errno_value (word, &errnum))
      PLAY_FAIL (p, "not an errno: \"%s\"", word);
    bool has_text = notation_word (&rest, word, sizeof word, NULL);
    check_error_at (p->t->path, p->line, want, errnum,
                    has_text ? word + 1 : NULL);
  }
}

/* The next event in the log must be this line. */
static void
expect_event (struct play *p, const char *want)
{
  if (p->taken == p->nr_events)
    PLAY_FAIL (p, "expected the event `%s', none came (%s, last error: %s)",
               want, nbd_connection_state (p->h), nbd_get_error () ?: "none");
  if (strcmp (p->events[p->taken], want) != 0)
    PLAY_FAIL (p, "expected the event `%s', got `%s'", want,
               p->events[p->taken]);
  p->taken++;
}

/* Check that a command is complete, retire it, and compare the result. */
static void
expect_completion (struct play *p, const char *kind, const char *rest)
{
  struct command *c = play_find (p, next_number (p, &rest));
  int errnum = 0;
  char event[64];
  int r;

  if (strcmp (kind, "failed") == 0)
    errnum = next_errno (p, &rest);
  snprintf (event, sizeof event, "complete %d %s", (int) c->cookie,
            errno_name (errnum));
  expect_event (p, event);

  r = nbd_aio_command_completed (p->h, c->cookie);
  c->retired = true;
  if (r != (errnum ? -1 : 1))
    PLAY_FAIL (p, "retiring command %d gave %d", (int) c->cookie, r);
  if (r == -1)
    check_error_at (p->t->path, p->line, "retiring", errnum,
                    "command failed");
}

/* The buffer of a read or a write must have these bytes. */
static void
expect_data (struct play *p, const char *rest)
{
  struct command *c = play_find (p, next_number (p, &rest));
  struct bytes want = { 0 };
  const char *wrong = notation_bytes (&want, rest);

  if (wrong)
    PLAY_FAIL (p, "%s", wrong);
  check_bytes_at (p->t->path, p->line, "the buffer", c->buf, c->count, want.p,
                  want.len);
  bytes_free (&want);
}

static const struct {
  const char *name;
  int (*query) (struct nbd_handle *h);
} facts[] = {
  { "is_read_only", nbd_is_read_only },
  { "can_flush", nbd_can_flush },
  { "can_fua", nbd_can_fua },
  { "is_rotational", nbd_is_rotational },
  { "can_trim", nbd_can_trim },
  { "can_zero", nbd_can_zero },
  { "can_fast_zero", nbd_can_fast_zero },
  { "can_block_status_payload", nbd_can_block_status_payload },
  { "can_df", nbd_can_df },
  { "can_multi_conn", nbd_can_multi_conn },
  { "can_cache", nbd_can_cache },
  { "structured", nbd_get_structured_replies_negotiated },
  { "extended", nbd_get_extended_headers_negotiated },
  { "tls", nbd_get_tls_negotiated },
  { "in_flight", nbd_aio_in_flight },
};

/* Check a text from the server, or the errno if there is none. */
static void
expect_string (struct play *p, char *got, const char *rest)
{
  char word[WORD_MAX];
  int errnum = nbd_get_errno ();

  next_word (p, &rest, word);
  if (word[0] == '"')
    check_string_at (p->t->path, p->line, "the text", got, word + 1);
  else
    check_string_at (p->t->path, p->line, "no text",
                     got ?: errno_name (errnum), word);
  free (got);
}

/* Check a number, or the errno if there is none. */
static void
expect_number (struct play *p, const char *what, int64_t got,
               const char *rest)
{
  char word[WORD_MAX];
  int errnum = nbd_get_errno (), want_errnum;
  uint64_t want;

  next_word (p, &rest, word);
  if (errno_value (word, &want_errnum)) {
    check_int_at (p->t->path, p->line, what, got, -1);
    check_int_at (p->t->path, p->line, what, errnum, want_errnum);
  }
  else if (notation_value (word, "", &want))
    check_int_at (p->t->path, p->line, what, got, want);
  else
    PLAY_FAIL (p, "not a value: \"%s\"", word);
}

static int
block_size_type (struct play *p, const char **rest)
{
  char word[WORD_MAX];

  next_word (p, rest, word);
  return strcmp (word, "minimum") == 0     ? LIBNBD_SIZE_MINIMUM
         : strcmp (word, "preferred") == 0 ? LIBNBD_SIZE_PREFERRED
         : strcmp (word, "maximum") == 0   ? LIBNBD_SIZE_MAXIMUM
                                           : LIBNBD_SIZE_PAYLOAD;
}

/* Check what the handle knows.  Returns false if the word is no such fact. */
static bool
expect_fact (struct play *p, const char *word, const char *rest)
{
  char name[WORD_MAX];

  for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
    if (strcmp (word, facts[i].name) == 0) {
      expect_number (p, word, facts[i].query (p->h), rest);
      return true;
    }
  if (strcmp (word, "size") == 0)
    expect_number (p, word, nbd_get_size (p->h), rest);
  else if (strcmp (word, "handshake_flags") == 0)
    expect_number (p, word, nbd_get_handshake_flags (p->h), rest);
  else if (strcmp (word, "block_size") == 0) {
    int type = block_size_type (p, &rest);

    expect_number (p, word, nbd_get_block_size (p->h, type), rest);
  }
  else if (strcmp (word, "can_context") == 0) {
    next_word (p, &rest, name);
    expect_number (p, word, nbd_can_meta_context (p->h, name + 1), rest);
  }
  else if (strcmp (word, "canonical") == 0)
    expect_string (p, nbd_get_canonical_export_name (p->h), rest);
  else if (strcmp (word, "description") == 0)
    expect_string (p, nbd_get_export_description (p->h), rest);
  else if (strcmp (word, "protocol") == 0) {
    next_word (p, &rest, name);
    check_string_at (p->t->path, p->line, word, nbd_get_protocol (p->h),
                     name + 1);
  }
  else
    return false;
  return true;
}

void
play_expect (struct play *p, const char *text)
{
  char word[WORD_MAX];
  const char *rest = text;

  next_word (p, &rest, word);
  if (strcmp (word, "READY") == 0 || strcmp (word, "PROCESSING") == 0
      || strcmp (word, "NEGOTIATING") == 0 || strcmp (word, "CONNECTING") == 0
      || strcmp (word, "CLOSED") == 0 || strcmp (word, "DEAD") == 0)
    expect_state (p, word, rest);
  else if (strcmp (word, "done") == 0 || strcmp (word, "failed") == 0)
    expect_completion (p, word, rest);
  else if (strcmp (word, "data") == 0)
    expect_data (p, rest);
  else if (!expect_fact (p, word, rest))
    expect_event (p, text + strspn (text, " "));
}
