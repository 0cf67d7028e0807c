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

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 # trust whom this machine trusts

find_uv() {
    command -v uv && return
    [ -x .uv/bin/uv ] || python3 -m pip install -qq --target .uv uv >&2 || return
    echo .uv/bin/uv
}

with_uv() {
    echo "setup: installing with uv"
    [ -x .venv/bin/python ] || "$uv" venv --quiet .venv || return
    "$uv" pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock || return
    "$uv" pip install --quiet --python .venv/bin/python --no-deps --editable .
}

with_pip() {
    echo "setup: uv cannot be had; installing with pip, which takes a minute or two"
    python3 -m venv .venv
    .venv/bin/python -m pip install -qq --require-hashes --requirement requirements.lock
    .venv/bin/python -m pip install -qq --no-deps --editable .
}

uv=$(find_uv || true)
if [ -z "$uv" ] || ! with_uv; then
    with_pip
fi

.venv/bin/python -m kaishu.base.catalogue build
echo "$want" >"$stamp"
echo "setup: ready in .venv"
