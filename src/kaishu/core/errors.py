"""The root of every refusal: a stable code and the facts its sentence needs."""

from __future__ import annotations


class Refusal(Exception):
    """This cannot be done now.

    Subclasses set `code`, which names the sentence and the next step in core/sentences.
    `facts` fill the sentence in; they carry no personal data.
    """

    code = "refused"

    def __init__(self, **facts: object) -> None:
        self.facts = {name: str(value) for name, value in facts.items()}
        detail = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        first_line = (self.__doc__ or "").strip().splitlines()[0]
        super().__init__(f"{first_line} ({detail})" if detail else first_line)
