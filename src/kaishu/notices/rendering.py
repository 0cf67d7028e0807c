"""Fill a message's wording in: with what it was queued with, and who and what it concerns now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from django.conf import settings
from django.template import Context, Engine, Template

from kaishu.base.language import TAGS
from kaishu.base.sealing import seal, unseal
from kaishu.core.pack import PackMissing
from kaishu.core.recall import say
from kaishu.editions.queries import current_pack
from kaishu.notices import wording
from kaishu.notices.models import Message, TemplateVersion

PATHS = MappingProxyType({tag: path for path, tag in TAGS.items()})
# Secrets that are addresses; one within this site is completed with where the site is.
LINKS = ("link", "stop_link")
# What every wording may show without being given it.
FRAME_FACTS = frozenset(
    {"name", "company", "phone", "phone_hours", "stop_use", "keep_safe"}
    | {"case", "site", "genuine", "subject", "heading"}
)
# What a caller or a seal may add.
GIVEN_FACTS = frozenset(
    {"link", "stop_link", "code", "reason", "next", "product", "model", "unit_no", "remedy"}
    | {"carrier", "tracking", "amount", "until", "title", "shop", "units"}
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as a person reads it."""

    sender: str
    subject: str
    text: str
    html: str


def seal_secrets(secret: Mapping[str, str], message_id: str) -> bytes | None:
    """Return the secrets sealed for one message, or None where there are none."""
    return seal(json.dumps(dict(secret)).encode(), purpose=_purpose(message_id)) if secret else None


def secrets_of(message: Message) -> dict[str, str]:
    """Return what only the reader of this message may see."""
    if message.sealed is None:
        return {}
    opened = unseal(bytes(message.sealed), purpose=_purpose(message.message_id))
    return dict(json.loads(opened))


def render(message: Message, *, name: str) -> Rendered:
    """Return the message in the wording it was queued with."""
    facts = {**_around(message), "name": name, **message.facts, **secrets_of(message)}
    facts |= {link: absolute(str(facts[link])) for link in LINKS if facts.get(link)}
    version = message.version
    subject = _one_line(_fill(version.subject, facts))
    # The reference stands in the subject for whoever searches the mailbox; not in the heading.
    heading = subject.split("（")[0].split(" (")[0]
    facts |= {"subject": subject, "heading": heading}
    return Rendered(
        sender=_one_line(_fill(wording.sender(message.language), facts)),
        subject=subject,
        text=_fill(version.text, facts).strip() + "\n",
        html=_fill(version.html, facts),
    )


def absolute(address: str) -> str:
    """Return an address of this site in full; one that is full already stays."""
    return f"{settings.KAISHU_PUBLIC_URL}{address}" if address.startswith("/") else address


def genuine_url(language: str) -> str:
    """Return the address of the page that says how to know our messages."""
    return absolute(f"/{PATHS.get(language, 'en')}/genuine/")


def source_of(version: TemplateVersion) -> wording.Source:
    """Return the wording that a version keeps."""
    return wording.Source(
        code=version.code,
        language=version.language,
        subject=version.subject,
        text=version.text,
        html=version.html,
    )


def _around(message: Message) -> dict[str, str]:
    """Return what the message's recall, reference and site say, as they are now."""
    number = message.case_no
    around = {
        "case": " ".join(number[start : start + 4] for start in range(0, len(number), 4)),
        "site": settings.KAISHU_PUBLIC_URL,
        "genuine": genuine_url(message.language),
    }
    try:
        recall = current_pack(message.recall_slug).recall
    except (PackMissing, OSError):
        return around  # a message without its recall still says what it has to say
    tongue = message.language
    return around | {
        "company": say(recall.company, tongue),
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, tongue),
        "stop_use": say(recall.stop_use, tongue),
        "keep_safe": say(recall.keep_safe, tongue),
    }


def _fill(source: str, facts: Mapping[str, object]) -> str:
    return str(_template(source).render(Context(dict(facts))))


@lru_cache(maxsize=512)
def _template(source: str) -> Template:
    return _engine().from_string(source)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine()


def _one_line(words: str) -> str:
    return " ".join(words.split())


def to_purpose(message_id: str) -> str:
    """Return what a message's own address is sealed for."""
    return f"notices:to:{message_id}"


def _purpose(message_id: str) -> str:
    return f"notices:secret:{message_id}"
