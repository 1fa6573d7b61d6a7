#!/bin/bash
# SPDX-License-Identifier: MIT
# Our packages for Debian are built as Debian builds packages.  They replace the
# distribution's libnbd in one step and in two, programs that were built with it
# work with them, and they can be replaced by the distribution's packages or
# removed.  With PACKAGES=DIRECTORY in the environment, the packages there are
# tried, and none are built.

. "${srcdir:-.}/tests/lib/functions.sh"
# shellcheck source=scripts/private-root
. "$srcdir/scripts/private-root"
requires apt-get dpkg-buildpackage lintian mmdebstrap unshare
[ "$(id -u)" = 0 ] || skip "only root can make a private root and enter it"
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
[ "$release" = bookworm ] || skip "the packages are for Debian 12"

# Scripts take the machine's settings from the environment, so those of ./run
# must not be there.
unset LD_LIBRARY_PATH PYTHONPATH
root=$tmp/root
debs=${PACKAGES:-$tmp/debs}

step ()
{
  echo "== $*"
}

inside ()
{
  in_root "$root" "$@"
}

quietly ()
{
  "$@" >"$tmp/log" 2>&1 || { tail -n 40 "$tmp/log"; fail "$*"; }
}

# try TEST [PART...]: run one of the tests that the packages have.
try ()
{
  inside /tests/"$1" "${@:2}" || fail "$* does not work"
}

# whole PACKAGE...: no package is half installed, none is missing, and their
# files are those of the packages.
whole ()
{
  [ -z "$(inside dpkg --audit)" ] || fail "dpkg: $(inside dpkg --audit)"
  quietly inside apt-get -q check
  inside dpkg --verify "$@" | grep -v '/share/man/\|/share/doc/' \
    && fail "other files than in the packages"
  return 0
}

version ()
{
  # shellcheck disable=SC2016  # a format of dpkg-query
  inside dpkg-query -W -f '${Version}' "$1"
}

theirs=(libnbd0 libnbd-bin libnbd-dev libnbd-ocaml libnbd-ocaml-dev
        python3-libnbd)

if [ -z "${PACKAGES-}" ]; then
  step "building"
  DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" DEB_BUILD_PROFILES=nocheck \
    "$srcdir/scripts/package" --root deb "$debs"
fi
step "lintian"
lintian --fail-on error "$debs"/*.deb

step "a root with the distribution's packages"
users=fio,gcc,libc6-dev,nbdkit,nodejs,ocaml-findlib,ocaml-nox,pkg-config,python3
others=file,liblwt-ocaml-dev,librust-bytes-dev,librust-tokio-dev,qemu-utils,xz-utils
quietly private_root "$root" apt \
  "$(IFS=,; echo "${theirs[*]}"),$users,$others"
mkdir "$root/debs" "$root/tests" "$root/old"
cp "$debs"/*.deb "$root/debs"
cp "$srcdir"/packaging/debian/tests/* "$root/tests"
quietly inside apt-get -q update
quietly inside sh -c 'cd /old && apt-get -q download "$@"' sh "${theirs[@]}"
before=$(version libnbd0)
inside dpkg -L "${theirs[@]}" | sort -u | grep '^/[^.]' >"$tmp/theirs.list"
try drop-in

step "the library alone, as in the middle of an upgrade"
quietly inside sh -c 'dpkg --force-depends -i /debs/libnbd0_*.deb'
try drop-in fio nbdkit python tools
# apt works only if the packages have what they depend on.
quietly inside sh -c 'dpkg -i /old/libnbd0_*.deb'

step "all packages"
quietly inside sh -c 'apt-get -q -y install /debs/*.deb'
mapfile -t ours < <(cd "$debs" && printf '%s\n' *.deb | sed 's/_.*//')
after=$(version libnbd0)
dpkg --compare-versions "$after" gt "$before" || fail "$after after $before"
whole "${ours[@]}"
try drop-in
try additions

step "no file was lost"
inside dpkg -L "${ours[@]}" | sort -u | grep '^/[^.]' >"$tmp/ours.list"
# Left out are pages about earlier releases of libnbd, pages that ocamldoc
# makes, which say the same as NBD.mli, a module that is a package here, and
# files that Debian's tools write.
comm -23 "$tmp/theirs.list" "$tmp/ours.list" \
  | grep -v -x -e '.*/libnbd-release-notes-[0-9.]*\.gz' \
      -e '.*/man3/NBD[.A-Za-z0-9_]*\.gz' -e '.*-packages/nbd\.py' \
  && fail "the packages have no such files"

step "back to the distribution's"
quietly inside apt-get -q -y --allow-downgrades install \
  "${theirs[@]/%/=$before}"
[ "$(version libnbd0)" = "$before" ] || fail "it is still $(version libnbd0)"
whole "${theirs[@]}"
try drop-in

step "upgraded again, and removed"
quietly inside sh -c 'apt-get -q -y install /debs/*.deb'
whole "${ours[@]}"
quietly inside apt-get -q -y purge "${ours[@]}"
inside dpkg -l "${ours[@]}" 2>/dev/null | grep '^[a-z]' \
  | grep -v '^un' && fail "dpkg still knows packages"
while read -r path; do
  if [ ! -e "$root/$path" ] && [ ! -L "$root/$path" ]; then continue; fi
  inside dpkg -S "$path" >/dev/null 2>&1 || fail "$path was left"
done <"$tmp/ours.list"
find "$root"/{etc,usr,var/lib} -xdev \( -name 'libnbd*' -o -name 'nbdsh*' \
  -o -path '*/nbd/__pycache__' \) ! -path '*/apt/lists/*' >"$tmp/left"
[ ! -s "$tmp/left" ] || fail "these were left: $(cat "$tmp/left")"
