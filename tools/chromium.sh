#!/bin/sh
# The browser for tests/browser: installed where that is possible without asking, else the remedy is named.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium
else
    echo "The browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium)." >&2
    exit 1
fi
