# SPDX-License-Identifier: MIT
# libev is used by one example, and by tests of the header for its loop.  Not
# every system has a pkg-config file for it.
AC_DEFUN([CW_LIBEV],
  [AC_ARG_ENABLE([libev],
     [AS_HELP_STRING([--disable-libev],
        [do without libev: the example with its main loop])],
     [], [enable_libev=auto])
   cw_have_libev=no
   AS_IF([test "x$enable_libev" != xno],
     [AC_CHECK_HEADER([ev.h],
        [AC_CHECK_LIB([ev], [ev_run],
           [cw_have_libev=yes
            LIBEV_LIBS=-lev])])
      AS_IF([test "x$enable_libev$cw_have_libev" = xyesno],
        [AC_MSG_ERROR([libev was not found])])])
   AC_SUBST([LIBEV_LIBS])
   AM_CONDITIONAL([HAVE_LIBEV], [test "x$cw_have_libev" = xyes])])
