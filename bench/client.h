/* SPDX-License-Identifier: MIT */
/* What the parts of the measured client share. */

#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdint.h>

struct nbd_handle;
struct plan;

_Noreturn void die_nbd (const char *what);
struct nbd_handle *open_handle (const struct plan *plan);
void close_handle (struct nbd_handle *nbd);
uint64_t export_size (struct nbd_handle *nbd);

void case_read (const struct plan *plan);
void case_write (const struct plan *plan);
void case_pauses (const struct plan *plan);

#endif /* BENCH_CLIENT_H */
