# SPDX-License-Identifier: MIT
# CW_OPTIONAL(NAME, VARIABLE, MODULE, PURPOSE)
# An optional library that pkg-config knows.  Sets cw_have_NAME,
# VARIABLE_CFLAGS, VARIABLE_LIBS and the conditional HAVE_VARIABLE.
AC_DEFUN([CW_OPTIONAL],
  [AC_ARG_ENABLE([$1],
     [AS_HELP_STRING([--disable-$1], [do without $1: $4])],
     [], [enable_$1=auto])
   cw_have_$1=no
   AS_IF([test "x$enable_$1" != xno],
     [PKG_CHECK_MODULES([$2], [$3], [cw_have_$1=yes],
        [AS_IF([test "x$enable_$1" = xyes],
           [AC_MSG_ERROR([$3 is needed for $4: $$2_PKG_ERRORS])])])])
   AM_CONDITIONAL([HAVE_$2], [test "x$cw_have_$1" = xyes])])
