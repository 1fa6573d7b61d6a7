# SPDX-License-Identifier: MIT
# A build that stops at the first memory error or undefined behaviour.  The
# stack is filled with a pattern, so that a variable which was never set is not
# 0 by chance.
AC_DEFUN([CW_SANITIZERS],
  [AC_ARG_ENABLE([sanitizers],
     [AS_HELP_STRING([--enable-sanitizers],
        [build with AddressSanitizer and UBSan])],
     [], [enable_sanitizers=no])
   AS_IF([test "x$enable_sanitizers" != xno],
     [cw_flags="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
      SANITIZER_CFLAGS="$cw_flags -fno-omit-frame-pointer"
      SANITIZER_PRELOAD=`$CC -print-file-name=libasan.so`
      cw_save_CFLAGS=$CFLAGS
      CFLAGS="$CFLAGS $SANITIZER_CFLAGS"
      AC_LINK_IFELSE([AC_LANG_PROGRAM()], [],
        [AC_MSG_ERROR([$CC cannot link with $cw_flags])])
      cw_flags=-ftrivial-auto-var-init=pattern
      CFLAGS="$cw_save_CFLAGS $cw_flags"
      AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
        [SANITIZER_CFLAGS="$SANITIZER_CFLAGS $cw_flags"])
      CFLAGS=$cw_save_CFLAGS])
   AC_SUBST([SANITIZER_CFLAGS])
   AC_SUBST([SANITIZER_PRELOAD])
   AM_CONDITIONAL([SANITIZERS], [test "x$enable_sanitizers" != xno])])
