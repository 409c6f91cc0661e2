#!/usr/bin/env bash
# engines-check.sh [NAME=SOCKET...]: does on each engine what a start-up needs and prints a table of it.
# Without arguments: the engines of engines.sh, which must be started, and the host's own. Exits 1 when
# anything failed. What it makes is named openbell-check and is gone afterwards. About 9 s an engine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=debian.sh
. "$here/debian.sh"
need docker curl tar ss
unset DOCKER_CONTEXT DOCKER_API_VERSION
export DOCKER_BUILDKIT=0

n=openbell-check failed=0 engines=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ ${#engines[@]} = 0 ]; then
  while IFS=$'\t' read -r name sock _; do engines+=("$name=$sock"); done < <("$here/engines.sh" status)
  engines+=("host=${DOCKER_HOST:-unix:///var/run/docker.sock}")
fi

# The test image: one static program. Its wget crashes outside Debian's own tree; nc does not.
box=$parts_dir/busybox-$(recipe_key "$here/debian.sh")
if [ ! -x "$box" ]; then
  lock_part busybox
  fetch_debs bookworm "$work/debs" busybox-static
  unpack_debs "$work/debs" "$work/root"
  cp "$work/root/usr/bin/busybox" "$box.new"
  mv "$box.new" "$box"
fi
mkdir -p "$work/context/bin"
cp "$box" "$work/context/bin/busybox"
printf 'FROM scratch\nCOPY bin /bin\nENV PATH=/bin\nEXPOSE 8080\nCMD ["/bin/busybox","sleep","60"]\n' >"$work/context/Dockerfile"
tar -C "$work/context" -cf "$work/context.tar" .

# shellcheck disable=SC2317 # all of these are called through "$c" below
{
api() { curl -fsS -m 60 --unix-socket "${DOCKER_HOST#unix://}" "$@"; }
build_api() { # build_api QUERY: the stream ends well and names no error
  local out; out=$(api -X POST "http://engine/build?t=$n-api&rm=1&$1" -H 'Content-Type: application/x-tar' --data-binary @"$work/context.tar")
  ! grep -q '"errorDetail"' <<<"$out" && docker image inspect "$n-api" >/dev/null && docker rmi -f "$n-api" >/dev/null
}
box() { docker exec "$n-$1" /bin/busybox "${@:2}"; }
serve='/bin/busybox mkdir /www; echo told >/www/index.html; echo serving; exec /bin/busybox httpd -f -p 8080 -h /www'
get() { box "$1" sh -c "printf 'GET / HTTP/1.0\r\n\r\n' | /bin/busybox nc -w 3 $2 8080" | grep -q told; }
run() { docker run -d --name "$n-$1" --network "$2" "${@:3}"; }

c_version() { api http://engine/version; }
c_classic_build_cli() { docker build -q -t "$n" "$work/context"; }
c_build_api_default() { build_api ''; }
c_build_api_classic() { build_api 'version=1'; }
c_build_api_buildkit() { build_api 'version=2'; }
c_network_create() { docker network create --label openbell=check "$n" && docker network create "$n-other"; }
c_run_two_containers() { run a "$n" -p 127.0.0.1::8080 "$n" /bin/busybox sh -c "$serve" && run b "$n" "$n" && run c "$n-other" "$n" && sleep 0.5; }
c_reach_by_name() { get b "$n-a"; }
c_reach_by_alias() { docker network connect --alias other-name "$n-other" "$n-a" && get c other-name && docker network disconnect "$n-other" "$n-a"; }
c_networks_are_apart() { ip=$(docker inspect -f "{{(index .NetworkSettings.Networks \"$n\").IPAddress}}" "$n-a") && get b "$ip" && ! get c "$ip"; }
c_published_on_loopback() { curl -fsS -m 5 "http://$(docker port "$n-a" 8080)/" | grep told; }
c_published_nowhere_else() { [ "$(ss -Hltn | awk '{ print $4 }' | grep ":$(docker port "$n-a" 8080 | cut -d: -f2)\$")" = "$(docker port "$n-a" 8080)" ]; }
c_exec_and_its_exit_code() { box a true && ! box a false; }
c_logs() { docker logs "$n-a" | grep serving; }
c_archive_put_and_get() { echo filed >"$work/f" && docker cp "$work/f" "$n-b:/f" && docker cp "$n-b:/f" - | tar -xO | grep filed; }
c_volume_keeps() { docker run --rm -v "$n:/v" "$n" /bin/busybox sh -c 'echo kept >/v/f' && docker run --rm -v "$n:/v" "$n" /bin/busybox cat /v/f | grep kept; }
c_read_only_no_caps() { docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges --pids-limit 32 --memory 64m "$n" /bin/busybox true; }
c_init() { docker run --rm --init "$n" /bin/busybox true; }
c_stop_and_restart() { docker restart -t 1 "$n-a" && sleep 0.5 && get b "$n-a"; }
c_stop_and_remove() { docker stop -t 1 "$n-a" "$n-b" "$n-c" && docker rm "$n-a" "$n-b" "$n-c" && docker network rm "$n" "$n-other"; }
}

checks=$(declare -F | awk '$3 ~ /^c_/ { print $3 }')
ordered=$(grep -oE '^c_[a-z_]+' "$0") # declare sorts them by name
[ "$(wc -w <<<"$checks")" = "$(wc -w <<<"$ordered")" ] || die "a check has a name that is not listed"

clean() {
  { docker ps -aq --filter "name=$n" | xargs -r docker rm -f -v; docker network rm "$n" "$n-other"; docker volume rm -f "$n"; docker rmi -f "$n" "$n-api"; } >/dev/null 2>&1 || true
}

printf '%-24s' check
for e in "${engines[@]}"; do printf ' %-10s' "${e%%=*}"; done
echo
for e in "${engines[@]}"; do
  export DOCKER_HOST=${e#*=}
  clean
  for c in $ordered; do
    if (set -o pipefail; "$c") >"$work/out" 2>&1; then echo ok; else echo FAILED; sed "s/^/${e%%=*} $c: /" "$work/out" >&2; fi
  done >"$work/col-${e%%=*}"
  clean
done
i=0
for c in $ordered; do
  i=$((i + 1))
  printf '%-24s' "${c#c_}"
  for e in "${engines[@]}"; do
    r=$(sed -n "${i}p" "$work/col-${e%%=*}")
    [ "$r" = ok ] || failed=1
    printf ' %-10s' "$r"
  done
  echo
done
exit $failed
