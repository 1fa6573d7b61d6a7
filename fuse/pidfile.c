/* SPDX-License-Identifier: MIT */
/* The pidfile: it exists while the file can be used. */
#include <config.h>

#include <sys/stat.h>
#include <unistd.h>

#include "mount.h"
#include "options.h"

/* Remove the pidfile at the end, since programs may wait for that.  But not if
 * another nbdfuse has been started meanwhile with the same pidfile. */
static void
remove_pidfile (void)
{
  struct stat st;
  if (lstat (options.pidfile, &st) == -1 || !S_ISREG (st.st_mode))
    return;
  FILE *file = fopen (options.pidfile, "re");
  if (file == NULL)
    return;
  int pid = 0;
  bool ours = fscanf (file, "%d", &pid) == 1 && pid == getpid ();
  fclose (file);
  if (ours)
    unlink (options.pidfile);
}

void
pidfile_write (void)
{
  if (options.pidfile == NULL)
    return;
  FILE *file = fopen (options.pidfile, "we");
  bool good = file && fprintf (file, "%d\n", (int) getpid ()) > 0;
  if (file)
    good = fclose (file) == 0 && good;
  if (!good)
    tool_error ("--pidfile %s: cannot write it: %m", options.pidfile);
  tool_at_end (remove_pidfile);
}
