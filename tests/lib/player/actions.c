/* SPDX-License-Identifier: MIT */

/* What the client does in a transcript: settings and calls. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "notation.h"
#include "play.h"

#define WORD_MAX 8192

static void
parse_call (struct play *p, struct call *call, const char *text)
{
  char word[WORD_MAX];

  *call = (struct call) { 0 };
  if (!notation_word (&text, word, sizeof word, NULL)
      || strlen (word) >= sizeof call->name)
    PLAY_FAIL (p, "a name is missing");
  strcpy (call->name, word);
  while (notation_word (&text, word, sizeof word, NULL)) {
    if (word[0] == '"') {
      if (call->nr_strings == 7)
        PLAY_FAIL (p, "too many strings");
      call->strings[call->nr_strings++] = strdup (word + 1);
    }
    else if (call->nr_numbers == 3
             || !notation_value (word, "NBD_CMD_FLAG_",
                                 &call->number[call->nr_numbers++]))
      PLAY_FAIL (p, "not a value: \"%s\"", word);
  }
}

static void
free_call (struct call *call)
{
  for (size_t i = 0; i < call->nr_strings; i++)
    free (call->strings[i]);
}

/* The line's only string. */
static const char *
string_of (struct play *p, struct call *call)
{
  if (call->nr_strings != 1)
    PLAY_FAIL (p, "one string is needed");
  return call->strings[0];
}

/* Settings, and calls that are done at once.  Returns -2 for other calls. */
static int
change_setting (struct play *p, struct call *call)
{
  const char *name = call->name;
  struct nbd_handle *h = p->h;

  if (strcmp (name, "opt-mode") == 0)
    return nbd_set_opt_mode (h, true);
  if (strcmp (name, "simple") == 0)
    return nbd_set_request_structured_replies (h, false);
  if (strcmp (name, "structured") == 0)
    return nbd_set_request_extended_headers (h, false);
  if (strcmp (name, "no-block-size") == 0)
    return nbd_set_request_block_size (h, false);
  if (strcmp (name, "full-info") == 0)
    return nbd_set_full_info (h, true);
  if (strcmp (name, "no-meta-context") == 0)
    return nbd_set_request_meta_context (h, false);
  if (strcmp (name, "no-initialize") == 0)
    return nbd_set_pread_initialize (h, false);
  if (strcmp (name, "handshake-flags") == 0)
    return nbd_set_handshake_flags (h, call->number[0]);
  if (strcmp (name, "strict") == 0)
    return nbd_set_strict_mode (h, call->number[0]);
  if (strcmp (name, "tls") == 0 && !nbd_supports_tls (h))
    skip ("the library has no TLS");
  if (strcmp (name, "tls") == 0)
    return nbd_set_tls (h, call->number[0]);
  if (strcmp (name, "export") == 0)
    return nbd_set_export_name (h, string_of (p, call));
  if (strcmp (name, "context") == 0)
    return nbd_add_meta_context (h, string_of (p, call));
  if (strcmp (name, "clear-contexts") == 0)
    return nbd_clear_meta_contexts (h);
  return -2;
}

void
play_set (struct play *p, const char *text)
{
  struct call call;

  parse_call (p, &call, text);
  switch (change_setting (p, &call)) {
  case -1: PLAY_FAIL (p, "%s", nbd_get_error ());
  case -2: PLAY_FAIL (p, "unknown setting %s", call.name);
  }
  free_call (&call);
}

static struct command *
new_command (struct play *p)
{
  struct command *c = &p->commands[p->nr_commands];

  if (p->nr_commands++ == MAX_COMMANDS)
    PLAY_FAIL (p, "too many commands");
  *c = (struct command) { .play = p };
  return c;
}

struct command *
play_find (struct play *p, int64_t cookie)
{
  for (size_t i = 0; i < p->nr_commands; i++)
    if (cookie > 0 && p->commands[i].cookie == cookie)
      return &p->commands[i];
  PLAY_FAIL (p, "no command has the number %d", (int) cookie);
}

/* Data commands.  Returns -2 for other calls. */
static int64_t
start_command (struct play *p, struct command *c, struct call *call)
{
  const char *name = call->name;
  struct nbd_handle *h = p->h;
  nbd_completion_callback done = record_completion (c);
  uint64_t n = call->number[0], at = call->number[1];
  uint32_t flags = call->number[2];

  if (strcmp (name, "pread") == 0)
    return nbd_aio_pread (h, c->buf, n, at, done, flags);
  if (strcmp (name, "pread_structured") == 0)
    return nbd_aio_pread_structured (h, c->buf, n, at, record_chunk (c), done,
                                     flags);
  if (strcmp (name, "pwrite") == 0)
    return nbd_aio_pwrite (h, c->buf, n, at, done, flags);
  if (strcmp (name, "block_status") == 0)
    return nbd_aio_block_status (h, n, at, record_extent (c), done, flags);
  if (strcmp (name, "block_status_64") == 0)
    return nbd_aio_block_status_64 (h, n, at, record_extent64 (c), done,
                                    flags);
  if (strcmp (name, "block_status_filter") == 0)
    return nbd_aio_block_status_filter (h, n, at, call->strings,
                                        record_extent64 (c), done, flags);
  return play_command (p, c, call);
}

static void
run_command (struct play *p, struct command *c, struct call *call)
{
  bool is_write = strcmp (call->name, "pwrite") == 0;
  int64_t cookie;

  /* Callbacks may not run inside the call.  If they do, the failure names this
   * command. */
  c->cookie = ++p->last_cookie;
  c->is_read = strncmp (call->name, "pread", 5) == 0;
  c->count = call->number[0];
  c->offset = call->number[1];
  if (c->is_read || is_write) {
    c->buf = malloc (c->count + 1);
    if (c->buf == NULL)
      abort ();
    memset (c->buf, p->stale, c->count);
    if (is_write)
      pattern_fill (c->buf, c->offset, c->count);
  }
  c->issuing = true;
  cookie = start_command (p, c, call);
  c->issuing = false;
  if (cookie == -2)
    PLAY_FAIL (p, "unknown call %s", call->name);
  if (cookie == -1 && p->astray) {
    c->refused = true;
    p->last_cookie--;
  }
  else if (cookie != c->cookie)
    PLAY_FAIL (p, "%s: expected cookie %d, got %d (%s)", call->name,
               (int) c->cookie, (int) cookie, nbd_get_error ());
}

void
play_action (struct play *p, const char *text)
{
  struct call call;
  int r;

  parse_call (p, &call, text);
  if (strcmp (call.name, "opt_abort") == 0)
    r = nbd_aio_opt_abort (p->h);
  else if (strcmp (call.name, "disconnect") == 0)
    r = nbd_aio_disconnect (p->h, 0);
  else
    r = change_setting (p, &call);
  if (r == -2) {
    struct command *c = new_command (p);

    if (strcmp (call.name, "opt_starttls") == 0 && !nbd_supports_tls (p->h))
      skip ("the library has no TLS");
    r = play_option (p, c, &call);
    c->refused = r == -1;
    if (r == -2) {
      run_command (p, c, &call);
      r = 0;
    }
  }
  if (r == -1 && !p->astray)
    PLAY_FAIL (p, "%s: %s", call.name, nbd_get_error ());
  free_call (&call);
  pump (p->h);
}
