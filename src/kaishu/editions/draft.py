"""One recall folder while it is checked: what it says, where it says it, what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as Folder

from kaishu.core.recall import Recall, Text
from kaishu.editions.lists import SerialList
from kaishu.editions.positions import Path, Positions
from kaishu.editions.problems import Findings

LONGEST_NAME = 40  # recalls, models, SKUs and parties are columns of the books


@dataclass(kw_only=True)
class Draft:
    """What the checks share. `lists` and `pictures` hold what could be read of the files.

    `unfit_formats` are serial formats that nothing can be checked by.
    """

    folder: Folder
    recall: Recall
    total: int
    positions: Positions
    findings: Findings
    lists: dict[str, SerialList] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    unfit_formats: set[str] = field(default_factory=set)

    def error(self, code: str, *path: str | int, **facts: object) -> None:
        """Note an error at a key of the recall file."""
        self.findings.error(code, facts, line=self.line(*path), path=path)

    def warning(self, code: str, *path: str | int, **facts: object) -> None:
        """Note a warning at a key of the recall file."""
        self.findings.warning(code, facts, line=self.line(*path), path=path)

    def line(self, *path: str | int) -> int:
        """Return the line of a key of the recall file."""
        return self.positions.line(path)

    def short(self, value: str, *path: str | int) -> None:
        """Note a name that is too long for the columns that hold it."""
        if len(value) > LONGEST_NAME:
            self.error("name_too_long", *path, value=value, longest=LONGEST_NAME)

    def once(self, code: str, paths: Mapping[Path, object] | list[tuple[Path, object]]) -> None:
        """Note an error for each value that stands at a second path; names the first line."""
        first: dict[object, Path] = {}
        for path, value in paths.items() if isinstance(paths, Mapping) else paths:
            if value in first:
                self.error(code, *path, value=value, first=self.line(*first[value]))
            elif value:
                first[value] = path

    def texts(self) -> Iterator[tuple[Path, Text]]:
        """Yield every text for people with the path it stands at."""
        for name in ("company", "title", "hazard", "cause", "stop_use", "keep_safe"):
            yield ("texts", name), getattr(self.recall, name)
        for name in ("never", "flight", "phone_hours"):
            yield ("texts", name), getattr(self.recall, name)
        for number, text in enumerate(self.recall.do_now):
            yield ("texts", "do_now", number), text
        for number, product in enumerate(self.recall.products):
            for name in ("name", "model_where", "serial_where"):
                yield ("products", number, name), getattr(product, name)
            for name in ("batch_where", "made_where"):
                if text := getattr(product, name):
                    yield ("products", number, name), text
        for number, channel in enumerate(self.recall.channels):
            yield ("channels", number, "name"), channel.name
        yield from self._remedy_texts()
        yield from self._notice_texts()
        yield ("evidence", "order_where"), self.recall.evidence.order_where

    def _remedy_texts(self) -> Iterator[tuple[Path, Text]]:
        for number, remedy in enumerate(self.recall.remedies):
            for name in ("title", "what_you_get", "what_you_send", "how_long"):
                yield ("remedies", number, name), getattr(remedy, name)
            for place, line in enumerate(remedy.compare):
                for name in ("what", "old", "new"):
                    yield ("remedies", number, "compare", place, name), getattr(line, name)

    def _notice_texts(self) -> Iterator[tuple[Path, Text]]:
        for name in ("sold_where", "made_in", "incidents"):
            if text := getattr(self.recall.notice, name):
                yield ("notice", name), text
