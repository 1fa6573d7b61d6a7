# SPDX-License-Identifier: MIT
# graphviz draws the picture of the state machine.
AC_DEFUN([CW_GRAPHVIZ],
  [AC_ARG_ENABLE([graphviz],
     [AS_HELP_STRING([--disable-graphviz], [do not draw the state machine])],
     [], [enable_graphviz=auto])
   AS_IF([test "x$enable_graphviz" != xno], [AC_PATH_PROG([DOT], [dot])])
   AS_IF([test -n "$DOT"], [cw_have_graphviz=yes], [cw_have_graphviz=no])
   AM_CONDITIONAL([HAVE_GRAPHVIZ], [test "x$cw_have_graphviz" = xyes])])
