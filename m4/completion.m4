# SPDX-License-Identifier: MIT
# The directory of completions for bash, which loads them by the command's name.
AC_DEFUN([CW_COMPLETION],
  [AC_ARG_WITH([bash-completion-dir],
     [AS_HELP_STRING([--with-bash-completion-dir=DIR],
        [where completions are installed, or no @<:@bash's own place@:>@])],
     [bashcompdir=$withval], [bashcompdir='${datadir}/bash-completion/completions'])
   AS_IF([test "x$bashcompdir" = xno], [bashcompdir=])
   AC_SUBST([bashcompdir])
   AM_CONDITIONAL([WANT_COMPLETION], [test -n "$bashcompdir"])])
