/* SPDX-License-Identifier: MIT */
/* Examples: option mode. */
#include "snippet.h"

/* nbd_set_opt_mode, nbd_get_opt_mode */
EXAMPLE (created)
{
  if (nbd_set_opt_mode (nbd, true) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  /* An old server has one export, and we are connected to it. */
  if (nbd_get_opt_mode (nbd) && nbd_aio_is_negotiating (nbd)) {
    if (nbd_set_export_name (nbd, "disk") == -1
        || nbd_opt_go (nbd) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  }
}

/* nbd_opt_go */
EXAMPLE (negotiating)
{
  if (nbd_set_export_name (nbd, "disk") == -1
      || nbd_opt_go (nbd) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("connected to %" PRIi64 " bytes\n", nbd_get_size (nbd));
}

/* nbd_aio_opt_go */
EXAMPLE (negotiating)
{
  if (nbd_set_export_name (nbd, "disk") == -1
      || nbd_aio_opt_go (nbd, NBD_NULL_COMPLETION) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_aio_is_negotiating (nbd))
    errx (EXIT_FAILURE, "the server has no such export");
}

/* nbd_opt_abort */
EXAMPLE (negotiating)
{
  /* We only wanted to ask. */
  if (nbd_opt_abort (nbd) == -1)
    warnx ("%s", nbd_get_error ());
}

/* nbd_aio_opt_abort */
EXAMPLE (negotiating)
{
  if (nbd_aio_opt_abort (nbd) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_opt_starttls */
EXAMPLE (created)
{
  if (nbd_set_tls_username (nbd, "alice") == -1
      || nbd_set_tls_psk_file (nbd, "keys.psk") == -1
      || nbd_set_opt_mode (nbd, true) == -1
      || nbd_connect_unix (nbd, "tls.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  int r = nbd_opt_starttls (nbd);
  if (r == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%s\n", r ? "from now on it is secret" : "no TLS here");
}

/* nbd_aio_opt_starttls */
static int
tls_done (void *user_data, int *error)
{
  printf ("TLS: %s\n", *error ? strerror (*error) : "agreed");
  return 0;
}

EXAMPLE (negotiating)
{
  nbd_completion_callback done = { .callback = tls_done };

  if (nbd_aio_opt_starttls (nbd, done) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_opt_extended_headers */
EXAMPLE (created)
{
  if (nbd_set_request_extended_headers (nbd, false) == -1
      || nbd_set_opt_mode (nbd, true) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  int r = nbd_opt_extended_headers (nbd);
  if (r == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("extended headers: %s\n", r ? "yes" : "no");
}

/* nbd_aio_opt_extended_headers */
static int
headers_done (void *user_data, int *error)
{
  printf ("extended headers: %s\n",
          *error ? strerror (*error) : "agreed");
  return 0;
}

EXAMPLE (negotiating)
{
  nbd_completion_callback done = { .callback = headers_done };

  if (nbd_aio_opt_extended_headers (nbd, done) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_opt_structured_reply */
EXAMPLE (created)
{
  if (nbd_set_request_structured_replies (nbd, false) == -1
      || nbd_set_opt_mode (nbd, true) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  int r = nbd_opt_structured_reply (nbd);
  if (r == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("structured replies: %s\n", r ? "yes" : "no");
}

/* nbd_aio_opt_structured_reply */
static int
replies_done (void *user_data, int *error)
{
  printf ("structured replies: %s\n",
          *error ? strerror (*error) : "agreed");
  return 0;
}

EXAMPLE (created)
{
  nbd_completion_callback done = { .callback = replies_done };

  if (nbd_set_request_structured_replies (nbd, false) == -1
      || nbd_set_opt_mode (nbd, true) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1
      || nbd_aio_opt_structured_reply (nbd, done) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_opt_list */
static int
show_export (void *user_data, const char *name,
             const char *description)
{
  printf ("\"%s\" %s\n", name, description);
  return 0;
}

EXAMPLE (negotiating)
{
  nbd_list_callback list = { .callback = show_export };
  int count = nbd_opt_list (nbd, list);

  if (count == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%d exports\n", count);
}

/* nbd_aio_opt_list */
static int
print_export (void *user_data, const char *name,
              const char *description)
{
  printf ("\"%s\" %s\n", name, description);
  return 0;
}

static int
list_done (void *user_data, int *error)
{
  if (*error != 0)
    warnx ("cannot list the exports: %s", strerror (*error));
  return 0;
}

EXAMPLE (negotiating)
{
  nbd_list_callback list = { .callback = print_export };
  nbd_completion_callback done = { .callback = list_done };

  if (nbd_aio_opt_list (nbd, list, done) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_opt_info */
EXAMPLE (negotiating)
{
  const char *names[] = { "disk", "backup" };

  for (size_t i = 0; i < 2; i++) {
    if (nbd_set_export_name (nbd, names[i]) == -1
        || nbd_opt_info (nbd) == -1)
      warnx ("%s: %s", names[i], nbd_get_error ());
    else
      printf ("%s: %" PRIi64 " bytes\n", names[i],
              nbd_get_size (nbd));
  }
}

/* nbd_aio_opt_info */
static int
info_done (void *user_data, int *error)
{
  *(bool *) user_data = *error == 0;
  return 0;
}

EXAMPLE (negotiating)
{
  bool known = false;
  nbd_completion_callback done = { info_done, &known, NULL };

  if (nbd_set_export_name (nbd, "disk") == -1
      || nbd_aio_opt_info (nbd, done) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (known)
    printf ("%" PRIi64 " bytes\n", nbd_get_size (nbd));
}
