/* SPDX-License-Identifier: MIT */
/* What a handle connects to, as a URI for messages. */

#include "api/uri.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#ifdef HAVE_LINUX_VM_SOCKETS_H
#include <linux/vm_sockets.h>
#endif

/* Percent-encode all but unreserved characters and those in also. */
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
put_host (FILE *f, const char *host, const char *port)
{
  bool ipv6 = strchr (host, ':') != NULL;

  fputs (ipv6 ? "://[" : "://", f);
  nbdi_put_encoded (f, host, strlen (host), ipv6 ? ":%" : "");
  fputs (ipv6 ? "]" : "", f);
  if (strtoul (port, NULL, 10) != NBDI_URI_NBD_PORT) {
    fputc (':', f);
    nbdi_put_encoded (f, port, strlen (port), "");
  }
}

/* All up to the path, or false if there is no URI for it. */
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
    put_host (f, host, port);
    return true;
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
    put_host (f, reach->host, reach->port);
  else if (reach->nr_addresses == 0 || !put_address (f, &reach->addresses[0]))
    return false;
  else if (reach->addresses[0].addr.ss_family == AF_UNIX)
    un = (const void *) &reach->addresses[0].addr;
  fputc ('/', f);
  nbdi_put_encoded (f, set->export_name, strlen (set->export_name), "/");
  if (un != NULL) {
    fputs ("?socket=", f);
    nbdi_put_encoded (f, un->sun_path,
                      strnlen (un->sun_path, sizeof un->sun_path), "/");
  }
  return true;
}

/* The server and its export, for messages; NULL: there is no name for it. */
char *
nbdi_whereto (const struct nbd_handle *h)
{
  char *text = NULL;
  size_t size;
  FILE *f;

  if (h->link.reach.server.kind != NBDI_SERVER_NONE) {
    CLEANUP_TEXT const char *program =
      nbdi_printable (h->link.reach.server.argv.v[0]);
    return asprintf (&text, "the server %s", program) == -1 ? NULL : text;
  }
  f = open_memstream (&text, &size);
  if (f == NULL)
    return NULL;
  bool named = put_uri (f, h);
  bool cut = ferror (f) != 0;
  if (fclose (f) == EOF || cut || !named) {
    free (text);
    return NULL;
  }
  return text;
}
