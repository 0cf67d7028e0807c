"""Ask a server on this machine as fast as it answers: wrk where it is installed, else asyncio."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

CONNECTIONS = 8
SCRIPT = """
local asked, next = {}, 0
init = function()
  for line in io.lines("%s") do asked[#asked + 1] = wrk.format("GET", line) end
end
request = function()
  next = next %% #asked + 1
  return asked[next]
end
"""


# Pauses of a connection between an answer and its next question, so that all keep a rate.
PACED = """
delay = function() return math.random(0, %d) end
"""
PAUSE_MS = 5
MOST_PACED = 400
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


class WrongAnswer(Exception):
    """A server answered with something else than 200, or not at all."""


@dataclass(frozen=True, slots=True)
class Round:
    """How many requests were answered, and in how many seconds."""

    requests: int
    seconds: float


class Load:
    """A list of addresses, asked in a circle over a few kept connections."""

    def __init__(self, folder: Path, name: str, paths: list[str]) -> None:
        self.paths = paths
        self.script = folder / f"{name}.lua"
        lines = folder / f"{name}.paths"
        lines.write_text("\n".join(paths) + "\n")
        self.script.write_text(SCRIPT % lines)
        self.wrk = shutil.which("wrk")

    def run(self, port: int, seconds: float) -> Round:
        """Ask for that long; raises WrongAnswer if any answer was not 200."""
        if self.wrk is None:
            return asyncio.run(_ask(self.paths, port, seconds))
        said = self._said(self.script, port, seconds, CONNECTIONS)
        found = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)", said)
        assert found, said
        return Round(int(found[1]), float(found[2]) * _SECONDS[found[3]])

    def p99(self, port: int, seconds: float, rate: float) -> float:
        """Ask at about this many requests a second; return the 99th percentile in milliseconds."""
        connections = max(CONNECTIONS, min(MOST_PACED, round(rate * PAUSE_MS / 1000)))
        pause = round(2 * 1000 * connections / rate)
        paced = self.script.with_suffix(".paced.lua")
        paced.write_text(self.script.read_text() + PACED % pause)
        said = self._said(paced, port, seconds, connections)
        found = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
        assert found, said
        return float(found[1]) * _SECONDS[found[2]] * 1000

    def _said(self, script: Path, port: int, seconds: float, connections: int) -> str:
        """Run wrk and return its report."""
        assert self.wrk is not None
        command = [self.wrk, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
        command += ["--latency", "-s", str(script), f"http://127.0.0.1:{port}"]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if "Non-2xx" in said or "Socket errors" in said:
            raise WrongAnswer(said)
        return said

    @property
    def client(self) -> str:
        """Name the program that asks."""
        return "wrk" if self.wrk else "a small asyncio client"


async def _ask(paths: list[str], port: int, seconds: float) -> Round:
    begin = time.perf_counter()
    shares = [paths[start::CONNECTIONS] or paths for start in range(CONNECTIONS)]
    counts = await asyncio.gather(*(_one(share, port, begin + seconds) for share in shares))
    return Round(sum(counts), time.perf_counter() - begin)


async def _one(paths: list[str], port: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in paths]
    count = 0
    while time.perf_counter() < until:
        writer.write(requests[count % len(requests)])
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise WrongAnswer(head.decode())
        await _read_body(reader, head.lower())
        count += 1
    writer.close()
    return count


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    length = re.search(rb"\ncontent-length: *(\d+)", head)
    if length is not None:
        await reader.readexactly(int(length[1]))
        return
    size = -1
    while size != 0:  # chunks, each with its size on a line before it; the last one is empty
        size = int(await reader.readline(), 16)
        await reader.readexactly(size + 2)


def get(port: int, path: str) -> bytes:
    """Return one page; raises WrongAnswer unless it is a 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise WrongAnswer(f"{answer.status} for {path}")
        return body
    finally:
        connection.close()
