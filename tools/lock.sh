#!/bin/sh
# Resolve pyproject.toml into requirements.lock: pinned, hashed, without any address.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .uv/bin/uv)
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 # trust whom this machine trusts
[ -x "$uv" ] || python3 -m pip install --quiet --target .uv uv
"$uv" pip compile --quiet --no-header --no-emit-index-url --generate-hashes \
    --python-version 3.11 --group dev pyproject.toml --output-file requirements.lock
