/* SPDX-License-Identifier: MIT */
/* Tricks with encodings, limits and shells that the examples do not have are
 * refused.  Beside each is a similar URI that is valid. */
#include "check.h"
#include "uri-parse.h"

#define SSH "nbd+ssh://server/?socket="
#define UNIX "nbd+unix:///?socket="

static const struct {
  const char *uri, *result;
} rows[] = {
  /* Characters of the export name. */
  { "nbd:///%F0%9F%98%80", "tcp localhost:10809 \"\360\237\230\200\"" },
  { "nbd:///%F4%8F%BF%BF", "tcp localhost:10809 \"\364\217\277\277\"" },
  { "nbd:///%F4%90%80%80", "E-UTF8" },
  { "nbd:///%ED%A0%80", "E-UTF8" },
  { "nbd:///%C0%80", "E-UTF8" },
  { "nbd:///%E0%80%AF", "E-UTF8" },
  { "nbd:///%80", "E-UTF8" },
  { "nbd:///%C3", "E-UTF8" },
  { "nbd:///%F8%88%80%80%80", "E-UTF8" },
  { "nbd:///a%0Ab", "tcp localhost:10809 \"a\nb\"" },
  { "nbd:///%2500", "tcp localhost:10809 \"%00\"" },
  { "nbd:///%25%30%30", "tcp localhost:10809 \"%00\"" },
  { "nbd:///\x01", "E-CHAR" },
  { "nbd:///\x7f", "E-CHAR" },
  { "nbd:///\xff", "E-CHAR" },
  { "nbd:///a\\b", "E-CHAR" },
  { "nbd://[::1]/?x=[", "E-CHAR" },

  /* Hosts and ports. */
  { "nbd://h:65535", "tcp h:65535 \"\"" },
  { "nbd://h:65536", "E-PORT" },
  { "nbd://h:0080", "tcp h:80 \"\"" },
  { "nbd://h:+80", "E-PORT" },
  { "nbd://h:18446744073709551696", "E-PORT" },
  { "nbd://h:%38%30", "E-PORT" },
  { "nbd://h%65st", "tcp hest:10809 \"\"" },
  { "nbd://a%00b", "E-NUL" },
  { "nbd://-x", "E-HOST" },
  { "nbd://%2Dx", "E-HOST" },
  { "nbd://a%2Fb", "E-HOST" },
  { "nbd://a%40b", "E-HOST" },
  { "nbd://a%20b", "E-HOST" },
  { "nbd://%3A%3A1", "E-HOST" },
  { "nbd://%5B::1%5D", "E-HOST" },
  { "nbd://[::1]", "tcp ::1:10809 \"\"" },
  { "nbd://[]", "E-HOST" },
  { "nbd://[::1", "E-HOST" },
  { "nbd://[::g]", "E-HOST" },
  { "nbd://[127.0.0.1]", "E-HOST" },
  { "nbd://[v1.a]", "E-HOST" },
  { "nbd://[fe80::1%25]", "E-HOST" },
  { "nbd://[fe80::1%25a%2Fb]", "E-HOST" },
  { "nbd://[fe80::1%25a%00]", "E-HOST" },
  { "nbd://[fe80::1%eth0]", "E-PERCENT" },
  { "nbd://[%3A%3A1]", "E-HOST" },

  /* Users. */
  { "nbd://@h", "tcp h:10809 \"\"" },
  { "nbd://a@b@h", "E-USERINFO" },
  { "nbd://a:@h", "E-USERINFO" },
  { "nbd://a%3Ab@h", "tcp h:10809 \"\" user=a:b" },
  { "nbd://a%0Ab@h", "E-USERINFO" },
  { "nbd://a%00b@h", "E-NUL" },
  { "nbd://%FF@h", "E-UTF8" },

  /* vsock. */
  { "nbd+vsock://4294967294:4294967294", "vsock 4294967294:4294967294 \"\"" },
  { "nbd+vsock://2:4294967295", "E-PORT" },
  { "nbd+vsock://2:0", "E-PORT" },
  { "nbd+vsock://2:", "vsock 2:10809 \"\"" },
  { "nbd+vsock://18446744073709551618", "E-CID" },
  { "nbd+vsock://%32", "E-CID" },
  { "nbd+vsock://[::1]", "E-CID" },

  /* Unix sockets. */
  { UNIX "%00", "E-SOCKET" },
  { UNIX "%00a%00b", "E-NUL" },
  { UNIX "%00a%0Ab", "E-CONTROL" },
  { UNIX "a%0Ab", "E-CONTROL" },
  { UNIX "%FF", "unix \377 \"\"" },
  { UNIX "%2525", "unix %25 \"\"" },
  { UNIX "a;tls-verify-peer=0", "unix a;tls-verify-peer=0 \"\"" },
  { "nbd+unix://:/?socket=a", "unix a \"\"" },
  { "nbd+unix://h:99999?socket=a", "unix a \"\"" },
  { "nbd+unix://h:nbd/?socket=a", "E-PORT" },
  { "nbd+unix://[::1]/?socket=a", "unix a \"\"" },
  { "nbd+unix://[::1/?socket=a", "E-HOST" },
  { "nbd+unix://-oProxyCommand=id/?socket=a", "unix a \"\"" },
  { "nbds+unix://u@h:1/x?socket=a", "unix a \"x\" tls user=u" },
  { "nbds+unix://h/?socket=a&tls-hostname=g",
    "unix a \"\" tls tls-hostname=g" },
  { "nbd+unix://u:p@h/?socket=a", "E-USERINFO" },
  { "nbd+unix://h/a", "E-SOCKET" },
  { "nbd+unix:///?soc%6Bet=a", "unix a \"\"" },
  { "nbd+unix:///?socket%00=a", "E-NUL" },
  { "nbd+unix:///?=a", "E-SOCKET" },

  /* Parameters. */
  { "nbd:///?tls-hostname=", "E-VALUE" },
  { "nbd:///?tls-hostname", "E-VALUE" },
  { "nbd:///?tls-username=", "E-VALUE" },
  { "nbd:///?tls-hostname=a&TLS-Hostname=b", "E-DUP" },
  { "nbd:///?tls-hostname=a&tls%2Dhostname=b", "E-DUP" },
  { "nbd:///?tls-hostname=a%00b", "E-NUL" },
  { "nbd:///?tls-hostname=a%1Bb", "E-CONTROL" },
  { "nbd:///?x-a=1&x-a=2", "tcp localhost:10809 \"\"" },
  { "nbd:///?x-a=%00", "E-NUL" },
  { "nbd:///?compress=maybe&nbd-port=x", "tcp localhost:10809 \"\"" },
  { "nbd:///?tls-psk-file=", "E-POLICY" },
  { "nbd:///?TLS-PSK-FILE=x", "E-POLICY" },
  { "nbd:///?tls%2Dpriority=x", "E-POLICY" },
  { "nbd:///?tls-verify-peer=oFf",
    "tcp localhost:10809 \"\" tls-verify-peer=0" },
  { "nbd:///?tls-verify-peer=", "E-VALUE" },
  { "nbd:///?tls-verify-peer=1%20", "E-VALUE" },

  /* ssh: nothing that a shell on either side would interpret. */
  { "nbd+ssh://Host_1.example/",
    "ssh Host_1.example:22 -> localhost:10809 \"\"" },
  { "nbd+ssh://[fe80::1%25eth0]:1/",
    "ssh fe80::1%eth0:1 -> localhost:10809 \"\"" },
  { "nbd+ssh://$(id)/", "E-HOST" },
  { "nbd+ssh://a'b/", "E-HOST" },
  { "nbd+ssh://a;b/", "E-HOST" },
  { "nbd+ssh://a&b/", "E-HOST" },
  { "nbd+ssh://a%60id%60/", "E-HOST" },
  { "nbd+ssh://a%0Ab/", "E-HOST" },
  { "nbd+ssh://a%25h/", "E-HOST" },
  { "nbd+ssh://%C3%A9/", "E-HOST" },
  { "nbd+ssh://h:0/", "E-PORT" },
  { "nbd+ssh://%2Dl@h/", "E-USERINFO" },
  { "nbd+ssh://$(id)@h/", "E-USERINFO" },
  { "nbd+ssh://a%20b@h/", "E-USERINFO" },
  { "nbd+ssh://a'b@h/", "E-USERINFO" },
  { "nbd+ssh://a%25r@h/", "E-USERINFO" },
  { "nbd+ssh://a-b.c_d+e@h/",
    "ssh h:22 -> localhost:10809 \"\" user=a-b.c_d+e" },
  { SSH "/a.b_c-d+e:f@g,h", "ssh server:22 -> /a.b_c-d+e:f@g,h \"\"" },
  { SSH, "E-SOCKET" },
  { SSH "relative", "E-SOCKET" },
  { SSH "~/a", "E-SOCKET" },
  { SSH "/a%20b", "E-SOCKET" },
  { SSH "/$(id)", "E-SOCKET" },
  { SSH "/a%60id%60", "E-SOCKET" },
  { SSH "/a%26b", "E-SOCKET" },
  { SSH "/a%7Cb", "E-SOCKET" },
  { SSH "/a%3Eb", "E-SOCKET" },
  { SSH "/a*", "E-SOCKET" },
  { SSH "/%C3%A9", "E-SOCKET" },
  { SSH "/a%0Ab", "E-CONTROL" },
  { SSH "/a%00b", "E-NUL" },
  { SSH "%00/a", "E-SOCKET" },
  { "nbd+ssh://h/?nbd-port=65536", "E-VALUE" },
  { "nbd+ssh://h/?nbd-port=1;id", "E-VALUE" },
  { "nbd+ssh://h/?compress=maybe", "E-VALUE" },

  /* Text that is no NBD URI. */
  { "", "E-SCHEME" },
  { "nbd", "E-SCHEME" },
  { "://", "E-SCHEME" },
  { "nbd:", "E-FORM" },
  { "nbd:/", "E-FORM" },
  { "NBDS+SSH:h", "E-FORM" },
  { "nbd%3A//h", "E-SCHEME" },
  { "nbd+://h", "E-SCHEME" },
};

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */
  static const struct nbdi_settings policy = {
    .uri_allow_transports = LIBNBD_ALLOW_TRANSPORT_MASK,
    .uri_allow_tls = LIBNBD_TLS_ALLOW,
  };

  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].uri))
      check_parse (&policy, rows[i].uri, rows[i].result);
  check_rows_end ();
}
