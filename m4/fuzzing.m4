# SPDX-License-Identifier: MIT
# CW_FUZZING: clang with libFuzzer, and AFL++, for `make fuzz-smoke`, `make
# fuzz` and `make fuzz-afl`.  All else is built by $CC, so fuzz/ has its own
# objects.
AC_DEFUN([CW_FUZZING],
  [AC_PATH_PROGS([FUZZ_CC], [clang], [no])
   AC_PATH_PROGS([AFL_CC], [afl-clang-fast], [no])
   AS_IF([test "x$FUZZ_CC" != xno],
     [AC_CACHE_CHECK([whether $FUZZ_CC has libFuzzer], [cw_cv_libfuzzer],
        [cat >conftest.c <<_ACEOF
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{ return data == NULL && size > 0; }
_ACEOF
         AS_IF([AC_TRY_COMMAND([$FUZZ_CC -fsanitize=fuzzer,address,undefined
                                conftest.c -o conftest$EXEEXT >&2])],
           [cw_cv_libfuzzer=yes], [cw_cv_libfuzzer=no])
         rm -f conftest.c conftest$EXEEXT])],
     [cw_cv_libfuzzer=no])
   AM_CONDITIONAL([HAVE_FUZZING], [test "x$cw_cv_libfuzzer" = xyes])])

# CW_THREAD_SANITIZER: the tests in tests/threads build the library with
# ThreadSanitizer, which cannot be combined with other sanitizers.
AC_DEFUN([CW_THREAD_SANITIZER],
  [cw_thread_sanitizer=no
   AS_IF([test "x$enable_sanitizers" = xno],
     [AC_MSG_CHECKING([whether $CC has ThreadSanitizer])
      cw_save_CFLAGS=$CFLAGS
      CFLAGS="$CFLAGS -fsanitize=thread"
      AC_LINK_IFELSE([AC_LANG_PROGRAM()], [cw_thread_sanitizer=yes])
      CFLAGS=$cw_save_CFLAGS
      AC_MSG_RESULT([$cw_thread_sanitizer])])
   AS_IF([test $cw_thread_sanitizer = yes],
     [THREAD_SANITIZER_CFLAGS="-fsanitize=thread -fno-omit-frame-pointer"])
   AC_SUBST([THREAD_SANITIZER_CFLAGS])
   AM_CONDITIONAL([HAVE_THREAD_SANITIZER],
     [test $cw_thread_sanitizer = yes])])
