/* SPDX-License-Identifier: MIT */
/* Negotiation: option messages, the headers of replies, and results. */

#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Limit for the data of one option that we send. */
#define MAX_QUERIES (64u * 1024 * 1024)

/* Append the header of an option with `len` bytes of data and return where
 * the data goes. */
static uint8_t *
add_option (struct nbdi_link *l, uint32_t option, uint32_t len)
{
  if (nbdi_out_reserve (l, NBD_OPTION_SIZE + len) == -1)
    return NULL;
  uint8_t *p = l->out.buf + l->out.end;
  l->out.end += NBD_OPTION_SIZE + len;
  l->chunks_sent++;
  p = nbdi_put64 (p, NBD_NEW_VERSION);
  p = nbdi_put32 (p, option);
  return nbdi_put32 (p, len);
}

int
nbdi_option_message (struct nbdi_link *l, uint32_t option, const void *data,
                     uint32_t len)
{
  uint8_t *p = add_option (l, option, len);

  if (p == NULL)
    return -1;
  if (len > 0)
    memcpy (p, data, len);
  return 0;
}

static uint8_t *
put_string (uint8_t *p, const char *s)
{
  size_t len = strlen (s);

  p = nbdi_put32 (p, (uint32_t) len);
  memcpy (p, s, len);
  return p + len;
}

/* GO and INFO: the name of the export, and the information that we want. */
int
nbdi_export_option_message (struct nbdi_link *l, uint32_t option)
{
  struct nbdi_session *s = l->session;
  const char *name = s->settings.export_name;
  uint16_t infos[3];
  uint16_t n = 0;

  if (s->settings.full_info) {
    infos[n++] = NBD_INFO_NAME;
    infos[n++] = NBD_INFO_DESCRIPTION;
  }
  if (s->settings.request_block_size || l->opt.sizes_required)
    infos[n++] = NBD_INFO_BLOCK_SIZE;
  uint8_t *p = add_option (l, option, 4 + strlen (name) + 2 + 2 * n);
  if (p == NULL)
    return -1;
  p = put_string (p, name);
  p = nbdi_put16 (p, n);
  for (uint16_t i = 0; i < n; i++)
    p = nbdi_put16 (p, infos[i]);
  return 0;
}

/* Whether one more query of this length still fits into one option. */
int
nbdi_check_queries (const struct nbdi_strings *queries, size_t more)
{
  uint64_t len = 4 * ((uint64_t) queries->len + 1) + queries->bytes + more;

  if (len <= MAX_QUERIES)
    return 0;
  nbdi_error (ERANGE,
              "%zu queries for metadata contexts have %" PRIu64
              " bytes, more than %u",
              queries->len + 1, len, MAX_QUERIES);
  return -1;
}

/* LIST_META_CONTEXT and SET_META_CONTEXT: the name of the export, and
 * queries. */
int
nbdi_query_option_message (struct nbdi_link *l, uint32_t option,
                           const struct nbdi_strings *queries)
{
  struct nbdi_session *s = l->session;
  const char *name = s->settings.export_name;
  size_t len = 4 + strlen (name) + 4 + 4 * queries->len + queries->bytes;
  uint8_t *p = add_option (l, option, (uint32_t) len);

  if (p == NULL)
    return -1;
  p = put_string (p, name);
  p = nbdi_put32 (p, (uint32_t) queries->len);
  for (size_t i = 0; i < queries->len; i++)
    p = put_string (p, queries->v[i]);
  return 0;
}

/* Take the fixed part of an option reply into l->opt.reply. */
int
nbdi_expect_option_reply (struct nbdi_link *l)
{
  const uint8_t *p = nbdi_take (l, NBD_OPTION_REPLY_SIZE);
  uint64_t magic = nbdi_get64 (p);
  uint32_t option = nbdi_get32 (p + 8);
  const char *name = nbdi_option_name (l->opt.option);

  l->channel.advice = NULL;
  l->opt.reply.type = nbdi_get32 (p + 12);
  l->opt.reply.length = nbdi_get32 (p + 16);
  if (magic != NBD_OPTION_REPLY_MAGIC) {
    nbdi_error (EPROTO, "%s: option reply has wrong magic 0x%" PRIx64, name,
                magic);
    return -1;
  }
  if (option != l->opt.option) {
    nbdi_error (EPROTO,
                "%s: option reply is for option %" PRIu32 ", but %" PRIu32
                " was sent",
                name, option, l->opt.option);
    return -1;
  }
  if (!nbdi_option_has_reply (option, l->opt.reply.type)) {
    nbdi_error (EPROTO,
                "%s: option reply of unknown or unexpected type 0x%" PRIx32,
                name, l->opt.reply.type);
    return -1;
  }
  if (!nbdi_option_reply_fits (option, l->opt.reply.type,
                               l->opt.reply.length)) {
    nbdi_error (EPROTO,
                "%s: option reply of type 0x%" PRIx32
                " has a length of %" PRIu32,
                name, l->opt.reply.type, l->opt.reply.length);
    return -1;
  }
  return 0;
}

/* Begin the next option of the plan.  Some servers end the connection when
 * they do not know an option, instead of refusing it.  When connecting
 * again such an option is left out, unless the program itself asked for it. */
void
nbdi_begin_option (struct nbdi_link *l, uint32_t option)
{
  struct nbdi_negotiation *o = &l->opt;
  bool asked_for = o->manual && o->next == o->nr_plan;

  o->option = option;
  o->reply.type = o->reply.length = 0;
  l->channel.advice = asked_for ? NULL : nbdi_option_advice (option);
}

/* Record the result of the option. */
void
nbdi_option_result (struct nbdi_link *l, int value, int error)
{
  l->opt.value = value;
  l->opt.error = error;
  free (l->opt.error_text);
  l->opt.error_text = NULL;
}

/* The error text of the blocking form. */
static char *
refusal_message (struct nbdi_link *l, const char *why, const uint8_t *text)
{
  struct nbdi_session *s = l->session;
  CLEANUP_TEXT const char *export = nbdi_printable (s->settings.export_name);
  CLEANUP_TEXT const char *printable = NULL;
  char *message;

  if (l->opt.reply.length > 0)
    printable = nbdi_printable_bytes (text, l->opt.reply.length);
  if (asprintf (&message, "%s for export %s: %s (reply 0x%" PRIx32 ")%s%s",
                nbdi_option_name (l->opt.option), export, why,
                l->opt.reply.type, printable ? ": " : "",
                printable ? printable : "")
      == -1)
    return NULL;
  return message;
}

/* The final reply is an error with this text: the option failed, but the
 * connection goes on. */
int
nbdi_option_refused (struct nbdi_link *l, const uint8_t *text)
{
  struct nbdi_session *s = l->session;
  uint32_t option = l->opt.option;
  const struct nbdi_refusal *refusal = nbdi_find_refusal (l->opt.reply.type);
  int errnum = refusal->errnum;

  l->opt.refusal = l->opt.reply.type;
  nbdi_option_result (l, -1, nbdi_refusal_completes_with (option, errnum));
  l->opt.error_errno = nbdi_refusal_fails_with (option, errnum);
  /* The failure of an option that was only tried is not reported. */
  if (l->opt.next < l->opt.nr_plan && !s->trace.on
      && option != NBD_OPT_STARTTLS
      && l->opt.reply.type != NBD_REP_ERR_SHUTDOWN)
    return 0;
  l->opt.error_text = refusal_message (l, refusal->text, text);
  if (l->opt.error_text == NULL) {
    nbdi_error (errno, "asprintf");
    return -1;
  }
  nbdi_debug (&s->trace, "%s", l->opt.error_text);
  return 0;
}

/* Set this thread's error to that of the option that failed. */
void
nbdi_option_error (struct nbdi_link *l)
{
  nbdi_error (l->opt.error_errno, "%s",
              l->opt.error_text ? l->opt.error_text : "negotiation failed");
}

void
nbdi_free_option (struct nbdi_link *l)
{
  struct nbdi_negotiation *o = &l->opt;

  /* This may be the context callback of the union, which is freed alike. */
  NBDI_FREE (&o->list);
  NBDI_FREE (&o->completion);
  nbdi_strings_clear (&o->queries);
  o->own_queries = false;
}

/* The option has ended: tell the program, once. */
void
nbdi_finish_option (struct nbdi_link *l)
{
  struct nbdi_negotiation *o = &l->opt;

  if (o->completion.callback) {
    int error = o->error;
    /* The callback may want to read the error. */
    if (o->error_text != NULL)
      nbdi_option_error (l);
    NBDI_CALLBACK (o->completion.callback (o->completion.user_data, &error));
  }
  nbdi_free_option (l);
  nbdi_shrink_buffers (l);
}

/* The options that the library negotiates by itself, in this order.
 * Whether one is wanted is decided when its turn comes. */
void
nbdi_plan_connect (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;
  static const uint32_t automatic[] = {
    NBD_OPT_STARTTLS, /* first: the rest is encrypted */
    NBD_OPT_EXTENDED_HEADERS,
    NBD_OPT_STRUCTURED_REPLY,
    NBD_OPT_SET_META_CONTEXT, /* not in option mode */
    NBD_OPT_GO,               /* not in option mode */
  };
  struct nbdi_negotiation *o = &l->opt;
  bool fixed = l->agreed.client_flags & NBD_FLAG_FIXED_NEWSTYLE;

  o->next = o->nr_plan = 0;
  o->manual = o->sizes_required = false;
  if (!fixed) {
    if (!nbdi_program_chooses (s))
      o->plan[o->nr_plan++] = NBD_OPT_EXPORT_NAME;
    return;
  }
  for (size_t i = 0; i < sizeof automatic / sizeof automatic[0]; i++) {
    if (nbdi_program_chooses (s) && automatic[i] == NBD_OPT_SET_META_CONTEXT)
      break;
    o->plan[o->nr_plan++] = automatic[i];
  }
}

/* Keep what the server said of the export.  Flags are ignored if they need
 * a feature that was not negotiated. */
int
nbdi_take_export (struct nbdi_link *l, uint64_t size, uint16_t flags)
{
  uint16_t meaningless = 0;

  if (!l->agreed.structured_replies)
    meaningless |= NBD_FLAG_SEND_DF;
  if (!l->agreed.extended_headers)
    meaningless |= NBD_FLAG_BLOCK_STATUS_PAYLOAD;
  return nbdi_set_export (l->session, l->told, size, flags, meaningless);
}
