"""A real S3 server for a test session, in its own folder, on free ports of this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ACCESS, SECRET, BUCKET = "kaishu", "a secret of the tests", "evidence"
HIGHEST = 55_535  # it adds 10,000 to each port for gRPC
PATIENCE = 60.0


@dataclass(slots=True)
class Weed:
    """The running server; `stop` and `start` take it away and bring it back with its files."""

    folder: Path
    port: int
    inner: tuple[int, int, int]  # master, volume, filer: it finds its files by these
    process: subprocess.Popen[bytes] | None = None

    def url(self, *, secret: str = SECRET, bucket: str = BUCKET) -> str:
        """Return what KAISHU_FILES_URL would be."""
        word = secret.replace(" ", "%20")
        return f"s3://{ACCESS}:{word}@127.0.0.1:{self.port}/{bucket}/one?tls=no"

    def start(self) -> None:
        """Start it and wait until it answers."""
        master, volume, filer = self.inner
        command = [
            str(Path(sys.executable).parent / "weed"), "-logtostderr=true", "server",
            "-ip=127.0.0.1", f"-dir={self.folder}", "-s3",
            f"-s3.port={self.port}", f"-s3.config={self.folder / 's3.json'}", "-filer",
            f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}",
            "-master.volumeSizeLimitMB=64", "-volume.max=20", "-s3.port.iceberg=0",
            "-s3.port.lance=0", "-ip.bind=127.0.0.1",
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < until, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.2)

    def stop(self) -> None:
        """Kill it, as a lost machine would be."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        """Make the bucket: its answer says that every part is there."""
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=1).close()
        except urllib.error.HTTPError:
            pass  # it answers, and wants a signature
        except OSError:
            return False
        client = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1",
            aws_access_key_id=ACCESS, aws_secret_access_key=SECRET,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )  # fmt: skip
        try:
            with suppress(ClientError):  # it is there already after a restart
                client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="awake", Body=b"1")
        except (ClientError, BotoCoreError):
            return False
        finally:
            client.close()
        return True


@contextmanager
def running_weed(folder: Path) -> Iterator[Weed]:
    """Run a server until the block ends."""
    identity = {
        "name": "kaishu",
        "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    weed = Weed(folder, _port(), (_port(), _port(), _port()))
    weed.start()
    try:
        yield weed
    finally:
        weed.stop()


def _port() -> int:
    while True:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
        if port < HIGHEST:
            return port
