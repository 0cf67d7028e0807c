"""Find a Chromium and fonts for Chinese and Japanese, or install them where that is allowed.

Run as a script by `make test`: prints what it found, one line each; exits 1 with no Chromium.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of this machine's Chromium, or None."""
    named = os.environ.get("KAISHU_CHROMIUM")
    if named:
        return named
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    return on_path or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def ensure_chromium() -> str | None:
    """Return a Chromium, installed first where the machine has none; None if that failed."""
    found = find_chromium()
    if found:
        return found
    if _apt("chromium"):
        return find_chromium()
    _quietly([sys.executable, "-m", "playwright", "install", "chromium"])
    return find_chromium()


def ensure_fonts() -> bool:
    """Say whether the machine can draw Japanese and Chinese, installing fonts if it may."""
    return _draws_cjk() or (_apt("fonts-noto-cjk") and _draws_cjk())


def _draws_cjk() -> bool:
    if not shutil.which("fc-list"):
        return sys.platform in {"darwin", "win32"}
    return all(
        subprocess.run(["fc-list", f":lang={language}"], capture_output=True, check=False).stdout
        for language in ("ja", "zh-cn")
    )


def _apt(package: str) -> bool:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    print(f"  installing {package} with apt-get", flush=True)
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
    return _quietly(["apt-get", "update", "-q"]) and _quietly(install)


def _quietly(command: list[str]) -> bool:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    if done.returncode:
        print(f"  {command[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Report both; a missing font is a warning, a missing browser is an error."""
    chromium = ensure_chromium()
    print(f"  Chromium: {chromium or 'none: install one, or set KAISHU_CHROMIUM to its path'}")
    if not ensure_fonts():
        print("  warning: no fonts for Japanese and Chinese; screenshots will show empty boxes")
    return 0 if chromium else 1


if __name__ == "__main__":
    sys.exit(main())
