#!/bin/sh
# Make a virtual environment with metasyn and everything it needs, each package checked against its
# hash in requirements.lock. Usage: scripts/make_venv.sh FOLDER, optionally with PYTHON=/path/to/python3.
set -eu
cd "$(dirname "$0")/.."
venv=$1

stop() {
    printf 'metasyn: %s\n' "$@" >&2
    exit 1
}

suits() {
    "$1" -c 'import sys; v = sys.version_info[:2]
sys.exit(not ((3, 11) <= v < (3, 14) and sys.implementation.name == "cpython"))' >/dev/null 2>&1
}

has_venv() {
    "$1" -c 'import venv, ensurepip' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        suits "$PYTHON" || stop "PYTHON=$PYTHON is not a CPython from 3.11 to 3.13."
        candidates=$PYTHON
    else
        candidates='python3 python3.13 python3.12 python3.11 python'
    fi
    incomplete=
    for candidate in $candidates; do
        if suits "$candidate"; then
            if has_venv "$candidate"; then
                printf '%s\n' "$candidate"
                return
            fi
            incomplete=${incomplete:-$candidate}
        fi
    done
    [ -z "$incomplete" ] ||
        stop "$incomplete cannot make virtual environments: its venv module is incomplete." \
            'On Debian or Ubuntu: apt-get install python3-venv'
    stop 'no Python from 3.11 to 3.13 was found.' \
        'On Debian or Ubuntu: apt-get install python3 python3-venv; on macOS: brew install python@3.13.' \
        'If it is in an unusual place: make PYTHON=/path/to/python3 report'
}

if [ -n "${PYTHON:-}" ] || ! suits "$venv/bin/python"; then
    python=$(find_python)
    echo "metasyn: making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv" || stop "$venv could not be made."
fi

pip() {
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"
}

echo 'metasyn: installing what requirements.lock names; the first time this takes a few minutes'
pip install --quiet --require-hashes --only-binary :all: -r requirements.lock ||
    stop 'the packages could not be installed. Is there a connection to the package index?'
pip install --quiet --no-deps --no-index --no-build-isolation --editable . ||
    stop 'metasyn itself could not be installed.'
