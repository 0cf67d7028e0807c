"""The HTML around a message: one column, readable without pictures, styles on the elements.

Mail programs drop style sheets, pictures from elsewhere and scripts, so there are none; nothing
in a message tells us whether it was opened. The mark is drawn with two borders.
"""

from __future__ import annotations

from collections.abc import Mapping

_INK, _MUTED, _LINE, _SOFT, _TEAL = "#16181d", "#555b66", "#d9dde3", "#f5f6f8", "#0b5e63"
_FONTS = {
    "ja": "Hiragino Sans,Noto Sans JP,Yu Gothic,Meiryo,sans-serif",
    "zh-Hans": "PingFang SC,Noto Sans SC,Microsoft YaHei,sans-serif",
    "en": "system-ui,-apple-system,Segoe UI,Roboto,sans-serif",
}
_STYLES = {
    "p": "margin:0 0 20px",
    "ol": "margin:0 0 20px;padding-left:28px",
    "li": "margin:0 0 8px",
    "a": f"color:{_TEAL}",
    "button": f"display:inline-block;padding:14px 24px;border-radius:8px;background:{_TEAL};"
    "color:#ffffff;font-weight:bold;text-decoration:none",
    "small": f"display:inline-block;margin-top:8px;font-size:14px;color:{_MUTED};"
    "overflow-wrap:anywhere",
    "code": "margin:0 0 20px;font:bold 32px/1.2 ui-monospace,Menlo,Consolas,monospace;"
    "letter-spacing:6px",
    "mark": f"display:inline-block;border:2px solid {_TEAL};border-radius:3px;padding:4px;"
    "vertical-align:middle;margin-right:10px",
    "inner": f"display:block;width:6px;height:6px;border:2px solid {_TEAL}",
    "papers": f"margin:32px 0 0;padding:16px;background:{_SOFT};border-top:1px solid {_LINE};"
    f"font-size:16px;color:{_INK}",
    "line": "margin:0 0 8px",
    "quiet": f"margin:16px 0 0;font-size:14px;color:{_MUTED}",
    "masthead": "margin:0 0 24px;font-weight:bold",
}


def style(name: str) -> str:
    """Return the style attribute of one kind of element."""
    return f' style="{_STYLES[name]}"'


def page(body: str, frame: Mapping[str, str], language: str) -> str:
    """Return the whole HTML source of a message; `frame` is escaped already."""
    leading = "1.5" if language == "en" else "1.7"
    reading = (
        f"margin:0;background:#ffffff;color:{_INK};font:18px/{leading} {_FONTS[language]};"
        "overflow-wrap:break-word"
    )
    genuine = "<br>".join(frame["genuine"].splitlines())
    number = '<span style="white-space:nowrap">{{ case }}</span>'
    call = f'<a href="tel:{{{{ phone }}}}"{style("a")}>{{{{ phone }}}}</a> {{{{ phone_hours }}}}'
    return f"""<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light"><title>{{{{ subject }}}}</title></head>
<body style="{reading}">
<div style="max-width:600px;margin:0 auto;padding:24px 16px">
<p{style("masthead")}><span aria-hidden="true"{style("mark")}><span{style("inner")}></span></span>\
{frame["masthead"]}</p>
<h1 style="margin:0 0 24px;font-size:24px;line-height:1.4">{{{{ heading }}}}</h1>
<p{style("p")}>{frame["greeting"]}</p>
{body}
<div{style("papers")}>
{{% if case %}}<p{style("line")}>{frame["reference"]}: <b>{number}</b></p>{{% endif %}}
{{% if product %}}<p{style("line")}>{frame["product"]}: {{{{ product }}}}</p>{{% endif %}}
{{% if phone %}}<p{style("line")}>{frame["helpline"]}: {call}</p>{{% endif %}}
<p{style("line")}>{genuine}<br><a href="{{{{ genuine }}}}"{style("a")}>{{{{ genuine }}}}</a></p>
</div>
<p{style("quiet")}>{frame["automatic"]}</p>
</div>
</body>
</html>
"""
