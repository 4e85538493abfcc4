# Sourced by deploy/run and deploy/test: brings a clone to where its own Python can run it. Debian and Ubuntu, root or not.
# Needs ROOT (the clone) and EXTRAS (the groups of packages to install); leaves PYTHON and HAMLET_DATA set.

die() { printf 'hamlet: %s\n' "$*" >&2; exit 1; }
say() { printf '%s\n' "$*"; }

# A relative HAMLET_DATA is relative to where the command was given.
HAMLET_DATA="${HAMLET_DATA:-$ROOT/.hamlet}"
case "$HAMLET_DATA" in /*) ;; *) HAMLET_DATA="$PWD/$HAMLET_DATA" ;; esac
export HAMLET_DATA
cd "$ROOT"

mkdir -p -m 700 "$HAMLET_DATA" 2>/dev/null && mkdir -p "$HAMLET_DATA/logs" 2>/dev/null ||
    die "HAMLET_DATA: cannot write in $HAMLET_DATA."
LOG="$HAMLET_DATA/logs/setup.log"
# Writing is the test: a full disk lets one make an empty file.
{ printf '%8192s' '' >"$LOG.probe" && rm "$LOG.probe"; } 2>/dev/null ||
    die "HAMLET_DATA: cannot write in $HAMLET_DATA (is the disk full?)."

# Run a command with its output in the log; on failure show the end of it.
quietly() {
    printf '\n$ %s\n' "$*" >>"$LOG"
    local before; before=$(wc -c <"$LOG")
    if ! "$@" >>"$LOG" 2>&1 </dev/null; then
        tail -c "+$((before + 1))" "$LOG" | grep -v '^WARNING' | tail -n 25 >&2
        die "this failed: $* (all of it in $LOG)"
    fi
}

need_space() { # megabytes, for what
    local free; free=$(df -Pm "$ROOT" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$1" ] || die "the disk of $ROOT is full: $free MB free, $2 needs about $1 MB."
}

find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            BASE_PYTHON=$(command -v "$name")
            return
        fi
    done
    die "python3 is missing or too old: HAMLET needs Python 3.11 or newer."
}

make_venv() {
    PYTHON="$ROOT/.venv/bin/python"
    if [ -x "$PYTHON" ] && "$PYTHON" -c 'import pip' 2>/dev/null; then return; fi
    if ! "$BASE_PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
        local package; package="python$("$BASE_PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        [ "$(id -u)" = 0 ] || die "Python's venv is missing: sudo apt-get install $package"
        say "Installing $package ..."
        quietly apt-get update -q
        quietly env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$package"
    fi
    quietly "$BASE_PYTHON" -m venv --clear "$ROOT/.venv"
}

# What is installed is written down: the list of packages and the groups. The same again means nothing to do.
install_packages() {
    local stamp="$ROOT/.venv/.hamlet-installed" want
    want="$(cat pyproject.toml deploy/lock/*.txt | sha256sum | cut -d' ' -f1) $ROOT"
    if [ -f "$stamp" ] && grep -qxF "$want $EXTRAS" "$stamp"; then return; fi
    if ! "$PYTHON" - <<'PY'; then
import sys
from importlib.metadata import PackageNotFoundError, version
try:
    found = tuple(int(part) for part in version("torch").split(".")[:2])
except PackageNotFoundError:
    sys.exit(1)
sys.exit(found < (2, 6))
PY
        need_space 3000 "the first installation"
        say "Installing PyTorch (once; this is the big one) ..."
        quietly "$PYTHON" -m pip install torch==2.13.0
    fi
    say "Installing HAMLET's packages ..."
    install_locked || quietly "$PYTHON" -m pip install -e ".[$EXTRAS]"
    # Another group may be installed already: it stays installed.
    grep -F "$want " "$stamp" >"$stamp.new" 2>/dev/null || true
    printf '%s %s\n' "$want" "$EXTRAS" >>"$stamp.new"
    mv "$stamp.new" "$stamp"
}

# Exactly the versions that HAMLET was tested with, each file checked (deploy/lock); fails where one cannot be had.
install_locked() {
    local before; before=$(wc -c <"$LOG")
    if "$PYTHON" -m pip install --no-deps --require-hashes -r "deploy/lock/${EXTRAS//,/-}.txt" >>"$LOG" 2>&1 </dev/null; then
        quietly "$PYTHON" -m pip install --no-deps --no-build-isolation -e ".[$EXTRAS]"
        return
    fi
    if tail -c "+$((before + 1))" "$LOG" | grep -q 'DO NOT MATCH THE HASHES'; then
        die "a package is not the file that deploy/lock names: it was changed on its way (see $LOG)."
    fi
    say "Not all locked versions can be had here (see $LOG): taking those that pyproject.toml allows."
    return 1
}

build_pages() {
    if "$PYTHON" deploy/frontend.py --current; then return; fi
    say "Building the pages ..."
    quietly "$PYTHON" deploy/frontend.py
}

set_up() {
    local reason
    # Checked first, so that nothing long runs in vain.
    find_python
    reason=$("$BASE_PYTHON" deploy/frontend.py --check 2>&1) || die "$reason"
    # Two starts of one clone wait for each other here and nowhere else.
    exec 9<pyproject.toml
    if ! flock -n 9; then
        say "Waiting for another set-up of this clone ..."
        flock 9
    fi
    make_venv
    install_packages
    build_pages
    exec 9<&-
}
