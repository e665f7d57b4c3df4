#!/usr/bin/env bash
# Builds the native part of the sandbox into the directory given, for the architecture of this machine: sandbox-init, a static program,
# and sandbox-zygote.so, what of it a runtime loads that is to be forked.
set -euo pipefail
directory=$1
here=$(cd "$(dirname "$0")" && pwd)
machine=$(uname -m)
program=$directory/sandbox-init-$machine
library=$directory/sandbox-zygote-$machine.so

command -v gcc >/dev/null || { echo "gcc is missing: run docker/setup.sh, or apt-get install gcc libc6-dev" >&2; exit 1; }

mkdir -p "$directory"
if [[ -x $program && -x $library && -z $(find "$here" -newer "$program" -print -quit) ]]; then
  exit 0
fi
flags=(-std=gnu17 -O2 -Wall -Wextra -Werror -Wshadow -Wconversion
  -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wl,-z,relro,-z,now -s)
mapfile -t parts < <(find "$here" -name '*.c' ! -name main.c | sort)
gcc "${flags[@]}" -shared -fPIC -o "$library" "${parts[@]}"
gcc "${flags[@]}" -static-pie -fPIE -o "$program" "${parts[@]}" "$here/main.c"
