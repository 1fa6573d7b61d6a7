/* SPDX-License-Identifier: MIT
 * Written by generator/generate from generator/api/:
 * make changes there, here they are lost. */

#ifndef NBDI_SETTINGS_H
#define NBDI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the program chose; see the pages of nbd_set_*. */
struct nbdi_settings {
  char *socket_activation_name;
  uint32_t uri_allow_transports;
  int uri_allow_tls;
  bool uri_allow_tls_priority;
  bool uri_allow_local_file;
  int tls;
  char *tls_certificates;
  bool tls_verify_peer;
  char *tls_username;
  char *tls_hostname;
  char *tls_psk_file;
  char *tls_priority;
  char *export_name;
  bool request_block_size;
  bool full_info;
  bool request_extended_headers;
  bool request_structured_replies;
  uint32_t handshake_flags;
  bool pread_initialize;
  uint32_t strict_mode;
  bool opt_mode;
  bool request_meta_context;
};

/* What holds when the program chooses nothing.  -1 without memory. */
extern int nbdi_default_settings (struct nbdi_settings *s);

/* Free what the fields point to. */
extern void nbdi_free_settings (struct nbdi_settings *s);

#endif /* NBDI_SETTINGS_H */
