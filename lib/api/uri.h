/* SPDX-License-Identifier: MIT */
/* The parts of an NBD URI, and the files that take it apart:
 *
 *   uri-scheme.c   which schemes there are
 *   uri-options.c  settings that the environment can choose as well;
 *                  the rest only with libxml2:
 *   uri-split.c    generic syntax: the text into raw parts
 *   uri-parse.c    policy, and checking and decoding of the parts
 *   uri-query.c    the parameters
 *   uri.c          settings and connecting
 *   uri-get.c      from a connection back to a URI
 *
 * Nothing here has a side effect before the whole URI was checked. */

#ifndef NBDI_URI_H
#define NBDI_URI_H

#include "api/library.h"

#define NBDI_URI_NBD_PORT 10809
#define NBDI_URI_SSH_PORT 22

struct nbdi_uri_scheme {
  const char *name;
  uint32_t transport; /* one of LIBNBD_ALLOW_TRANSPORT_* */
  bool tls;
};

/* Still percent-encoded; NULL where the URI has no such part. */
struct nbdi_uri_parts {
  const struct nbdi_uri_scheme *scheme;
  char *port; /* what follows the colon; can be empty */
  const char *user, *host, *path, *query; /* owned by xml */
  struct _xmlURI *xml;
};

/* Values that were read for settings. */
struct nbdi_parameters {
  uint32_t given; /* a bit for each */
  int64_t values[NBDI_NR_PARAMETERS];
};

/* The parts, decoded and checked; strings are NULL if they are not in the
 * URI. */
struct nbdi_uri {
  uint32_t transport; /* one of LIBNBD_ALLOW_TRANSPORT_* */
  bool tls;           /* required */
  char *user;
  char *host;        /* TCP and ssh; IPv6 without brackets */
  uint32_t cid;      /* vsock */
  uint32_t port;     /* TCP, vsock and ssh */
  char *export_name; /* never NULL */
  char *socket;      /* Unix: may begin with a NUL; ssh: remote */
  size_t socket_len;
  uint32_t nbd_port; /* ssh: on the other machine */
  int compress;      /* ssh: 0, 1, or -1 for unsaid */
  char *tls_type;    /* anon, x509 or psk */
  char *tls_hostname;
  char *tls_username;
  char *tls_certificates;
  char *tls_psk_file;
  char *tls_priority;
  int tls_verify_peer; /* 0, 1, or -1 for unsaid */
  struct nbdi_parameters chosen;
};

extern const struct nbdi_uri_scheme *nbdi_find_uri_scheme (const char *uri,
                                                           const char **rest);
extern bool nbdi_same_in_uri (const char *s, const char *lower_case,
                              size_t len);
extern bool nbdi_is_uri_word (const char *s, const char *lower_case);

extern int nbdi_find_parameter (const char *name);
extern int nbdi_take_parameter (struct nbdi_parameters *taken,
                                const char *source, int id, const char *text);
extern int64_t nbdi_get_parameter (const struct nbdi_settings *s, int id);
extern void nbdi_choose_parameters (struct nbdi_settings *s,
                                    const struct nbdi_parameters *taken);
extern int nbdi_apply_environment (struct nbd_handle *h);

extern int nbdi_split_uri (const char *uri, struct nbdi_uri_parts *parts);
extern void nbdi_free_uri_parts (struct nbdi_uri_parts *parts);
extern char *nbdi_decode_uri (const char *raw, size_t raw_len, size_t *len);
extern bool nbdi_has_control (const char *s, size_t len);
extern int nbdi_uri_number (const char *digits, uint32_t max, uint32_t *n);

/* whereto.c: the server at the other end of ssh, for messages. */
extern char *nbdi_whereto_by_ssh (const struct nbdi_uri *u);

/* Of policy, only the uri_allow_ fields are used; h is for debug output.
 * The result must be freed, also after a failure. */
extern int nbdi_parse_uri (struct nbd_handle *h,
                           const struct nbdi_settings *policy,
                           const char *uri, struct nbdi_uri *u);
extern int nbdi_parse_uri_query (struct nbd_handle *h,
                                 const struct nbdi_settings *policy,
                                 const char *query, struct nbdi_uri *u);
extern void nbdi_free_uri (struct nbdi_uri *u);

#endif /* NBDI_URI_H */
