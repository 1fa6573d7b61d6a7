/* SPDX-License-Identifier: MIT */
/* The server and export of a handle, as a URI for messages. */

#include "api/uri.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#ifdef HAVE_LINUX_VM_SOCKETS_H
#include <linux/vm_sockets.h>
#endif

/* Percent-encode all characters except unreserved ones and those in `also`. */
void
nbdi_put_encoded (FILE *f, const char *s, size_t len, const char *also)
{
  static const char unreserved[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

  for (size_t i = 0; i < len; i++)
    if (s[i] != '\0' && (strchr (unreserved, s[i]) || strchr (also, s[i])))
      fputc (s[i], f);
    else
      fprintf (f, "%%%02X", (unsigned char) s[i]);
}

static void
put_host (FILE *f, const char *host, const char *port, unsigned long usual)
{
  bool ipv6 = strchr (host, ':') != NULL;

  fputs (ipv6 ? "://[" : "://", f);
  nbdi_put_encoded (f, host, strlen (host), ipv6 ? ":%" : "");
  fputs (ipv6 ? "]" : "", f);
  if (strtoul (port, NULL, 10) != usual) {
    fputc (':', f);
    nbdi_put_encoded (f, port, strlen (port), "");
  }
}

/* Write the part before the path; false if the address has no URI. */
static bool
put_address (FILE *f, const struct nbdi_address *a)
{
  const struct sockaddr *addr = (const void *) &a->addr;
  const struct sockaddr_un *un = (const void *) addr;
  char host[NI_MAXHOST], port[NI_MAXSERV];

  switch (addr->sa_family) {
  case AF_UNIX: fputs ("+unix://", f); return un->sun_path[0] != '\0';
#ifdef HAVE_LINUX_VM_SOCKETS_H
  case AF_VSOCK: {
    const struct sockaddr_vm *vm = (const void *) addr;
    fprintf (f, "+vsock://%u", vm->svm_cid);
    if (vm->svm_port != NBDI_URI_NBD_PORT)
      fprintf (f, ":%u", vm->svm_port);
    return true;
  }
#endif
  default:
    if (getnameinfo (addr, a->len, host, sizeof host, port, sizeof port,
                     NI_NUMERICHOST | NI_NUMERICSERV)
        != 0)
      return false;
    put_host (f, host, port, NBDI_URI_NBD_PORT);
    return true;
  }
}

static void
put_path (FILE *f, const char *export, const char *socket, size_t len)
{
  fputc ('/', f);
  nbdi_put_encoded (f, export, strlen (export), "/");
  if (socket != NULL) {
    fputs ("?socket=", f);
    nbdi_put_encoded (f, socket, len, "/");
  }
}

static bool
put_uri (FILE *f, const struct nbd_handle *h)
{
  const struct nbdi_reach *reach = &h->link.reach;
  const struct nbdi_settings *set = &h->session.settings;
  const struct sockaddr_un *un = NULL;

  fputs (set->tls == LIBNBD_TLS_REQUIRE ? "nbds" : "nbd", f);
  if (reach->host != NULL)
    put_host (f, reach->host, reach->port, NBDI_URI_NBD_PORT);
  else if (reach->nr_addresses == 0 || !put_address (f, &reach->addresses[0]))
    return false;
  else if (reach->addresses[0].addr.ss_family == AF_UNIX)
    un = (const void *) &reach->addresses[0].addr;
  put_path (f, set->export_name, un ? un->sun_path : NULL,
            un ? strnlen (un->sun_path, sizeof un->sun_path) : 0);
  return true;
}

/* The text that was written to open_memstream, or NULL. */
static char *
finish (FILE *f, char **text, bool whole)
{
  bool cut = ferror (f) != 0;

  if (fclose (f) != EOF && !cut && whole)
    return *text;
  free (*text);
  return NULL;
}

/* A server that is reached through ssh. */
char *
nbdi_whereto_by_ssh (const struct nbdi_uri *u)
{
  char *text = NULL, port[16];
  size_t size;
  FILE *f = open_memstream (&text, &size);

  if (f == NULL) {
    nbdi_error (errno, "open_memstream");
    return NULL;
  }
  snprintf (port, sizeof port, "%u", u->port);
  fputs (u->tls ? "nbds+ssh" : "nbd+ssh", f);
  put_host (f, u->host, port, NBDI_URI_SSH_PORT);
  put_path (f, u->export_name, u->socket, u->socket_len);
  if (u->socket == NULL && u->nbd_port != NBDI_URI_NBD_PORT)
    fprintf (f, "?nbd-port=%u", u->nbd_port);
  text = finish (f, &text, true);
  if (text == NULL)
    nbdi_error (ENOMEM, "open_memstream");
  return text;
}

/* The server and its export, for messages; NULL if it has no URI. */
char *
nbdi_whereto (const struct nbd_handle *h)
{
  char *text = NULL;
  size_t size;
  FILE *f;

  if (h->link.reach.proxy != NULL)
    return strdup (h->link.reach.proxy);
  if (h->link.reach.server.kind != NBDI_SERVER_NONE) {
    CLEANUP_TEXT const char *program =
      nbdi_printable (h->link.reach.server.argv.v[0]);
    return asprintf (&text, "the server %s", program) == -1 ? NULL : text;
  }
  f = open_memstream (&text, &size);
  if (f == NULL)
    return NULL;
  return finish (f, &text, put_uri (f, h));
}
