# shellcheck shell=bash disable=SC2154 # parts_dir and key are the caller's
# Sourced by engines.sh: which engines there are, and how their programs are got (by the functions of
# debian.sh). Apart from engines.sh so that a change of how they are started does not fetch them anew.

# NAME: suites to take it from (the first that has the version), API version, address pool.
# The pools are apart from each other and from Docker's own (172.17-31, 192.168).
suites() { case $1 in 26.1) echo trixie ;; 28.5) echo sid forky ;; esac; }
api() { case $1 in 26.1) echo 1.45 ;; 28.5) echo 1.51 ;; esac; }
pool() { case $1 in 26.1) echo 10.226 ;; 28.5) echo 10.228 ;; esac; }
# shellcheck disable=SC2034 # for engines.sh
all='26.1 28.5'

unpack() { # only the programs: 160 of the packages' 260 MB
  local name=$1 dir tmp suite f
  dir=$parts_dir/engines-$key/$name
  [ ! -e "$dir/bin" ] || return 0
  tmp=$(mktemp -d "$parts_dir/unpack.XXXXXX")
  # shellcheck disable=SC2064 # the folder of now, not of then
  trap "rm -rf '$tmp'" EXIT
  for suite in $(suites "$name"); do
    fetch_debs "$suite" "$tmp/$suite" docker.io
    if compgen -G "$tmp/$suite/docker.io_$name.*" >/dev/null; then break; fi
    rm -rf "${tmp:?}/$suite"
  done
  [ -d "$tmp/$suite" ] || die "no docker.io $name is left in Debian $(suites "$name")"
  unpack_debs "$tmp/$suite" "$tmp/root"
  # runc of the newer suites needs glibc 2.38; bookworm's needs 2.34, as dockerd and containerd do.
  fetch_debs bookworm "$tmp/runc" runc
  unpack_debs "$tmp/runc" "$tmp/runc/root"
  mkdir -p "$tmp/bin"
  for f in sbin/dockerd sbin/docker-proxy bin/docker-init bin/containerd bin/containerd-shim-runc-v2; do
    cp -L "$tmp/root/usr/$f" "$tmp/bin/" || die "Debian's docker.io $name has no /usr/$f"
  done
  cp -L "$tmp/runc/root/usr/sbin/runc" "$tmp/bin/"
  for f in dockerd containerd runc; do
    "$tmp/bin/$f" --version >/dev/null || die "$f of engine $name does not run on this host (the line above tells why)"
  done
  mkdir -p "$dir"
  mv "$tmp/bin" "$dir/bin" # last, and in one step: what is there is whole
  rm -rf "$tmp"
}
