#!/bin/sh
# Write requirements.lock: one version of every package for CPython 3.11 to 3.13 on Linux and macOS,
# with the hashes of all its files, without any address. Needs uv.
set -eu
cd "$(dirname "$0")/.."

uv=$(command -v uv || command -v .venv/bin/uv) || {
    echo 'metasyn: make lock needs uv: pip install uv' >&2
    exit 1
}
new=$(mktemp)
trap 'rm -f "$new"' EXIT
"$uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
    --extra dev --group build --generate-hashes --no-annotate --no-header \
    --no-emit-index-url --no-emit-find-links ${LOCK_ARGS:-} pyproject.toml >"$new"

# tool.uv.environments puts the same condition on every line; what only some platforms need keeps its own.
# What only older versions need is harmless on newer ones and loses its condition.
always="python_full_version < '3.14' and platform_python_implementation == 'CPython' and sys_platform != 'win32'"
{
    echo '# Written by "make lock" for CPython 3.11 to 3.13 on Linux and macOS.'
    sed -e "s/ ; $always / /" -e "/ ; /s/python_full_version < '3.14' and //" \
        -e "/ ; /s/ and platform_python_implementation == 'CPython'//" \
        -e "/ ; /s/platform_python_implementation == 'CPython' and //" \
        -e "s/ ; python_full_version < '3\.1[0-9]' and sys_platform != 'win32' / /" "$new"
} >requirements.lock

if grep -nE '://|file:|^-' requirements.lock; then
    echo 'metasyn: requirements.lock must hold names, versions and hashes only' >&2
    exit 1
fi
