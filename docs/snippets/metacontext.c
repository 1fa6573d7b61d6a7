/* SPDX-License-Identifier: MIT */
/* Examples: metadata contexts. */
#include "snippet.h"

/* nbd_set_request_meta_context, nbd_get_request_meta_context */
EXAMPLE (negotiating)
{
  /* How large is it?  Contexts do not matter for that question. */
  if (nbd_set_request_meta_context (nbd, false) == -1
      || nbd_opt_info (nbd) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%" PRIi64 " bytes\n", nbd_get_size (nbd));
  if (nbd_get_request_meta_context (nbd) == 0)
    printf ("no contexts were asked for\n");
}

/* nbd_add_meta_context */
EXAMPLE (created)
{
  const char *bitmap = "qemu:dirty-bitmap:changes";

  if (nbd_add_meta_context (nbd, LIBNBD_CONTEXT_BASE_ALLOCATION)
        == -1
      || nbd_add_meta_context (nbd, bitmap) == -1
      || nbd_connect_unix (nbd, "qemu.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_can_meta_context (nbd, bitmap) <= 0)
    errx (EXIT_FAILURE, "the server does not have that bitmap");
}

/* nbd_get_nr_meta_contexts, nbd_get_meta_context */
EXAMPLE (mapped)
{
  ssize_t count = nbd_get_nr_meta_contexts (nbd);

  for (ssize_t i = 0; i < count; i++) {
    char *name = nbd_get_meta_context (nbd, i);
    if (name == NULL)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
    printf ("asked for %s\n", name);
    free (name);
  }
}

/* nbd_clear_meta_contexts */
EXAMPLE (negotiating)
{
  /* Request another context than before. */
  if (nbd_clear_meta_contexts (nbd) == -1
      || nbd_add_meta_context (nbd, LIBNBD_CONTEXT_BASE_ALLOCATION)
           == -1
      || nbd_opt_go (nbd) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_opt_list_meta_context */
static int
show_context (void *user_data, const char *name)
{
  printf ("%s\n", name);
  return 0;
}

EXAMPLE (negotiating)
{
  nbd_context_callback context = { .callback = show_context };

  /* We have added no contexts, so this lists all contexts. */
  if (nbd_opt_list_meta_context (nbd, context) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_opt_list_meta_context */
static int
print_context (void *user_data, const char *name)
{
  printf ("%s\n", name);
  return 0;
}

static int
contexts_listed (void *user_data, int *error)
{
  if (*error != 0)
    warnx ("cannot list contexts: %s", strerror (*error));
  return 0;
}

EXAMPLE (negotiating)
{
  nbd_context_callback context = { .callback = print_context };
  nbd_completion_callback done = { .callback = contexts_listed };

  if (nbd_aio_opt_list_meta_context (nbd, context, done) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_opt_list_meta_context_queries */
static int
show_bitmap (void *user_data, const char *name)
{
  printf ("%s\n", name);
  return 0;
}

EXAMPLE (created)
{
  char *queries[] = { "qemu:dirty-bitmap:", NULL };
  nbd_context_callback context = { .callback = show_bitmap };

  if (nbd_set_opt_mode (nbd, true) == -1
      || nbd_connect_unix (nbd, "qemu.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  int r = nbd_opt_list_meta_context_queries (nbd, queries, context);
  if (r == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%d bitmaps\n", r);
}

/* nbd_aio_opt_list_meta_context_queries */
static int
print_bitmap (void *user_data, const char *name)
{
  printf ("%s\n", name);
  return 0;
}

EXAMPLE (negotiating)
{
  char *queries[] = { "qemu:", "base:", NULL };
  nbd_context_callback context = { .callback = print_bitmap };

  if (nbd_aio_opt_list_meta_context_queries (nbd, queries, context,
                                             NBD_NULL_COMPLETION)
      == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_opt_set_meta_context */
static int
show_granted (void *user_data, const char *name)
{
  printf ("granted: %s\n", name);
  return 0;
}

EXAMPLE (negotiating)
{
  nbd_context_callback context = { .callback = show_granted };

  /* Request contexts by hand, so that opt_go need not do it. */
  if (nbd_set_request_meta_context (nbd, false) == -1
      || nbd_add_meta_context (nbd, LIBNBD_CONTEXT_BASE_ALLOCATION)
           == -1
      || nbd_opt_set_meta_context (nbd, context) == -1
      || nbd_opt_go (nbd) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_opt_set_meta_context */
static int
print_granted (void *user_data, const char *name)
{
  printf ("granted: %s\n", name);
  return 0;
}

EXAMPLE (negotiating)
{
  nbd_context_callback context = { .callback = print_granted };

  if (nbd_set_request_meta_context (nbd, false) == -1
      || nbd_add_meta_context (nbd, LIBNBD_CONTEXT_BASE_ALLOCATION)
           == -1
      || nbd_aio_opt_set_meta_context (nbd, context,
                                       NBD_NULL_COMPLETION)
           == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_opt_set_meta_context_queries */
static int
count_granted (void *user_data, const char *name)
{
  ++*(unsigned *) user_data;
  return 0;
}

EXAMPLE (negotiating)
{
  char *queries[] = { "base:allocation", NULL };
  unsigned granted = 0;
  nbd_context_callback context = { count_granted, &granted, NULL };

  if (nbd_set_request_meta_context (nbd, false) == -1
      || nbd_opt_set_meta_context_queries (nbd, queries, context)
           == -1
      || nbd_opt_go (nbd) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%u contexts were granted\n", granted);
}

/* nbd_aio_opt_set_meta_context_queries */
static int
note_granted (void *user_data, const char *name)
{
  ++*(unsigned *) user_data;
  return 0;
}

EXAMPLE (negotiating)
{
  char *queries[] = { "base:allocation", NULL };
  unsigned granted = 0;
  nbd_context_callback context = { note_granted, &granted, NULL };

  if (nbd_aio_opt_set_meta_context_queries (nbd, queries, context,
                                            NBD_NULL_COMPLETION)
      == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%u contexts were granted\n", granted);
}
