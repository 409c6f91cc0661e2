#!/usr/bin/env bash
# host-image.sh: makes the image openbell-parts/host:KEY in the engine of DOCKER_HOST and prints its name: a whole
# Debian bookworm host with systemd as process 1, D-Bus and a Docker engine of its own. tests/it/support/host.rs says
# with which rights such a container has to be run. Its file tree is kept as a tar in the cache. No root beyond the
# right to use the engine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=debian.sh
. "$here/debian.sh"

packages=(systemd systemd-sysv dbus docker.io iptables libpam-systemd libpam-modules libpam-runtime bash dash coreutils
  util-linux mount login passwd grep sed findutils procps base-files base-passwd netbase ca-certificates tzdata)
key=$(recipe_key "$here/host-image.sh" "$here/debian.sh")
image=openbell-parts/host:$key
tar=$parts_dir/host-$key.tar

# What the maintainer scripts of these packages would have made: none of them is run.
configure() {
  local r=$1 n
  ln -sf dash "$r/usr/bin/sh"
  cp "$r/usr/share/base-passwd/passwd.master" "$r/etc/passwd"
  cp "$r/usr/share/base-passwd/group.master" "$r/etc/group"
  sed -i 's/^root:[^:]*:/root::/' "$r/etc/passwd"
  printf 'messagebus:x:100:100::/nonexistent:/usr/sbin/nologin\ntrader:x:1000:1000::/home/trader:/bin/bash\n' >>"$r/etc/passwd"
  printf 'messagebus:x:100:\ndocker:x:101:\ntrader:x:1000:\n' >>"$r/etc/group"
  mkdir -p "$r"/{tmp,var/tmp,proc,sys,dev,run,root,home/trader,etc/ssl/certs,var/lib/docker,etc/docker}
  rm -rf "$r/var/run" "$r/var/lock"
  ln -s /run "$r/var/run"
  ln -s /run/lock "$r/var/lock"
  chmod 1777 "$r/tmp" "$r/var/tmp"
  chmod 700 "$r/root" "$r/home/trader"
  find "$r/usr/share/ca-certificates" -name '*.crt' -exec cat {} + >"$r/etc/ssl/certs/ca-certificates.crt"
  for n in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sf "${n/tables/tables-legacy}" "$r/usr/sbin/$n"
  done
  # A session of a user's own systemd needs these; pam-auth-update writes them.
  for n in account auth password session session-noninteractive; do
    printf '%s required pam_permit.so\n' "${n%-*}" >"$r/etc/pam.d/common-$n"
  done
  printf 'session optional pam_systemd.so\n' | tee -a "$r/etc/pam.d/common-session" >>"$r/etc/pam.d/common-session-noninteractive"
  enable "$r"
}

# Which services begin with the host: Docker, and nothing that a container has no use for.
enable() {
  local r=$1 n wants=$1/etc/systemd/system/multi-user.target.wants sockets=$1/etc/systemd/system/sockets.target.wants
  mkdir -p "$wants" "$sockets"
  ln -sf /lib/systemd/system/docker.service "$wants/docker.service"
  ln -sf /lib/systemd/system/containerd.service "$wants/containerd.service"
  ln -sf /lib/systemd/system/docker.socket "$sockets/docker.socket"
  ln -sf /lib/systemd/system/multi-user.target "$r/etc/systemd/system/default.target"
  for n in systemd-udevd.service systemd-udev-trigger.service systemd-networkd.service systemd-resolved.service \
    systemd-timesyncd.service systemd-modules-load.service systemd-sysctl.service systemd-firstboot.service \
    systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-remount-fs.service getty.target console-getty.service \
    systemd-logind-varlink.socket dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
    sys-fs-fuse-connections.mount sys-kernel-config.mount apt-daily.timer apt-daily-upgrade.timer fstrim.timer e2scrub_all.timer; do
    ln -sf /dev/null "$r/etc/systemd/system/$n"
  done
  # The id is made at the first start, as on a new machine.
  : >"$r/etc/machine-id"
  # A test's stack is on loopback; docker-proxy does what hairpin rules would do.
  printf '{ "storage-driver": "%s" }\n' overlay2 >"$r/etc/docker/daemon.json"
}

trim() {
  local r=$1
  rm -rf "$r"/usr/share/{doc,man,info,lintian,locale,bug,pixmaps,applications,menu,perl*} "$r"/usr/lib/*-linux-gnu/{gconv,perl*} \
    "$r"/var/lib/dpkg "$r"/usr/lib/udev/hwdb.d
}

make_tar() {
  local tmp
  tmp=$(mktemp -d "$parts_dir/host.XXXXXX")
  # shellcheck disable=SC2064 # the folder of now, not of then
  trap "rm -rf '$tmp'" EXIT
  fetch_debs bookworm "$tmp/debs" "${packages[@]}"
  unpack_debs "$tmp/debs" "$tmp/root"
  configure "$tmp/root"
  trim "$tmp/root"
  tar -C "$tmp/root" --owner=0 --group=0 --numeric-owner -cf "$tmp/tar" .
  mv "$tmp/tar" "$tar" # last: what is there is whole
}

need docker tar
docker version >/dev/null 2>&1 || die "no Docker engine answers (DOCKER_HOST is '${DOCKER_HOST:-not set}')"
lock_part host
if ! docker image inspect "$image" >/dev/null 2>&1; then
  [ -s "$tar" ] || make_tar
  docker import -c 'CMD ["/sbin/init"]' -c 'ENV container=docker' -m 'openbell test part' "$tar" "$image" >/dev/null ||
    die "the engine refused $tar"
fi
printf '%s\n' "$image"
