#!/bin/sh
# Makes .venv out of a lock file, and installs this source tree into it. Needs Python 3.11 or newer and nothing else.
# Usage: tools/environment.sh requirements.lock
set -eu
lock=$1
venv=${VENV:-.venv}

supported() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if [ ! -x "$venv/bin/python" ]; then
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if supported "$python"; then break; fi
        python=
    done
    if [ -z "${python:-}" ]; then
        echo "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3." >&2
        exit 1
    fi
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get update -q && apt-get install -y -q python3-venv
        else
            echo "This Python lacks its venv module: install it (Debian, Ubuntu: apt-get install python3-venv)." >&2
            exit 1
        fi
    fi
    "$python" -m venv "$venv"
fi

"$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
