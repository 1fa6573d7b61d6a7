# SPDX-License-Identifier: MIT
# The Go package needs go, of version 1.18 or later, with cgo.
AC_DEFUN([CW_GOLANG],
  [AC_ARG_ENABLE([golang],
     [AS_HELP_STRING([--disable-golang], [do not build the Go package])],
     [], [enable_golang=auto])
   cw_have_golang=no
   AS_IF([test "x$enable_golang" != xno],
     [AC_CHECK_PROG([GO], [go], [go])
      AS_IF([test -n "$GO"],
        [AC_MSG_CHECKING([whether $GO is new enough and has cgo])
         cw_go_minor=`GOTOOLCHAIN=local $GO env GOVERSION 2>/dev/null \
           | sed -n 's/^go1\.\(@<:@0-9@:>@*\).*/\1/p'`
         AS_IF([test "0$cw_go_minor" -ge 18 \
                && test "x`$GO env CGO_ENABLED`" = x1],
           [cw_have_golang=yes])
         AC_MSG_RESULT([$cw_have_golang])])
      AS_IF([test "x$enable_golang$cw_have_golang" = xyesno],
        [AC_MSG_ERROR([no go of version 1.18 or later with cgo was found])])])
   AM_CONDITIONAL([HAVE_GOLANG], [test "x$cw_have_golang" = xyes])])
