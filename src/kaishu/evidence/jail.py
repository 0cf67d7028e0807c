"""The child process: opens one file, writes one answer, and can do nothing else.

Started by `check.py` as a script, with an empty environment in an empty folder. The decoder is
loaded first, then the walls go up, and only then is the first byte of the file read.
"""

from __future__ import annotations

import os
import sys


def main(arguments: list[str]) -> None:
    """Decode standard input as the order says, and write the answer to standard output."""
    sys.path[:0] = arguments[2:]
    from kaishu.evidence import walls, wire

    order = wire.read_order(arguments[1])
    walls.limit_resources(
        cpu_seconds=order.cpu_seconds, memory=order.memory, file_bytes=order.answer_bytes
    )
    from kaishu.evidence import decode

    decode.load(order.kind)
    if order.task == "codes":
        from kaishu.evidence import decode_codes

        decode_codes.load()
    walls.close(with_fonts=order.kind == "pdf")
    data = sys.stdin.buffer.read()
    answer: wire.Answer | wire.Codes | str
    if order.task == "codes":
        answer = decode_codes.read_codes(data, order)
    else:
        answer = decode.safe_copy(data, order)
    wire.write(sys.stdout.buffer, answer)
    os._exit(0)  # no clean-up: the decoders' own is the last thing a bad file could hurt


if __name__ == "__main__":
    main(sys.argv)
