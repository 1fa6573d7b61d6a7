/* SPDX-License-Identifier: MIT */

/* The main function of a harness without libFuzzer.  It runs the inputs in the
 * files that are its arguments, or under AFL++ one input after the other. */

#include <stdio.h>
#include <stdlib.h>

#include "target.h"

#ifdef __AFL_FUZZ_TESTCASE_LEN
#include <unistd.h>
__AFL_FUZZ_INIT ();
#else
#define __AFL_FUZZ_TESTCASE_BUF NULL
#define __AFL_FUZZ_TESTCASE_LEN 0
#define __AFL_LOOP(rounds) ((void) (rounds), 0)
#define __AFL_INIT() ((void) 0)
#endif

/* The size of the largest input that a fuzzer makes. */
#define INPUT_MAX (1 << 20)

static void
run_file (const char *path)
{
  FILE *file = fopen (path, "rb");
  uint8_t *data = malloc (INPUT_MAX);

  if (file == NULL || data == NULL) {
    perror (path);
    exit (EXIT_FAILURE);
  }
  size_t size = fread (data, 1, INPUT_MAX, file);

  fclose (file);
  /* Of exactly the size, so that ASan finds reads beyond it. */
  uint8_t *input = realloc (data, size > 0 ? size : 1);

  LLVMFuzzerTestOneInput (input, size);
  free (input);
}

int
main (int argc, char *argv[])
{
  for (int i = 1; i < argc; i++)
    run_file (argv[i]);
  if (argc > 1) {
    printf ("%d inputs passed\n", argc - 1);
    return EXIT_SUCCESS;
  }

  __AFL_INIT ();
  const uint8_t *data = __AFL_FUZZ_TESTCASE_BUF;

  while (__AFL_LOOP (10000))
    LLVMFuzzerTestOneInput (data, __AFL_FUZZ_TESTCASE_LEN);
  return EXIT_SUCCESS;
}
