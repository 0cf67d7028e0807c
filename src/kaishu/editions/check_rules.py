"""Check one rule of the scope: the keys of its kind, and that its serials can exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kaishu.core.recall import Effect, Rule, RuleKind, SerialFormat
from kaishu.core.selectors import DECIMAL, value
from kaishu.editions.draft import Draft
from kaishu.editions.lists import Progress, read_list
from kaishu.editions.positions import Path

USES: Mapping[RuleKind, tuple[str, ...]] = {
    RuleKind.LIST: ("file",),
    RuleKind.RANGE: ("first", "last"),
    RuleKind.COUNTER: ("first", "last"),
    RuleKind.PREFIX: ("prefix",),
    RuleKind.TAIL: ("endings",),
    RuleKind.CODES: ("codes",),
}
MAY_USE: Mapping[RuleKind, tuple[str, ...]] = {
    RuleKind.COUNTER: ("head", "digits"),
    RuleKind.PREFIX: ("length",),
    RuleKind.TAIL: ("safe_endings",),
    RuleKind.UNLABELLED: ("labels",),
}
OWN_KEYS = tuple(dict.fromkeys(key for keys in (*USES.values(), *MAY_USE.values()) for key in keys))
# Kinds that leave units open or speak of a missing label; "safe" would be a guess there.
ONLY_INCLUDE = (RuleKind.TAIL, RuleKind.UNLABELLED, RuleKind.LOOKUP)
KEY_OF = {RuleKind.TAIL: "endings", RuleKind.CODES: "codes"}


def keys_of(kind: RuleKind) -> tuple[str, ...]:
    """Return the keys that a rule of a kind needs or may have, besides those of every rule."""
    return (*USES.get(kind, ()), *MAY_USE.get(kind, ()))


def check_kind(
    draft: Draft, path: Path, rule: Rule, form: SerialFormat | None, progress: Progress
) -> bool:
    """Check one rule; say whether it is sound enough to be compared with the others."""
    complete = _check_keys(draft, path, rule)
    if rule.effect is Effect.EXCLUDE and rule.kind in ONLY_INCLUDE:
        draft.error("effect_impossible", *path, "effect", kind=rule.kind.value)
        return False
    check = _CHECKS.get(rule.kind)
    if not complete or form is None:
        return False
    return check is None or check(draft, path, rule, form, progress)


def _check_keys(draft: Draft, path: Path, rule: Rule) -> bool:
    uses, allowed = USES.get(rule.kind, ()), keys_of(rule.kind)
    given = {name for name in OWN_KEYS if getattr(rule, name)}
    for name in OWN_KEYS:
        if name in uses and name not in given:
            draft.error("rule_needs", *path, kind=rule.kind.value, key=name)
        elif name in given and name not in allowed:
            draft.error("rule_key_unused", *path, name, kind=rule.kind.value, key=name)
    return given >= set(uses)


def _check_counter(
    draft: Draft, path: Path, rule: Rule, form: SerialFormat, _progress: Progress
) -> bool:
    """A counter's ends are numbers in its own digits, and each makes a serial of the format."""
    digits = rule.digits or DECIMAL
    sound = _check_characters(draft, (*path, "head"), rule.head, form)
    wrong = len(set(digits)) != len(digits) or len(digits) < 2 or set(digits) - set(form.alphabet)
    if wrong:
        draft.error("digits_wrong", *path, "digits", digits=digits)
        return False
    facts = {"first": rule.first, "last": rule.last}
    for key in ("first", "last"):
        number = getattr(rule, key)
        strange = next((character for character in number if character not in digits), None)
        if strange is not None:
            draft.error("rule_character", *path, key, value=number, character=strange)
            sound = False
        elif len(rule.head) + len(number) not in form.lengths:
            draft.error("counter_length", *path, key, value=f"{rule.head}{number}")
            sound = False
    if not sound:
        return False
    if len(rule.first) > len(rule.last) or value(rule.first, rule) > value(rule.last, rule):
        draft.error("range_reversed", *path, "last", **facts)
        return False
    return True


def _check_tail(
    draft: Draft, path: Path, rule: Rule, form: SerialFormat, _progress: Progress
) -> bool:
    """No ending may be covered and safe at once, or longer than a serial."""
    sound = True
    for key in ("endings", "safe_endings"):
        for place, ending in enumerate(getattr(rule, key)):
            at = (*path, key, place)
            sound = _check_characters(draft, at, ending, form) and sound
            if not 0 < len(ending) <= min(form.lengths):
                draft.error("ending_length", *at, value=ending)
                sound = False
    for place, safe in enumerate(rule.safe_endings):
        both = [each for each in rule.endings if each.endswith(safe) or safe.endswith(each)]
        if both:
            facts = {"value": safe, "other": both[0], "first": draft.line(*path, "endings")}
            draft.error("ending_both", *path, "safe_endings", place, **facts)
            sound = False
    return sound


def _check_codes(
    draft: Draft, path: Path, rule: Rule, form: SerialFormat, _progress: Progress
) -> bool:
    """Each code is one that the format can have printed, and stands there once."""
    sound = True
    for place, code in enumerate(rule.codes):
        at = (*path, "codes", place)
        fits = len(code) in form.lengths and code.startswith(form.prefix)
        if not fits:
            draft.error("code_unfit", *at, value=code)
        sound = _check_characters(draft, at, code, form) and fits and sound
    draft.once("code_twice", [((*path, "codes", n), code) for n, code in enumerate(rule.codes)])
    return sound


def _check_prefix(
    draft: Draft, path: Path, rule: Rule, form: SerialFormat, _progress: Progress
) -> bool:
    sound = _check_characters(draft, (*path, "prefix"), rule.prefix, form)
    lengths = (rule.length,) if rule.length else form.lengths
    if set(lengths) - set(form.lengths) or len(rule.prefix) > min(lengths, default=0):
        wanted = " / ".join(str(length) for length in form.lengths)
        draft.error("prefix_length", *path, "length", length=rule.length, wanted=wanted)
        return False
    return sound


def _check_list(
    draft: Draft, path: Path, rule: Rule, form: SerialFormat, progress: Progress
) -> bool:
    if rule.file in draft.lists:
        return True
    file = (draft.folder / rule.file).resolve()
    if not file.is_relative_to(draft.folder.resolve()) or not file.is_file():
        draft.error("list_missing", *path, "file", file_name=rule.file)
        return False
    draft.lists[rule.file] = read_list(
        folder=draft.folder,
        file=rule.file,
        form=form,
        findings=draft.findings,
        progress=progress,
    )
    if not draft.lists[rule.file].rows:
        draft.error("list_empty", *path, "file", file_name=rule.file)
    return True


def _check_range(
    draft: Draft, path: Path, rule: Rule, form: SerialFormat, _progress: Progress
) -> bool:
    sound = _check_characters(draft, (*path, "first"), rule.first, form)
    sound = _check_characters(draft, (*path, "last"), rule.last, form) and sound
    facts = {"first": rule.first, "last": rule.last}
    if len(rule.first) != len(rule.last) or len(rule.first) not in form.lengths:
        draft.error("range_lengths", *path, "last", **facts)
        return False
    if sound and _rank(rule.first, form) > _rank(rule.last, form):
        draft.error("range_reversed", *path, "last", **facts)
        return False
    return sound


def _check_characters(draft: Draft, path: Path, value: str, form: SerialFormat) -> bool:
    wrong = next((character for character in value if character not in form.alphabet), None)
    if wrong is not None:
        draft.error("rule_character", *path, value=value, character=wrong)
    return wrong is None


def _rank(value: str, form: SerialFormat) -> list[int]:
    return [form.alphabet.index(character) for character in value]


_CHECKS: Mapping[RuleKind, Callable[[Draft, Path, Rule, SerialFormat, Progress], bool]] = {
    RuleKind.LIST: _check_list,
    RuleKind.RANGE: _check_range,
    RuleKind.COUNTER: _check_counter,
    RuleKind.PREFIX: _check_prefix,
    RuleKind.TAIL: _check_tail,
    RuleKind.CODES: _check_codes,
}
