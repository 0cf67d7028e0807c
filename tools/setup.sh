#!/bin/sh
# Make .venv hold exactly what requirements.lock names. A repeat with the same lock costs nothing.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/.kaishu-setup
want=$( { cat requirements.lock pyproject.toml tools/setup.sh; pwd; } | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && [ -x .venv/bin/kaishu ]; then
    .venv/bin/python -m kaishu.base.catalogue build --quiet
    exit 0
fi

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    [ -x .uv/bin/uv ] || python3 -m pip install --quiet --target .uv uv || true
    [ -x .uv/bin/uv ] && uv=.uv/bin/uv
fi

if [ -n "$uv" ]; then
    echo "setup: installing with uv"
    [ -x .venv/bin/python ] || "$uv" venv --quiet .venv
    "$uv" pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
    "$uv" pip install --quiet --python .venv/bin/python --no-deps --editable .
else
    echo "setup: uv cannot be had; installing with pip, which takes about a minute"
    [ -x .venv/bin/pip ] || python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --require-hashes --requirement requirements.lock
    .venv/bin/python -m pip install --quiet --no-deps --editable .
fi

.venv/bin/python -m kaishu.base.catalogue build
echo "$want" >"$stamp"
echo "setup: ready in .venv"
