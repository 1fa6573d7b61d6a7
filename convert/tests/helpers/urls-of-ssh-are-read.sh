#!/bin/bash
# SPDX-License-Identifier: MIT
# ssh:// and sftp:// URLs are read by ranges from a real sshd, with the keys
# and known hosts of the user.  An unknown host is refused.
. "${srcdir:-.}/tests/lib/convert/helpers.sh"
. "${srcdir:-.}/tests/lib/convert/sshd.sh"
requires_nbdkit plugin ssh filter retry filter multi-conn

serve_ssh "Subsystem sftp internal-sftp"
random_file "$tmp/a disk" 1m
place=$(id -un)@127.0.0.1:$port${tmp// /%20}
unset SSH_AUTH_SOCK

# nbdkit looks for keys and known hosts only in the user's home directory, so
# a wrapper passes those of this test.
mkdir "$tmp/bin"
cat >"$tmp/bin/nbdkit" <<END
#!/bin/sh
exec $(command -v nbdkit) "\$@" known-hosts=$tmp/known_hosts \\
  identity=$tmp/user-key
END
chmod +x "$tmp/bin/nbdkit"
PATH=$tmp/bin:$PATH

mv "$tmp/known_hosts" "$tmp/known"
refuses 'nbdkit: .*known' "$helpers" url "ssh://$place/a%20disk"
mv "$tmp/known" "$tmp/known_hosts"
for scheme in ssh sftp; do
  begin url "$scheme://$place/a%20disk"
  "$nbdcopy" "$uri" "$tmp/copy"
  same "$tmp/a disk" "$tmp/copy"
  end
done
refuses 'nbdkit: .*No such file' "$helpers" url "ssh://$place/none"
tidy
