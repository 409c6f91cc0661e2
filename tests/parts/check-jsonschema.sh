#!/usr/bin/env bash
# check-jsonschema.sh: makes a folder with check-jsonschema, an independent validator of schemas, and prints its path:
# `PYTHONPATH=FOLDER python3 -m check_jsonschema` runs it. Nothing is installed on the host. Needs pip for some
# Python 3 (PYTHON names another than python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=debian.sh
. "$here/debian.sh"

python=${PYTHON:-python3}
need "$python"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
dir=$parts_dir/check-jsonschema-$(recipe_key "$here/check-jsonschema.sh" "$here/debian.sh")-py$version
if [ ! -d "$dir" ]; then
  lock_part check-jsonschema
  if [ ! -d "$dir" ]; then # another process may have made it while this one waited
    tmp=$(mktemp -d "$parts_dir/check-jsonschema.XXXXXX")
    # shellcheck disable=SC2064 # the folder of now, not of then
    trap "rm -rf '$tmp'" EXIT
    "$python" -m pip --version >/dev/null 2>&1 || die "$python has no pip"
    "$python" -m pip install -q --disable-pip-version-check --no-compile --target "$tmp/packages" check-jsonschema==0.33.0 >&2 ||
      die "pip could not fetch check-jsonschema"
    PYTHONPATH=$tmp/packages "$python" -m check_jsonschema --version >&2 || die "check-jsonschema does not run"
    mv "$tmp/packages" "$dir" # last: what is there is whole
  fi
  exec 9>&-
fi
printf '%s\n' "$dir"
