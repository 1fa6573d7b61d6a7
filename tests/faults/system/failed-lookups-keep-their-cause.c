/* SPDX-License-Identifier: MIT */
/* If a name cannot be looked up, the error has the resolver's reason, and an
 * errno if there is one.  The handle can then connect to another address.
 *
 * The linker redirects the library's getaddrinfo to this file (-Wl,--wrap). */

#include <errno.h>
#include <netdb.h>

#include "check.h"
#include "client.h"
#include "wrap.h"

static int result;

WRAPPER (int, getaddrinfo,
         (const char *host __attribute__ ((unused)), const char *port
          __attribute__ ((unused)), const struct addrinfo *hints __attribute__
          ((unused)), struct addrinfo **list __attribute__ ((unused))))
{
  errno = EMFILE;
  return result;
}

static void
look_up (int errnum)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_FAILS (nbd_connect_tcp (h, "example.com", "1"), errnum,
               "getaddrinfo: ");
  CHECK_CONTAINS (nbd_get_error (), "example.com");
  CHECK_CONTAINS (nbd_get_error (), gai_strerror (result));
  CHECK_STATE (h, "CREATED");
  nbd_close (h);
}

void
test (void)
{
  static const struct {
    const char *name;
    int result, errnum;
  } rows[] = {
    { "there is no such name", EAI_NONAME, 0 },
    { "it may be known later", EAI_AGAIN, 0 },
    { "the resolver has no memory", EAI_MEMORY, ENOMEM },
    { "the resolver has no descriptor", EAI_SYSTEM, EMFILE },
  };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    result = rows[i].result;
    check_case ("%s", rows[i].name);
    look_up (rows[i].errnum);
  }
}
