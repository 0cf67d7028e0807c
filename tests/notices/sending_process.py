"""A worker in a process of its own that dies at a point: `before` or `after` the mail is taken."""

from __future__ import annotations

import os
import sys
from datetime import datetime

import django

django.setup()

from kaishu.notices import sending
from kaishu.notices.smtp import Post

point, at = sys.argv[1], datetime.fromisoformat(sys.argv[2])
hand_over = Post.send


def dying(self: Post, *, sender: str, to: str, mail: bytes) -> None:
    if point == "before":
        os._exit(9)
    hand_over(self, sender=sender, to=to, mail=mail)
    if point == "after":
        os._exit(9)


Post.send = dying  # type: ignore[method-assign]  # the fault to be survived
sending.send_due(at=at)
