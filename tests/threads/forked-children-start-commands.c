/* SPDX-License-Identifier: MIT */

/* The program forks while its threads allocate memory and hold locks all the
 * time.  The child then connects to a command that it starts. */

#include "own-server.h"

#include <sys/wait.h>

#define CHILDREN 20

/* The child has only one thread, but locks that the other threads held stay
 * locked. */
static void
connect_in_a_child (void)
{
  int status;
  pid_t pid = fork ();

  MUST (pid != -1);
  if (pid == 0) {
    connect_and_read ();
    _exit (EXIT_SUCCESS);
  }
  MUST (waitpid (pid, &status, 0) == pid);
  MUST (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_SUCCESS);
}

int
main (int argc, char *argv[])
{
  pthread_t busy[BUSY];

#ifdef __SANITIZE_ADDRESS__
  puts ("SKIP: AddressSanitizer keeps its malloc locked in forked children");
  return 77;
#endif
  know_oneself (argc, argv);
  start_busy (busy);
  for (int i = 0; i < CHILDREN; i++)
    connect_in_a_child ();
  end_busy (busy);
  return EXIT_SUCCESS;
}
