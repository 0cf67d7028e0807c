"""Ask at a steady rate, whatever the server does, and keep how long each answer took.

The clock of a question starts when it was due, not when it was sent: a server that stops for a
second is charged with every question of that second.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle

_LENGTH = re.compile(rb"\ncontent-length: *(\d+)", re.IGNORECASE)
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Question:
    """An address and the words that its answer must have, by the number of the edition."""

    path: str
    answers: tuple[bytes, ...]


@dataclass
class Heard:
    """What came back: when each was due and how many seconds it took, and what was wrong."""

    took: list[tuple[float, float]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


async def ask_steadily(
    port: int, questions: list[Question], *, rate: float, over: Callable[[], bool], heard: Heard
) -> None:
    """Ask the questions in a circle until it is over; an answer must be one of the question's."""
    waiting: asyncio.Queue[tuple[float, Question] | None] = asyncio.Queue()
    open_now = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    workers = [asyncio.create_task(_work(port, *each, waiting, heard)) for each in open_now]
    begin = time.perf_counter()
    for number, question in enumerate(cycle(questions)):
        due = begin + number / rate
        if over():
            break
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        waiting.put_nowait((due, question))
    for _worker in workers:
        waiting.put_nowait(None)
    await asyncio.gather(*workers)


async def _work(
    port: int,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    waiting: asyncio.Queue[tuple[float, Question] | None],
    heard: Heard,
) -> None:
    """Ask what is due over one connection; a broken one is opened again."""
    while (job := await waiting.get()) is not None:
        due, question = job
        try:
            status, body = await _ask(reader, writer, question.path)
        except (OSError, EOFError) as error:
            heard.failed.append(repr(error))
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        heard.took.append((due, time.perf_counter() - due))
        if status != b"200":
            heard.failed.append(f"{status.decode()} for {question.path}")
        elif not any(each in body for each in question.answers):
            heard.wrong.append(question.path)
    writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
) -> tuple[bytes, bytes]:
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    return head[9:12], body
