# SPDX-License-Identifier: MIT
# nbdconvert's codecs and partition tables, each from a library of its own.
AC_DEFUN([CW_CONVERT],
  [CW_OPTIONAL([lzma], [LZMA], [liblzma >= 5.2], [xz in nbdconvert])
   CW_OPTIONAL([zstd], [ZSTD], [libzstd >= 1.4], [zstd in nbdconvert])
   CW_OPTIONAL([zlib], [ZLIB], [zlib], [gzip in nbdconvert])
   CW_OPTIONAL([bzip2], [BZIP2], [bzip2], [bzip2 in nbdconvert])
   CW_OPTIONAL([ext2fs], [EXT2FS], [ext2fs com_err], [file systems in nbdconvert])
   CW_OPTIONAL([fdisk], [FDISK], [fdisk], [partition tables in nbdconvert])
   AS_IF([test $cw_have_bzip2 = no && test "x$enable_bzip2" != xno],
     [dnl bzip2 has no file for pkg-config, but some distributions add one.
      AC_CHECK_HEADER([bzlib.h],
        [AC_CHECK_LIB([bz2], [BZ2_bzDecompressInit],
           [cw_have_bzip2=yes BZIP2_LIBS=-lbz2])])])
   dnl Since liblzma 5.4, unless it was built without threads.
   AS_IF([test $cw_have_lzma = yes],
     [AC_CHECK_LIB([lzma], [lzma_stream_decoder_mt],
        [cw_have_lzma_threads=yes], [], [$LZMA_LIBS])])
   AM_CONDITIONAL([HAVE_LZMA_THREADS], [test "x$cw_have_lzma_threads" = xyes])
   AM_CONDITIONAL([HAVE_BZIP2], [test "x$cw_have_bzip2" = xyes])
   AS_IF([test $cw_have_lzma = yes],
     [AC_DEFINE([HAVE_LZMA], [1], [Whether nbdconvert reads xz.])])
   AS_IF([test $cw_have_zstd = yes],
     [AC_DEFINE([HAVE_ZSTD], [1], [Whether nbdconvert reads zstd.])])
   AS_IF([test $cw_have_zlib = yes],
     [AC_DEFINE([HAVE_ZLIB], [1], [Whether nbdconvert reads gzip.])])
   AS_IF([test $cw_have_bzip2 = yes],
     [AC_DEFINE([HAVE_BZIP2], [1], [Whether nbdconvert reads bzip2.])])
   AS_IF([test $cw_have_ext2fs = yes],
     [AC_DEFINE([HAVE_EXT2FS], [1], [Whether nbdconvert reads ext2, ext3 and ext4.])])
   AS_IF([test $cw_have_fdisk = yes],
     [AC_DEFINE([HAVE_FDISK], [1], [Whether nbdconvert moves backups of partition tables.])])])
