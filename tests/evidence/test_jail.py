"""The child can compute and answer; it can reach no file, no network, no program, no other process."""

from __future__ import annotations

import json
import platform
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest

from kaishu.evidence import check, errors, wire
from kaishu.evidence.check import Limits, check_upload
from tests.evidence import samples

filtered = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="no system call filter on this machine",
)
ATTEMPTS = {
    "read a file": "open('/etc/hostname')",
    "write a file": "open('/var/tmp/kaishu-was-here', 'w')",
    "list a folder": "os.listdir('/')",
    "delete a file": "os.unlink('/var/tmp/kaishu-was-here')",
    "make a socket": "socket.socket()",
    "start a program": "os.execv('/bin/true', ['true'])",
    "fork": "os.fork()",
    "signal its parent": "os.kill(os.getppid(), 0)",
    "look at its parent": "os.getppid() == 0 or os.kill(1, 0)",
    "raise its limits": "resource.setrlimit(resource.RLIMIT_CPU, (9, 9))",
    "change its folder": "os.chdir('/')",
    "take a pipe": "os.pipe()",
}


def run_walled(code: str, *, with_fonts: bool = False) -> tuple[int, str]:
    """Run code in a child after the walls went up; return its exit and what it wrote."""
    script = (
        f"import os, sys, resource, socket, threading\nsys.path[:0] = {check.PATHS!r}\n"
        "from kaishu.evidence import walls\n"
        "walls.limit_resources(cpu_seconds=1, memory=256 * 2**20, file_bytes=1000)\n"
        f"filtered = walls.close(with_fonts={with_fonts})\n"
        f"{code}\n"
        "os._exit(0)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, timeout=20
    )
    return done.returncode, done.stdout


@filtered
@pytest.mark.parametrize("with_fonts", [False, True], ids=["photo", "pdf"])
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_the_child_cannot(attempt: str, with_fonts: bool) -> None:
    code = (
        "try:\n"
        f"    {attempt}\n"
        "    said = b'done'\n"
        "except (PermissionError, ValueError):\n"
        "    said = b'refused'\n"
        "os.write(1, said)"
    )
    assert run_walled(code, with_fonts=with_fonts) == (0, "refused")


@filtered
def test_the_child_cannot_change_a_font_that_it_may_read() -> None:
    font = next(Path("/usr/share/fonts").rglob("*.tt?"), None)
    if font is None:
        pytest.skip("this machine has no fonts")
    code = (
        "said = b''\n"
        "for flags in (os.O_RDONLY, os.O_RDWR, os.O_WRONLY, os.O_TRUNC):\n"
        "    try:\n"
        f"        os.open({str(font)!r}, flags)\n"
        "        said += b'opened '\n"
        "    except PermissionError:\n"
        "        said += b'refused '\n"
        "os.write(1, said)"
    )
    assert run_walled(code) == (0, "refused " * 4)
    assert run_walled(code, with_fonts=True) in [
        (0, "opened refused refused refused "),
        (0, "refused " * 4),  # a kernel without Landlock
    ]


@filtered
def test_the_child_can_still_start_a_thread_and_take_memory() -> None:
    code = (
        "said = []\n"
        "worker = threading.Thread(target=lambda: said.append(bytearray(2**24)))\n"
        "worker.start(); worker.join()\n"
        "os.write(1, str(len(said[0])).encode())"
    )
    assert run_walled(code) == (0, str(2**24))


def test_the_child_is_stopped_when_it_computes_too_long() -> None:
    code, _ = run_walled("while True: pass")
    assert code == -signal.SIGXCPU


def test_the_child_gets_no_more_memory_than_its_limit() -> None:
    code = "try:\n    bytearray(2**29)\nexcept MemoryError:\n    os.write(1, b'refused')"
    assert run_walled(code) == (0, "refused")


def _replace_child(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """Put another program in the child's place, as if the file had taken the child over."""
    (folder / "jail.py").write_text(f"import os, sys, time\n{body}\n")
    monkeypatch.setattr(check, "PACKAGE", folder)


def test_a_child_that_hangs_is_killed_with_its_own_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = tmp_path / "grandchild"
    body = f"if os.fork() == 0:\n    time.sleep(1.5); open({str(note)!r}, 'w')\ntime.sleep(60)"
    _replace_child(monkeypatch, tmp_path, body)
    started = time.monotonic()
    with pytest.raises(errors.FileTooSlow):
        check_upload(samples.picture("JPEG"), limits=Limits(wall_seconds=0.5))
    assert time.monotonic() - started < 1.4
    time.sleep(1.6)
    assert not note.exists()


@pytest.mark.parametrize(
    "body",
    [
        "os.abort()",
        "sys.exit(3)",
        "pass",
        "os.write(1, b'\\x00\\x00\\x00\\x02{}')",
        "os.write(1, b'\\xff' * 5000)",
    ],
)
def test_a_child_that_dies_or_talks_nonsense_means_an_unreadable_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str
) -> None:
    _replace_child(monkeypatch, tmp_path, body)
    with pytest.raises(errors.FileUnreadable):
        check_upload(samples.picture("JPEG"))


def test_the_child_starts_with_an_empty_environment_in_an_empty_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = tmp_path / "seen"
    monkeypatch.setenv("KAISHU_FIELD_KEY", "ab" * 32)
    body = (
        "import json\n"
        "handles = sorted(int(n) for n in os.listdir('/proc/self/fd'))\n"
        "seen = [dict(os.environ), os.listdir('.'), os.getsid(0) == os.getpid(), len(handles)]\n"
        f"open({str(note)!r}, 'w').write(json.dumps(seen))"
    )
    _replace_child(monkeypatch, tmp_path, body)
    with pytest.raises(errors.FileUnreadable):
        check_upload(samples.picture("JPEG"))
    environment, folder, own_session, handles = json.loads(note.read_text())
    assert set(environment) <= {"LC_CTYPE"}  # Python's own start-up sets it
    assert (folder, own_session) == ([], True)
    assert handles == 4  # input, output, errors (nowhere), and the folder being listed


GOOD = wire.Answer(width=3, height=2, pages=1, picture=b"\xff\xd8\xff\xd9")


def _written(answer: wire.Answer | str) -> bytes:
    out = BytesIO()
    wire.write(out, answer)
    return out.getvalue()


@pytest.mark.parametrize("answer", [GOOD, "file_locked"])
def test_an_answer_comes_back_as_it_was_written(answer: wire.Answer | str) -> None:
    assert wire.read(BytesIO(_written(answer)), 100) == answer


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00",
        b"\x00\x00\x00\x05[1,2]",
        b"\x00\x00\x00\x04null",
        b"\x00\x00\x00\x03{\xff}",
        _written(wire.Answer(width=0, height=2, pages=1, picture=b"\xff\xd8\xff")),
        _written(wire.Answer(width=3, height=2, pages=True, picture=b"\xff\xd8\xff")),
        _written(wire.Answer(width=3, height=2, pages=1, picture=b"<html>")),
        _written(wire.Answer(width=3, height=2, pages=1, picture=b"\xff\xd8\xff" + b"x" * 100)),
    ],
)
def test_an_answer_that_is_not_one_is_not_believed(text: bytes) -> None:
    with pytest.raises(wire.Garbled):
        wire.read(BytesIO(text), 100)
