# SPDX-License-Identifier: MIT
# The Go package needs go with cgo.
AC_DEFUN([CW_GOLANG],
  [AC_CHECK_PROG([GO], [go], [go])
   AS_IF([test -n "$GO"], [cw_have_golang=yes], [cw_have_golang=no])
   AM_CONDITIONAL([HAVE_GOLANG], [test "$cw_have_golang" = yes])])
