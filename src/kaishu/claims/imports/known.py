"""What a cell says of a unit besides its serial, in the recall's own words or refused.

The recall's rules may rest on any of it, so a word that nobody can place is never passed on as if
it were known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kaishu.core.recall import Label, Recall
from kaishu.editions.imports.names import folded

_LABELS = {
    Label.MISSING: "missing none gone lost なし 無し 無 ラベルなし 剥がれ 无 没有 无标签 脱落",
    Label.ILLEGIBLE: (
        "illegible unreadable worn 読めない 判読不能 読取不可 かすれ 看不清 无法辨认 模糊 磨损"
    ),
}
# A label that can be read is the usual thing, and says nothing more than its serial does.
_READABLE = "readable ok good yes present あり 有り 有 読める 正常 清晰 可读 有标签"
_LABEL_OF = {folded(word): kind.value for kind, all_ in _LABELS.items() for word in all_.split()}
_LABEL_OF |= {folded(word): "" for word in _READABLE.split()}
_MARKETS = {
    "jp": "jp jpn japan 日本 日本国内",
    "cn": "cn chn china 中国 中国大陆 中國",
    "us": "us usa unitedstates アメリカ 米国 美国",
    "eu": "eu europe eu圏 欧州 欧盟 欧洲",
    "other": "other その他 海外 其他",
}
_MARKET_OF = {folded(word): code for code, all_ in _MARKETS.items() for word in all_.split()}
LABELS = ("missing なし 无", "illegible 読めない 看不清", "readable あり 清晰")
MARKETS = tuple(f"{code} {words.split()[3]}" for code, words in _MARKETS.items() if code != "other")


def label(text: str) -> str | None:
    """Return what is left of a label: "" for one that can be read, None for an unknown word."""
    return _LABEL_OF.get(folded(text))


def market(text: str) -> str | None:
    """Return the market that a cell names, or None for an unknown word."""
    return _MARKET_OF.get(folded(text))


def channel(text: str, recall: Recall) -> str | None:
    """Return the recall's channel of this code or name, or None: a shop may be none of them."""
    return _channels(recall).get(folded(text))


def channels(recall: Recall) -> Iterable[str]:
    """Return what a cell may say of a channel, for the refusal of another word."""
    return [each.code for each in recall.channels]


def _channels(recall: Recall) -> Mapping[str, str]:
    return {
        folded(called): each.code
        for each in recall.channels
        for called in (each.code, *each.name.values())
    }
