#!/usr/bin/env bash
# engines.sh start|stop [--purge]|status [NAME...]: newer Docker engines beside the host's own.
# Unpacked from Debian packages, never installed. `start` prints NAME<TAB>unix://SOCKET for each
# engine that answers; `status` adds up or down and exits 1 when one is down. `stop` removes all
# containers, networks and mounts of the engine; its images and volumes go with --purge only.
# Needs root, curl, ip, iptables and the docker command. 20 s the first time, 1 s later.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=debian.sh
. "$here/debian.sh"
# shellcheck source=engines-recipe.sh
. "$here/engines-recipe.sh"

key=$(recipe_key "$here/engines-recipe.sh" "$here/debian.sh")
run_of() { echo "$parts_dir/engines/$1"; } # without the key: `stop` also ends what an older recipe started
sock_of() { echo "$(run_of "$1")/docker.sock"; }
says() { curl -fsS -m 5 --unix-socket "$(sock_of "$1")" http://engine/version 2>/dev/null; }
is_up() { says "$1" | grep -q "\"ApiVersion\":\"$(api "$1")\",\"MinAPI"; }
dk() { env -u DOCKER_CONTEXT -u DOCKER_API_VERSION docker -H "unix://$(sock_of "$1")" "${@:2}"; }

# ours NAME [PROGRAM]: the processes of one engine: those whose program lies in its folder.
ours() {
  local p; for p in /proc/[0-9]*; do
    [[ $(readlink "$p/exe" 2>/dev/null) != "$parts_dir"/engines-*/"$1"/bin/${2:-*} ]] || echo "${p#/proc/}"
  done
}

# The host's engine sets FORWARD to DROP, and bridged packets pass it too (bridge-nf-call-iptables=1):
# containers of one network could not reach each other. So packets that stay on one bridge pass, and those
# routed from one of the engine's networks to another do not, as with an engine that makes its own rules.
firewall() { # firewall on|off NAME
  local net; net=$(pool "$2").0.0/16
  local r=(-s "$net" -d "$net" -m comment --comment "openbell-parts $2")
  local stays=("${r[@]}" -m physdev --physdev-is-bridged -j ACCEPT) leaves=("${r[@]}" -j DROP)
  if [ "$1" = on ] && iptables -w -C FORWARD "${stays[@]}" 2>/dev/null && iptables -w -C FORWARD "${leaves[@]}" 2>/dev/null; then return; fi
  while iptables -w -D FORWARD "${stays[@]}" 2>/dev/null; do :; done
  while iptables -w -D FORWARD "${leaves[@]}" 2>/dev/null; do :; done
  [ "$1" = on ] || return 0
  { iptables -w -I FORWARD "${leaves[@]}" && iptables -w -I FORWARD "${stays[@]}"; } 2>/dev/null ||
    die "the host's iptables refuses the rules that let bridged containers talk (is xt_physdev there?)"
}

launch() {
  local name=$1 run bin br; run=$(run_of "$name"); bin=$parts_dir/engines-$key/$name/bin; br=ob-parts-${name/./}
  [ ${#run} -le 70 ] || die "$run is too long a path for sockets: set OPENBELL_PARTS to a shorter one"
  [ -z "$(ours "$name")" ] || end "$name" # half dead: begin anew
  # Containers and networks do not outlive an engine here (images and volumes do): dockerd deletes the
  # interface docker0, which is the host engine's, when it finds its old default network and has address pools.
  rm -rf "$run/pid" "$run/docker.sock" "$run/root/containers" "$run/root/network"; mkdir -p "$run/exec"
  echo '{}' >"$run/daemon.json" # instead of /etc/docker/daemon.json, which is the host engine's
  # A containerd of its own: dockerd would otherwise take the host's where there is one, and share its
  # namespace with the host's engine. Off: what writes outside its folder (/opt, /run/nri) or needs CNI.
  echo 'version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri"]' >"$run/containerd.toml"
  # Both look up runc, the shim and docker-init by PATH. 9>&-: a daemon must not keep the lock.
  PATH=$bin:$PATH setsid "$bin/containerd" --config "$run/containerd.toml" --root "$run/ctr" --state "$run/exec/ctr" \
    --address "$run/exec/ctr.sock" >"$run/containerd.log" 2>&1 </dev/null 9>&- &
  wait_for "$name" containerd test -S "$run/exec/ctr.sock"
  [ -d "/sys/class/net/$br" ] || { ip link add "$br" type bridge && ip addr add "$(pool "$name").128.1/24" dev "$br" && ip link set "$br" up; }
  # --bridge: one of its own for its default network. NOT 'none': that deletes docker0 at every start.
  # --iptables=false, --ip-forward=false: the DOCKER chains and the sysctl are the host engine's; two
  #   engines in one chain undo each other's rules.
  # --userland-proxy-path: its own; a docker-proxy of another version is started in another way.
  # cgroupfs: no systemd has to be asked, and both engines and both cgroup versions know it.
  PATH=$bin:$PATH setsid "$bin/dockerd" --config-file "$run/daemon.json" --data-root "$run/root" --exec-root "$run/exec" \
    -H "unix://$run/docker.sock" -p "$run/pid" --containerd "$run/exec/ctr.sock" --exec-opt native.cgroupdriver=cgroupfs \
    --bridge "$br" --iptables=false --ip6tables=false --ip-forward=false --default-address-pool "base=$(pool "$name").0.0/17,size=24" \
    --userland-proxy-path "$bin/docker-proxy" --init-path "$bin/docker-init" --shutdown-timeout 5 >"$run/dockerd.log" 2>&1 </dev/null 9>&- &
}

wait_for() { # wait_for NAME LOG TEST...
  local i; for ((i = 0; i < 300; i++)); do "${@:3}" && return; sleep 0.1; done
  die "$2 of engine $1 did not answer within 30 s; the end of its log: $(tail -n 3 "$(run_of "$1")/$2.log")"
}

ends() { # ends NAME PROGRAM: asks, waits up to 15 s, then forces
  local i; ours "$1" "$2" | xargs -r kill 2>/dev/null || true
  for ((i = 0; i < 150; i++)); do [ -n "$(ours "$1" "$2")" ] || return 0; sleep 0.1; done
  ours "$1" "$2" | xargs -r kill -9 2>/dev/null || true
}

end() { # all of it, also of an engine that was killed
  local name=$1 run p d; run=$(run_of "$name")
  for p in $(dk "$name" ps -aq 2>/dev/null); do dk "$name" rm -f -v "$p" >/dev/null || true; done
  dk "$name" network prune -f >/dev/null 2>&1 || true
  ends "$name" dockerd
  ends "$name" containerd
  # What outlives a killed engine: shims, and containers (a container's cgroup is named by its id).
  ours "$name" | xargs -r kill -9 2>/dev/null || true
  for d in "$run"/root/containers/*; do
    p=${d##*/}
    [[ $p =~ ^[0-9a-f]{64}$ ]] || continue # no containers: '*' is then itself
    { grep -lsE "/docker/$p(/|\$)" /proc/[0-9]*/cgroup || true; } | cut -d/ -f3 | xargs -r kill -9 2>/dev/null || true
    find /sys/fs/cgroup -depth -type d -path "*/docker/$p*" -exec rmdir {} + 2>/dev/null || true
  done
  awk -v r="$run/" 'index($5, r) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r -n 1 umount -l 2>/dev/null || true
  for d in $(ip -o -4 addr show | awk -v n="$(pool "$name")." 'index($4, n) == 1 { print $2 }'); do
    [ ! -d "/sys/class/net/$d/bridge" ] || ip link delete "$d" || true
  done
  firewall off "$name"
  rm -rf "$run/exec" "$run/docker.sock" "$run/pid"
}

start() {
  local name docker0=/sys/class/net/docker0; [ -d $docker0 ] || docker0=/
  for name in "${names[@]}"; do unpack "$name"; done
  for name in "${names[@]}"; do
    is_up "$name" || launch "$name"
    firewall on "$name" # also of one that is up: the host's rules may have been flushed
  done
  for name in "${names[@]}"; do
    wait_for "$name" dockerd is_up "$name"
    printf '%s\tunix://%s\n' "$name" "$(sock_of "$name")"
  done
  [ -d $docker0 ] || die "an engine deleted docker0: the host's engine has to be restarted"
}

stop() {
  local name; for name in "${names[@]}"; do
    [ ! -d "$(run_of "$name")" ] || end "$name"
    [ "$purge" = no ] || rm -rf "$(run_of "$name")"
  done
}

status() { # takes no lock: a look must not wait for a start
  local name is rc=0; for name in "${names[@]}"; do
    is=up; is_up "$name" || { is=down; rc=1; }
    printf '%s\tunix://%s\t%s\n' "$name" "$(sock_of "$name")" "$is"
  done
  return $rc
}

verb=${1:-}; shift || true
purge=no names=()
for arg; do
  case $arg in
    --purge) purge=yes ;;
    *) [ -n "$(api "$arg")" ] || die "there is no engine '$arg': there are $all"; names+=("$arg") ;;
  esac
done
[ ${#names[@]} -gt 0 ] || read -ra names <<<"$all"
case $verb in
  start | stop)
    [ "$(id -u)" = 0 ] || die "a Docker engine needs root"
    need curl docker ip iptables setsid flock
    lock_part engines
    "$verb" ;;
  status) need curl; status ;;
  *) die "say: engines.sh start|stop [--purge]|status [NAME...]" ;;
esac
