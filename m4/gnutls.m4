# SPDX-License-Identifier: MIT
# GnuTLS encrypts connections.
AC_DEFUN([CW_GNUTLS],
  [CW_OPTIONAL([gnutls], [GNUTLS], [gnutls >= 3.5.18], [TLS])
   AC_ARG_WITH([tls-priority],
     [AS_HELP_STRING([--with-tls-priority=STRING],
                     [GnuTLS priority string @<:@NORMAL@:>@])],
     [], [with_tls_priority=NORMAL])
   AC_DEFINE_UNQUOTED([TLS_PRIORITY], ["$with_tls_priority"],
                      [Priority string of GnuTLS unless the program has one.])])
