#!/bin/sh
# Installs the Debian packages that some tests use, where what they bring is missing: R with metafor, a browser,
# fonts for names that are not Latin, a reader of PDF, a stand-in for Word. Without root or apt-get it only says
# what is missing; the tests that need it are then skipped, visibly.
set -eu

SECONDS_AT_MOST=600
missing=''

# need PACKAGES COMMAND...: the packages are missing if the command fails.
need() {
    packages=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $packages"
}

skip() {
    echo "SKIPPED: $1; missing:$missing"
    exit 0
}

need 'r-base-core r-cran-metafor' Rscript -e 'quit(status = !requireNamespace("metafor", quietly = TRUE))'
need chromium command -v chromium
need fonts-noto-cjk sh -c 'fc-list :lang=zh | grep -q .'
need poppler-utils command -v pdftotext
need libreoffice-writer command -v soffice

if [ -z "$missing" ]; then
    echo 'nothing is missing'
    exit 0
fi
command -v apt-get >/dev/null || skip 'there is no apt-get on this machine'
[ "$(id -u)" -eq 0 ] || skip 'packages can be installed as root only'

echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # the names are words without spaces
timeout "$SECONDS_AT_MOST" sh -c '
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
' sh $missing || skip 'apt-get could not install them'
