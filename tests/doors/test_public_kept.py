"""The first questions of the check are made once, and never outlive their edition."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client

from kaishu.core.recall import Recall, Rule, RuleKind
from kaishu.doors.public import kept, site, views_check
from tests.doors import kumo
from tests.doors.pages import find, page, parsed, text

CHECK = f"/{{}}/r/{kumo.SLUG}/check/"
FIRST = ("", "?model=K100", "?model=K200")
HEAD = "AK202300010009"


@pytest.fixture(autouse=True)
def published(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test starts with the invented recall on the disk, and nothing kept."""
    monkeypatch.setattr(kept, "_kept", {})
    monkeypatch.setattr(kept, "_lanes", {})
    kumo.write_pack(data_dir)


def _count(monkeypatch: pytest.MonkeyPatch) -> list[Recall]:
    """Return a list that grows with each page that is made."""
    made: list[Recall] = []
    show = views_check.site.show

    def counted(request: object, template: str, recall: Recall, context: object) -> HttpResponse:
        made.append(recall)
        return show(request, template, recall, context)  # type: ignore[arg-type]

    monkeypatch.setattr(views_check.site, "show", counted)
    return made


@pytest.mark.parametrize("query", FIRST)
@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_a_first_question_is_made_once_and_stays_the_same(
    code: str, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _count(monkeypatch)
    first, again = (Client().get(CHECK.format(code) + query) for _ in range(2))
    assert len(made) == 1
    assert first.content == again.content
    plain = {name: value for name, value in first.headers.items() if name != "X-Request-Id"}
    assert plain == {name: again.headers[name] for name in plain}
    assert again["Cache-Control"] == "public, max-age=60"
    assert again["Content-Language"] in ("ja", "zh-Hans", "en")


def test_languages_and_models_are_not_mixed_up() -> None:
    for _ in range(2):
        for code, tag in {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}.items():
            for model in ("K100", "K200"):
                root = page(CHECK.format(code), model=model)
                assert root.get("lang") == tag
                assert find(root, "input[name=model]")[0].get("value") == model


def test_the_next_edition_asks_in_its_own_words_at_once(data_dir: Path) -> None:
    before = page(CHECK.format("en"), model="K100")
    kumo.write_pack(data_dir, kumo.recall(phone="0120-999-999"))
    for _ in range(2):
        assert "0120-999-999" in text(page(CHECK.format("en"), model="K100"))
    assert "0120-999-999" not in text(before)


@pytest.mark.parametrize(
    "query",
    [
        "?model=k100",
        "?model=%4B100",
        "?model=K100&",
        "?model=K100&x=1",
        "?model=K100&model=K100",
        f"?model={quote('Ｋ１００')}",
        "?model=other",
        "?x=1",
        f"?serial={kumo.LISTED}&model=K100",
        f"?model=K100&serial={kumo.LISTED}&x=1",
        "?model=K100&serial=",
    ],
)
def test_what_somebody_spelled_or_typed_is_never_kept(
    query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _count(monkeypatch)
    for _ in range(2):
        response = Client().get(CHECK.format("en") + query)
        assert response.status_code == 200
        assert parsed(response).get("lang") == "en"
    assert len(made) == 2


SERIALS = (
    *(kumo.LISTED, kumo.LISTED[:-1] + "3", kumo.NOT_LISTED, "AK20239999000049", "AK2023"),
    *(
        kumo.LISTED.lower(),
        f"SN{kumo.LISTED}",
        "%3Cb%3E",
        f"{kumo.LISTED}+",
        "",
        "AK2023000100004%32",
    ),
)


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_an_answer_put_together_has_the_bytes_of_one_that_was_rendered(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [
        f"{CHECK.format(code)}?model={model}&serial={serial}"
        for model in ("K100", "K200", "K300", "k100", "Z9")
        for serial in SERIALS
    ]
    quick = [Client().get(path).content for path in (*asked, *asked)]
    monkeypatch.setattr(kept, "answer", lambda *_each: None)
    assert quick == [Client().get(path).content for path in (*asked, *asked)]


def test_plain_answers_are_rendered_once_for_all_that_the_rules_cannot_tell_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = _count(monkeypatch)
    for serial in (kumo.LISTED, kumo.LISTED[:-1] + "3", kumo.NOT_LISTED, "AK20239999000049"):
        assert serial in Client().get(CHECK.format("en"), _asked(serial)).content.decode()
    assert len(made) == 2


def test_of_two_rules_each_says_its_own_words(data_dir: Path) -> None:
    said = [kumo.three(*[word] * 3) for word in ("Surely.", "Perhaps.")]
    new = [
        Rule(
            no=no, product="K100", kind=RuleKind.RANGE, first=f"{HEAD}{no}0", last=f"{HEAD}{no}9",
            why=said[no - 4],
        )
        for no in (4, 5)
    ]  # fmt: skip
    kumo.write_pack(data_dir, kumo.recall(rules=(*kumo.recall().rules, *new)))
    for no, words in ((4, "Surely."), (5, "Perhaps."), (4, "Surely.")):
        told = text(page(CHECK.format("en"), model="K100", serial=f"{HEAD}{no}7"))
        assert [word for word in ("Surely.", "Perhaps.") if word in told] == [words]


def test_an_answer_ends_with_its_day_and_its_edition(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> str:
        return text(parsed(Client().get(CHECK.format("en"), _asked(kumo.NOT_LISTED))))

    def is_now(minute: str) -> None:
        now = datetime.fromisoformat(f"2026-05-01T{minute}:00+00:00")
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    is_now("14:59")
    assert "1 May 2026" in said()
    is_now("15:00")  # midnight in Japan
    assert "2 May 2026" in said()
    kumo.write_pack(data_dir, kumo.recall(phone="0120-999-999"))
    assert "0120-999-999" in said()
    # Another recall with the model is another answer, and both are told.
    kumo.write_pack(data_dir, kumo.abroad())
    assert kumo.abroad().title["en"] in said()


def test_a_question_between_two_editions_does_not_slow_all_that_follow(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, old = CHECK.format("en"), site.pack_of(kumo.SLUG)
    kumo.write_pack(data_dir, kumo.recall(phone="0120-999-999"))
    with monkeypatch.context() as moment:
        moment.setattr(site, "pack_of", lambda _slug: old)
        Client().get(path, _asked(kumo.NOT_LISTED))
    made = _count(monkeypatch)
    for serial in (kumo.NOT_LISTED, "AK20239999000049", kumo.NOT_LISTED):
        assert "0120-999-999" in text(page(path, **_asked(serial)))
    assert len(made) == 1


def _asked(serial: str) -> dict[str, str]:
    return {"model": "K100", "serial": serial}
