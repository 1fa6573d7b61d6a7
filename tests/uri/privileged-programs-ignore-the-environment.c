/* SPDX-License-Identifier: MIT */

/* A program that runs with more rights than its user ignores
 * LIBNBD_URI_OPTIONS, even if the value is wrong, and LOGNAME.  The test makes
 * a copy of this program that is set-uid for another user. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define SOMEBODY_ELSE 65534
#define NOT_PRIVILEGED 77

/* What the copy does; its exit status. */
static int
privileged (void)
{
  if (!getauxval (AT_SECURE))
    return NOT_PRIVILEGED;

  struct nbd_handle *h = nbd_create ();
  if (nbd_connect_unix (h, "/nowhere") != -1 || nbd_get_errno () != ENOENT)
    return 1;
  char *user = nbd_get_tls_username (h);
  if (user != NULL && strcmp (user, "mistake") == 0)
    return 2;
  free (user);
  nbd_close (h);
  return 0;
}

/* Copy this program.  False if there is no other user, as in some
 * namespaces. */
static bool
copy_itself (const char *path)
{
  struct stat st;
  int in = CHECK_OK (open ("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  int out = CHECK_OK (open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                            0700));

  CHECK_OK (fstat (in, &st));
  for (off_t done = 0; done < st.st_size;)
    CHECK (sendfile (out, in, &done, st.st_size - done) > 0);
  bool given = fchown (out, SOMEBODY_ELSE, -1) == 0;
  CHECK (given || errno == EINVAL);
  CHECK_OK (fchmod (out, 04755));
  close (in);
  close (out);
  return given;
}

/* Run the copy, and return its exit status. */
static int
run_copy (const char *path)
{
  int status;
  pid_t pid = CHECK_OK (fork ());

  if (pid == 0) {
    execl (path, path, NULL);
    _exit (126);
  }
  CHECK_INT (waitpid (pid, &status, 0), pid);
  CHECK (WIFEXITED (status));
  return WEXITSTATUS (status);
}

void
test (void)
{
  char dir[] = "/tmp/privileged-XXXXXX", path[64];

  /* LeakSanitizer cannot look for leaks in a set-uid program, so avoid
   * exit. */
  if (getenv ("PRIVILEGED_COPY") != NULL)
    _exit (privileged ());
  if (geteuid () != 0)
    skip ("only root can give a program to somebody else");
  setenv ("PRIVILEGED_COPY", "1", 1);
  setenv ("LIBNBD_URI_OPTIONS", "mistake=1", 1);
  setenv ("LOGNAME", "mistake", 1);
  CHECK_INT (privileged (), NOT_PRIVILEGED);

  CHECK (mkdtemp (dir) != NULL);
  CHECK_OK (chmod (dir, 0755));
  snprintf (path, sizeof path, "%s/copy", dir);
  bool given = copy_itself (path);
  int status = given ? run_copy (path) : NOT_PRIVILEGED;
  unlink (path);
  rmdir (dir);
  if (!given)
    skip ("there is no user %d", SOMEBODY_ELSE);
  if (status == NOT_PRIVILEGED)
    skip ("programs in %s get no rights of their owner", dir);
  CHECK_INT (status, 0);
}
