"""The load: the real servers on free ports over a copy of the editions, asked without a pause.

The edge answers checks; the main site, with an empty database of its own, the check's form and the
first page of the claim. Nothing of the installation is written to.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from kaishu.cli._announce.values import Point, Targets, go, no_go
from kaishu.core.pack import Pack

CONNECTIONS = 8
PATIENCE = 60.0
ASKED = 500
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
SCRIPT = """
local asked, next = {}, 0
init = function() for line in io.lines("%s") do asked[#asked + 1] = wrk.format("GET", line) end end
request = function() next = next %% #asked + 1; return asked[next] end
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What came back: answers a second, the slowest of a hundred, and how many were no answers."""

    rate: float
    p99_ms: float
    failed: int
    client: str


def load_test(
    scratch: Path, packs_folder: Path, found: list[Pack], want: Targets
) -> Iterator[Point]:
    """Ask the check as fast as it answers, and hold the result against the targets."""
    copy = scratch / "data" / "packs"
    shutil.copytree(packs_folder, copy, copy_function=_link)
    try:
        with _edge(scratch, want.workers) as port:
            paths = questions(found)
            _by_us(port, paths, 1)  # the first answers read the editions from the disk
            result = ask(scratch, port, paths, want.seconds)
    except OSError as problem:
        yield no_go("load", f"the check server did not start: {problem}", "kaishu edge says why.")
        return
    yield _held("load", "checks", result, want.rate, want)


def load_site(
    scratch: Path, packs_folder: Path, found: list[Pack], want: Targets
) -> Iterator[Point]:
    """Ask the main site for the pages that its visitors open first, of an empty database."""
    shutil.copytree(packs_folder, scratch / "site-data" / "packs", copy_function=_link)
    try:
        with _site(scratch, want.workers) as port:
            paths = forms(found)
            _by_us(port, paths, 1)
            result = ask(scratch, port, paths, want.seconds)
    except OSError as problem:
        yield no_go("site", f"the main site did not start: {problem}", "kaishu serve says why.")
        return
    yield _held("site", "pages", result, want.site_rate, want)


def _held(area: str, what: str, result: Result, rate: int, want: Targets) -> Point:
    """Hold a result against what is wanted."""
    said = (
        f"{result.rate:,.0f} {what}/s, 99 of 100 within {result.p99_ms:.0f} ms, "
        f"{result.failed} failed, {want.seconds} s, {result.client}"
    )
    if result.failed:
        return no_go(area, said, "No answer may fail. Look at what the server logged.")
    if result.rate < rate:
        after = f"{rate} a second are wanted: more --workers, more cores, a cache in front."
        return no_go(area, said, after)
    if result.p99_ms > want.p99_ms:
        return no_go(area, said, f"{want.p99_ms} ms are wanted: more --workers, or more cores.")
    return go(area, said)


def forms(found: list[Pack]) -> list[str]:
    """Return the pages of the main site that come before an answer, in three languages."""
    return [
        f"/{tongue}/r/{pack.recall.slug}/{page}"
        for pack in found
        for tongue in ("ja", "zh-hans", "en")
        for page in ("check/", f"check/?model={quote(pack.recall.products[0].model)}", "claim/")
    ]


def questions(found: list[Pack]) -> list[str]:
    """Return addresses of checks: serials drawn in each product's own format, three languages."""
    dice = random.Random(5)  # noqa: S311 (a load, not a secret)
    paths = []
    for number in range(ASKED if found else 0):
        pack = found[number % len(found)]
        product = dice.choice(pack.recall.products)
        form = pack.recall.serial_format(product)
        length = dice.choice(sorted(form.lengths)) - len(form.prefix)
        serial = form.prefix + "".join(dice.choices(form.alphabet, k=max(0, length)))
        query = urlencode({"model": product.model, "serial": serial})
        paths.append(f"/{('ja', 'zh-hans', 'en')[number % 3]}/r/{pack.recall.slug}/check/?{query}")
    return paths


def ask(scratch: Path, port: int, paths: list[str], seconds: int) -> Result:
    """Ask by wrk where it is installed, else by a few threads of our own."""
    wrk = shutil.which("wrk")
    return _by_wrk(wrk, scratch, port, paths, seconds) if wrk else _by_us(port, paths, seconds)


def _by_wrk(wrk: str, scratch: Path, port: int, paths: list[str], seconds: int) -> Result:
    lines, script = scratch / "asked.txt", scratch / "asked.lua"
    lines.write_text("\n".join(paths) + "\n")
    script.write_text(SCRIPT % lines)
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script)]
    command.append(f"http://127.0.0.1:{port}")
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 (our own words)
    said = done.stdout
    failed = sum(map(int, re.findall(r"Non-2xx[^\d]*(\d+)", said)))
    failed += sum(sum(map(int, re.findall(r"\d+", line))) for line in _errors(said))
    slow, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)", said)[0]
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", said)[0])
    return Result(rate, float(slow) * _MS[unit], failed, "wrk")


def _errors(said: str) -> list[str]:
    return [line for line in said.splitlines() if "Socket errors" in line]


def _by_us(port: int, paths: list[str], seconds: int) -> Result:
    took: list[float] = []
    failed: list[int] = []
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_one, args=(port, paths[start::CONNECTIONS], until, took, failed))
        for start in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slow = sorted(took)[int(len(took) * 0.99)] * 1000 if took else 0.0
    return Result(len(took) / seconds, slow, len(failed) + (not took), "a small client of ours")


def _one(port: int, paths: list[str], until: float, took: list[float], failed: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    number = 0
    while (began := time.perf_counter()) < until:
        try:
            connection.request("GET", paths[number % len(paths)])
            answer = connection.getresponse()
            answer.read()
        except OSError:
            failed.append(0)
            connection.close()
            continue
        took.append(time.perf_counter() - began)
        if answer.status != 200:
            failed.append(answer.status)
        number += 1
    connection.close()


@contextmanager
def _edge(scratch: Path, workers: int) -> Iterator[int]:
    """Run `kaishu edge` over the copy until the block ends."""
    words = ["edge", "--workers", str(workers)]
    with _running(scratch, words, {"KAISHU_DATA_DIR": str(scratch / "data")}) as port:
        yield port


@contextmanager
def _site(scratch: Path, workers: int) -> Iterator[int]:
    """Run `kaishu serve` with a database and keys that end with the block."""
    words = ["serve", "--workers", str(workers), "--upload-port", "0"]
    settings = {
        "KAISHU_DATA_DIR": str(scratch / "site-data"),
        "KAISHU_MODE": "development",
        "KAISHU_FIELD_KEY": secrets.token_hex(32),
        "KAISHU_ALLOWED_HOSTS": "127.0.0.1",
    }
    with _running(scratch, words, settings) as port:
        yield port


@contextmanager
def _running(scratch: Path, words: list[str], settings: dict[str, str]) -> Iterator[int]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    command = [sys.executable, "-m", "kaishu.cli.main", *words, "--port", str(port)]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("KAISHU_")}
    with (scratch / f"{words[0]}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (our own command)
            command, env={**inherited, **settings}, stdout=log, stderr=log
        )
    try:
        _wait(process, port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise OSError(f"it ended with {process.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise OSError("it does not answer /healthz")


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
