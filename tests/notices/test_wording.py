"""Every message exists in three languages, fills in, and says the same in text and HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from pytest_django import Settings

from kaishu.core.recall import LANGUAGES
from kaishu.notices import rendering, wording
from kaishu.notices.actions import queue
from kaishu.notices.errors import FactMissing, TemplateUnknown
from kaishu.notices.models import Message, TemplateVersion
from tests.notices.outbox import NOW, person

CODES = {
    "claim_received", "question_asked", "claim_approved", "claim_refused", "claim_contested",
    "claim_reopened", "remedy_changed", "claim_withdrawn", "kit_sent", "kit_reminder",
    "parcel_received", "parcel_not_here",
    "remedy_sent", "remedy_done", "link_again", "mail_changed", "data_erased", "watch_started",
    "watch_changed", "watch_started_several", "watch_changed_several", "danger_reported", "change_code", "change_waits", "remedy_came_back",
    "trade_notice", "trade_reminder",
}  # fmt: skip
EVERY = [(code, language) for code in sorted(CODES) for language in LANGUAGES]
FACTS = {
    "reason": "R & <b>why</b>", "next": "N-next", "product": "P-product", "model": "M-1",
    "unit_no": 1, "remedy": "W-remedy", "carrier": "C-carrier", "tracking": "T-tracking",
    "amount": "A-amount", "until": "U-until", "title": "T-title", "shop": "S-shop",
}  # fmt: skip
SECRET = {
    "link": "/en/c/l-i-n-k/", "stop_link": "/en/w/s-t-o-p/", "code": "123456",
    "units": "U-1 1111 / U-2 2222",
}  # fmt: skip
KANA = re.compile(r"[\u3040-\u30ff]")
HAN = re.compile(r"[\u4e00-\u9fff]")


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def rendered(code: str, language: str, *, everything: bool) -> rendering.Rendered:
    needs = wording.needs(code)
    facts = {k: v for k, v in FACTS.items() if everything or k in needs.facts}
    secret = {k: v for k, v in SECRET.items() if everything or k in needs.secret}
    number = queue(
        template=code, key=f"{code}-{language}", person_id=person(), language=language, at=NOW,
        case_no="123456789012", facts=facts, secret=secret,
    )  # fmt: skip
    return rendering.render(Message.objects.get(id=number), name="" if not everything else "Ann")


def test_the_messages_are_those_that_others_send() -> None:
    assert set(wording.codes()) == CODES


@pytest.mark.parametrize(("code", "language"), EVERY)
def test_a_wording_names_only_facts_that_exist(code: str, language: str) -> None:
    source = wording.source(code, language)
    named = set().union(*map(wording.facts_named, (source.subject, source.text, source.html)))
    assert named <= rendering.FRAME_FACTS | rendering.GIVEN_FACTS
    needs = wording.needs(code)
    assert needs.facts | needs.secret <= named


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize(("code", "language"), EVERY)
def test_a_message_fills_in_and_says_one_link(
    settings: Settings, code: str, language: str, everything: bool
) -> None:
    settings.KAISHU_PUBLIC_URL = "https://recall.example"
    said = rendered(code, language, everything=everything)
    for words in (said.subject, said.text, said.html):
        assert not re.search(r"{{|}}|{%|%}|\[\[|\]\]|\(\(|^\? |None", words, re.MULTILINE), words
    assert "\n" not in said.subject and said.subject.strip()
    links = Links()
    links.feed(said.html)
    web = set(re.findall(r"https://\S+", said.text))
    assert {link for link in links.found if not link.startswith("tel:")} == web
    assert f"https://recall.example/{rendering.PATHS[language]}/genuine/" in web
    assert ("https://recall.example/en/c/l-i-n-k/" in web) == (
        "link" in wording.needs(code).secret or (everything and code != "data_erased")
    )
    assert not links.tags & {"img", "script", "link", "iframe", "form", "style"}
    assert "<b>why</b>" not in said.html
    assert said.html.count("<h1") == 1
    assert not re.search(r"\n{3,}", said.text)
    first = said.text.split("\n\n")[1]
    assert first and "1234 5678 9012" in said.text


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(("code", "language"), EVERY)
def test_a_message_speaks_one_language(settings: Settings, code: str, language: str) -> None:
    said = rendered(code, language, everything=True)
    words = said.subject + said.text + said.sender
    assert bool(KANA.search(words)) == (language == "ja")
    assert bool(HAN.search(words)) == (language != "en")


@pytest.mark.usefixtures("db")
def test_a_changed_wording_is_a_new_version_and_leaves_queued_messages_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    same = {"template": "claim_received", "person_id": person(), "language": "en", "at": NOW}
    secret = {"link": "/en/c/x/"}
    first = queue(**same, key="before", secret=secret)  # type: ignore[arg-type]  # one dict, many types
    kept = TemplateVersion.objects.get()
    queue(**same, key="same", secret=secret)  # type: ignore[arg-type]  # one dict, many types
    assert TemplateVersion.objects.count() == 1
    changed = wording.build(
        "claim_received",
        "en",
        {"subject": "Changed", "body": "Other words.\n\n[[Open]]"},
        wording._frame()["en"],
    )
    monkeypatch.setattr(wording, "source", lambda *_: changed)
    second = queue(**same, key="after", secret=secret)  # type: ignore[arg-type]  # one dict, many types
    assert TemplateVersion.objects.count() == 2
    before, after = (
        rendering.render(Message.objects.get(id=number), name="") for number in (first, second)
    )
    assert before.subject.startswith("We have your claim")
    assert "You do not need to do anything now." in before.text
    assert (after.subject, "Other words." in after.text) == ("Changed", True)
    assert Message.objects.get(id=first).version == kept


@pytest.mark.usefixtures("db")
def test_a_message_is_not_queued_without_what_its_text_needs() -> None:
    same = {"person_id": person(), "language": "ja", "at": NOW, "key": "k"}
    with pytest.raises(FactMissing):
        queue(**same, template="question_asked", secret=SECRET)  # type: ignore[arg-type]  # one dict, many types
    with pytest.raises(FactMissing):
        queue(**same, template="kit_sent")  # type: ignore[arg-type]  # one dict, many types
    with pytest.raises(TemplateUnknown):
        queue(**same, template="kit_gone")  # type: ignore[arg-type]  # one dict, many types
    assert not Message.objects.exists()
