#!/bin/sh
# Renews both lock files. No address of any index stands in them.
set -eu
compile() {
    .venv/bin/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
        --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@" pyproject.toml
}
export CUSTOM_COMPILE_COMMAND="make lock"
compile --extra build --output-file requirements.lock
compile --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock
