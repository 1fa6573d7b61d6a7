/* SPDX-License-Identifier: MIT */
/* Print what the handle knows about the connection and the export. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "client.h"

static int
print_string (char *s)
{
  if (s == NULL)
    return -1;
  printf ("%s\n", s);
  free (s);
  return 0;
}

static int
do_size (struct nbd_handle *h, char **arg)
{
  (void) arg;
  int64_t size = nbd_get_size (h);
  if (size != -1)
    printf ("%" PRIi64 "\n", size);
  return size == -1 ? -1 : 0;
}

static int
do_protocol (struct nbd_handle *h, char **arg)
{
  (void) arg;
  const char *protocol = nbd_get_protocol (h);
  if (protocol == NULL)
    return -1;
  printf ("%s\n", protocol);
  return 0;
}

static int
do_canonical_name (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return print_string (nbd_get_canonical_export_name (h));
}

static int
do_description (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return print_string (nbd_get_export_description (h));
}

static int
do_get_uri (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return print_string (nbd_get_uri (h));
}

/* Print all yes-or-no queries whose answer is yes, on one line. */
static int
do_flags (struct nbd_handle *h, char **arg)
{
  (void) arg;
  static const struct {
    const char *name;
    int (*ask) (struct nbd_handle *);
  } question[] = {
    { "cache", nbd_can_cache },
    { "df", nbd_can_df },
    { "fast-zero", nbd_can_fast_zero },
    { "flush", nbd_can_flush },
    { "fua", nbd_can_fua },
    { "multi-conn", nbd_can_multi_conn },
    { "read-only", nbd_is_read_only },
    { "rotational", nbd_is_rotational },
    { "trim", nbd_can_trim },
    { "zero", nbd_can_zero },
    { "structured", nbd_get_structured_replies_negotiated },
  };
  const char *space = "";
  for (size_t i = 0; i < sizeof question / sizeof question[0]; i++) {
    int answer = question[i].ask (h);
    if (answer == -1)
      return -1;
    if (answer == 1) {
      printf ("%s%s", space, question[i].name);
      space = " ";
    }
  }
  printf ("\n");
  return 0;
}

static int
do_block_sizes (struct nbd_handle *h, char **arg)
{
  (void) arg;
  int64_t minimum = nbd_get_block_size (h, LIBNBD_SIZE_MINIMUM);
  int64_t preferred = nbd_get_block_size (h, LIBNBD_SIZE_PREFERRED);
  int64_t maximum = nbd_get_block_size (h, LIBNBD_SIZE_MAXIMUM);
  if (minimum == -1 || preferred == -1 || maximum == -1)
    return -1;
  printf ("%" PRIi64 " %" PRIi64 " %" PRIi64 "\n", minimum, preferred,
          maximum);
  return 0;
}

/* Print whether a context is active: "yes" or "no". */
static int
do_can_context (struct nbd_handle *h, char **arg)
{
  int answer = nbd_can_meta_context (h, arg[0]);
  if (answer == -1)
    return -1;
  printf ("%s\n", answer ? "yes" : "no");
  return 0;
}

static int
do_state (struct nbd_handle *h, char **arg)
{
  (void) arg;
  static const struct {
    const char *name;
    int (*ask) (struct nbd_handle *);
  } state[] = {
    { "created", nbd_aio_is_created },
    { "connecting", nbd_aio_is_connecting },
    { "negotiating", nbd_aio_is_negotiating },
    { "ready", nbd_aio_is_ready },
    { "processing", nbd_aio_is_processing },
    { "closed", nbd_aio_is_closed },
    { "dead", nbd_aio_is_dead },
  };
  for (size_t i = 0; i < sizeof state / sizeof state[0]; i++)
    if (state[i].ask (h) == 1)
      printf ("%s\n", state[i].name);
  return 0;
}

const struct verb query_verbs[] = {
  { "block-sizes", 0, do_block_sizes },
  { "can-context", 1, do_can_context },
  { "canonical-name", 0, do_canonical_name },
  { "description", 0, do_description },
  { "flags", 0, do_flags },
  { "get-uri", 0, do_get_uri },
  { "protocol", 0, do_protocol },
  { "size", 0, do_size },
  { "state", 0, do_state },
  { NULL, 0, NULL },
};
