"""What a person has said so far, as typed: plain values that a draft keeps sealed.

Everything typed stays a text exactly as it was typed. It is read into dates and amounts when a
page judges it and again when the claim is sent, so that nothing is ever reformatted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace

from kaishu.claims.facts import EvidenceRef

MOST_UNITS = 5
# Typed on two pages of one draft at once, so kept by name and never as a whole.
Said = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A photo that was checked and stored, with the name it had on the phone."""

    kind: str
    file_name: str
    name: str
    sha256: str
    media_type: str
    size: int

    def reference(self) -> EvidenceRef:
        """Return what a claim keeps of it."""
        return EvidenceRef(
            kind=self.kind,
            name=self.name,
            sha256=self.sha256,
            media_type=self.media_type,
            size=self.size,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One product of the claim. `id` stays its own when another product is taken off."""

    id: int
    said: Said = field(default_factory=dict)
    files: tuple[KeptFile, ...] = ()
    done: frozenset[str] = frozenset()

    def get(self, name: str) -> str:
        """Return what was typed for one question, or nothing."""
        return self.said.get(name, "")

    def of_kind(self, kind: str) -> tuple[KeptFile, ...]:
        """Return the files that answer one question, oldest first."""
        return tuple(file for file in self.files if file.kind == kind)

    def saying(self, **said: str) -> Unit:
        """Return the unit with these answers in place of the old ones."""
        return replace(self, said={**self.said, **said})

    def without(self, *questions: str) -> Unit:
        """Return the unit with questions that must be asked again."""
        return replace(self, done=self.done - set(questions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A whole draft: its products, its person, and the questions about the person answered."""

    units: tuple[Unit, ...]
    person: Said = field(default_factory=dict)
    done: frozenset[str] = frozenset()

    def unit(self, number: int) -> Unit | None:
        """Return the product with this id, or None where it was taken off."""
        return next((unit for unit in self.units if unit.id == number), None)

    def position(self, unit: Unit) -> int:
        """Return which product it is for a person, counted from 1."""
        return 1 + [each.id for each in self.units].index(unit.id)

    def with_unit(self, unit: Unit) -> Answers:
        """Return the answers with one product replaced by its new self."""
        return replace(
            self, units=tuple(unit if each.id == unit.id else each for each in self.units)
        )

    def with_another(self, said: Said | None = None) -> Answers:
        """Return the answers with one more product; five are the most."""
        if len(self.units) >= MOST_UNITS:
            return self
        number = 1 + max((unit.id for unit in self.units), default=0)
        return replace(self, units=(*self.units, Unit(id=number, said=dict(said or {}))))

    def without_unit(self, number: int) -> Answers:
        """Return the answers with a product taken off; the last one stays."""
        left = tuple(unit for unit in self.units if unit.id != number)
        if not left:
            return self
        first = left[0]
        if first.id != self.units[0].id:  # nobody is left whose order it could share
            left = (first.saying(same_order="no"), *left[1:])
        return replace(self, units=left)

    def saying(self, **said: str) -> Answers:
        """Return the answers with these of the person in place of the old ones."""
        return replace(self, person={**self.person, **said})


def first_answers(units: Iterable[Said]) -> Answers:
    """Return a new draft's answers: one product for each that the check knew, at least one."""
    answers = Answers(units=())
    for said in list(units)[:MOST_UNITS] or [{}]:
        answers = answers.with_another(said)
    return answers


def to_bytes(answers: Answers) -> bytes:
    """Return the form that is sealed."""
    value = {
        "units": [
            {
                "id": unit.id,
                "said": dict(unit.said),
                "files": [asdict(file) for file in unit.files],
                "done": sorted(unit.done),
            }
            for unit in answers.units
        ],
        "person": dict(answers.person),
        "done": sorted(answers.done),
    }
    return json.dumps(value, ensure_ascii=False).encode()


def from_bytes(data: bytes) -> Answers:
    """Return the answers that were sealed."""
    value = json.loads(data)
    units = tuple(
        Unit(
            id=unit["id"],
            said=unit["said"],
            files=tuple(KeptFile(**file) for file in unit["files"]),
            done=frozenset(unit["done"]),
        )
        for unit in value["units"]
    )
    return Answers(units=units, person=value["person"], done=frozenset(value["done"]))
