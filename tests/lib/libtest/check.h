/* SPDX-License-Identifier: MIT */

/* Assertions that report the place, what was expected and what came, and skips
 * that give a reason.
 *
 * A test program defines `void test (void)`, which main.c calls. */

#ifndef CHECK_H
#define CHECK_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libnbd.h>

extern void test (void);

/* Report a failure at a place.  Ends the program, or the current row of a
 * table if check_row_begin has begun one. */
extern void check_fail (const char *file, int line, const char *fmt, ...)
  __attribute__ ((noreturn, format (printf, 3, 4)));

/* Name what is being tested, for the messages (NULL: nothing). */
extern void check_case (const char *fmt, ...)
  __attribute__ ((format (printf, 1, 2)));

/* The test cannot run here: print why and exit with status 77. */
extern void skip (const char *fmt, ...)
  __attribute__ ((noreturn, format (printf, 1, 2)));

/* Skip unless the program is found in PATH. */
extern void requires_program (const char *name);

/* Skip unless the library supports URIs. */
extern void requires_uris (void);

/* Skip unless the file can be read. */
extern void requires_file (const char *path);

/* Make an empty directory, which is removed at the end of the program, and work
 * there, so that relative paths lead to nothing. */
extern void work_in_empty_directory (void);

/* End the program as hung if it takes longer than this.  main.c calls this,
 * and long programs may call it again. */
extern void watchdog (unsigned seconds);

extern void check_int_at (const char *file, int line, const char *what,
                          intmax_t got, intmax_t want);
extern void check_string_at (const char *file, int line, const char *what,
                             const char *got, const char *want);
extern void check_contains_at (const char *file, int line, const char *what,
                               const char *got, const char *part);
extern void check_bytes_at (const char *file, int line, const char *what,
                            const void *got, size_t got_len, const void *want,
                            size_t want_len);
extern void check_error_at (const char *file, int line, const char *what,
                            int errnum, const char *text);
extern void check_state_at (const char *file, int line, struct nbd_handle *h,
                            const char *want);

#define FAIL(...) check_fail (__FILE__, __LINE__, __VA_ARGS__)

#define CHECK(cond)                     \
  do {                                  \
    if (!(cond))                        \
      FAIL ("%s does not hold", #cond); \
  } while (0)

#define CHECK_INT(got, want) \
  check_int_at (__FILE__, __LINE__, #got, (got), (want))

#define CHECK_STRING(got, want) \
  check_string_at (__FILE__, __LINE__, #got, (got), (want))

#define CHECK_CONTAINS(got, part) \
  check_contains_at (__FILE__, __LINE__, #got, (got), (part))

#define CHECK_BYTES(got, got_len, want, want_len)                     \
  check_bytes_at (__FILE__, __LINE__, #got, (got), (got_len), (want), \
                  (want_len))

/* The last call failed with this errno and with this text in its message. */
#define CHECK_ERROR(errnum, text) \
  check_error_at (__FILE__, __LINE__, "the error", (errnum), (text))

/* The call must return -1 with this errno and text in its message. */
#define CHECK_FAILS(call, errnum, text)                           \
  do {                                                            \
    check_int_at (__FILE__, __LINE__, #call, (call), -1);         \
    check_error_at (__FILE__, __LINE__, #call, (errnum), (text)); \
  } while (0)

/* The call must not fail. */
#define CHECK_OK(call)                                 \
  ({                                                   \
    int64_t check_ok = (call);                         \
    if (check_ok == -1)                                \
      FAIL ("%s failed: %s", #call, nbd_get_error ()); \
    check_ok;                                          \
  })

#define CHECK_STATE(h, want) check_state_at (__FILE__, __LINE__, (h), (want))

/* Rows of a table go on after a failure and the program fails at the
 * end:
 *   for (...) { if (ROW (name)) run (...); }
 *   check_rows_end (); */
extern jmp_buf check_row;
extern void check_row_begin (const char *name);
extern void check_rows_end (void);
#define ROW(name) (check_row_begin (name), setjmp (check_row) == 0)

/* Run all rows of an array: run (i) for each.  The counter is static, so that
 * it keeps its value when a failed row jumps out. */
#define RUN_ROWS(rows, run)                                      \
  do {                                                           \
    static size_t row;                                           \
                                                                 \
    for (row = 0; row < sizeof (rows) / sizeof (rows)[0]; row++) \
      if (ROW ((rows)[row].name))                                \
        run (row);                                               \
    check_rows_end ();                                           \
  } while (0)

#endif /* CHECK_H */
