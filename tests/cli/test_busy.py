"""The page of a site that does not answer stands alone and names a telephone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html

from kaishu.cli.busy import busy
from tests.doors import kumo


@pytest.mark.parametrize(
    ("code", "tag", "headline", "title"),
    [
        ("ja", "ja", "いま、このサイトはお答えできません", "クモ電器 モバイルバッテリー"),
        ("zh-hans", "zh-Hans", "本网站暂时无法响应", "云电器 充电宝和音箱召回"),
        ("en", "en", "This site cannot answer at the moment", "Kumo power bank"),
    ],
)
def test_the_busy_page_needs_nothing_else(
    data_dir: Path, tmp_path: Path, code: str, tag: str, headline: str, title: str
) -> None:
    kumo.write_pack(data_dir)
    done = CliRunner().invoke(busy, ["--to", str(tmp_path / "busy")], catch_exceptions=False)
    assert done.exit_code == 0
    text = (tmp_path / "busy" / f"{code}.html").read_text()
    page = html.fromstring(text)
    assert page.get("lang") == tag
    assert page.xpath("string(//h1)") == headline
    assert page.xpath("//li/a[@href='tel:0120-000-111']")
    assert title in text
    assert not re.search(r"<(script|link|img)|url\(|src=", text)
    assert len(text.encode()) < 4096
