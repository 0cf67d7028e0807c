"""Check the goods of a recall: serial formats, products, variants, bar codes and pictures."""

from __future__ import annotations

import re
from collections import defaultdict
from xml.etree import ElementTree

from stdnum import ean

from kaishu.core.given import folded
from kaishu.core.recall import Product, SerialFormat
from kaishu.editions.draft import Draft
from kaishu.editions.positions import Path

PICTURE_KEYS = ("picture", "model_picture", "serial_picture")
PICTURES = "pictures"
PICTURE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.svg")
PICTURE_LIMIT = 60_000  # bytes; pictures are put into the page itself
UNSAFE_TAGS = frozenset({"script", "foreignObject", "iframe", "image", "style", "a", "use"})
UNSAFE_NAMES = frozenset({"href", "style", "src"})
UNSAFE_TEXT = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\?xml-stylesheet", re.IGNORECASE)


def check_goods(draft: Draft) -> None:
    """Note what is wrong with formats, products, variants and pictures."""
    for form in draft.recall.formats:
        _check_format(draft, form)
    products = draft.recall.products
    draft.once("model_twice", [(("products", n, "model"), p.model) for n, p in enumerate(products)])
    for number, product in enumerate(products):
        _check_product(draft, number, product)
        for key in PICTURE_KEYS:
            _check_picture(draft, ("products", number, key), getattr(product, key))
    _check_codes(draft)
    _check_aliases(draft)
    channels = draft.recall.channels
    draft.once("channel_twice", [(("channels", n, "code"), c.code) for n, c in enumerate(channels)])


def _check_format(draft: Draft, form: SerialFormat) -> None:
    path = ("serials", form.code)
    if len(set(form.alphabet)) != len(form.alphabet) or not form.alphabet.isascii():
        draft.error("alphabet_wrong", *path, "alphabet", format=form.code)
        draft.unfit_formats.add(form.code)
    if not form.lengths or min(form.lengths) < 1:
        draft.error("lengths_wrong", *path, "lengths", format=form.code)
        draft.unfit_formats.add(form.code)
    if set(form.prefix) - set(form.alphabet):
        draft.error("format_prefix_wrong", *path, "prefix", prefix=form.prefix)
    for place, group in enumerate(form.lookalikes):
        if len(set(group)) < 2 or set(group) - set(form.alphabet):
            draft.error("lookalike_wrong", *path, "lookalikes", place, value=group)
    for typed, meant in form.confusions.items():
        outside = len(typed) == 1 and typed not in form.alphabet
        if not outside or len(meant) != 1 or meant not in form.alphabet:
            draft.error("confusion_wrong", *path, "confusions", typed, typed=typed, meant=meant)


def _check_product(draft: Draft, number: int, product: Product) -> None:
    path = ("products", number)
    known = [form.code for form in draft.recall.formats]
    if product.serial_format and product.serial_format not in known:
        draft.error(
            "format_unknown",
            *path,
            "serial_format",
            value=product.serial_format,
            known=", ".join(known),
        )
    draft.short(product.model, *path, "model")
    if product.units < 1:
        draft.error("number_not_positive", *path, "units", key="units", value=product.units)
    if product.sold_from and product.sold_to and product.sold_from > product.sold_to:
        draft.error(
            "dates_reversed", *path, "sold_to", first=product.sold_from, last=product.sold_to
        )
    model = product.model
    if model and not any(rule.product == model for rule in draft.recall.rules):
        draft.error("product_without_rule", *path, "model", model=model)
    if model and not draft.recall.remedies_for(model):
        draft.error("product_without_remedy", *path, "model", model=model)


def _check_aliases(draft: Draft) -> None:
    """An alias means one product: it is no other model, and stands once in the file.

    Papers swap the numbers of two recalled models; such a number cannot be told apart by an alias.
    """
    models = {folded(p.model): n for n, p in enumerate(draft.recall.products)}
    seen: list[tuple[Path, object]] = []
    for number, product in enumerate(draft.recall.products):
        for place, alias in enumerate(product.aliases):
            path: Path = ("products", number, "aliases", place, "code")
            same = models.get(folded(alias.code))
            if same is not None:
                first = draft.line("products", same, "model")
                draft.error("alias_is_model", *path, alias=alias.code, first=first)
            draft.short(alias.code, *path)
            seen.append((path, folded(alias.code)))
    draft.once("alias_twice", seen)


def _check_codes(draft: Draft) -> None:
    """A SKU names one variant. A bar code should; real data has some printed on two boxes."""
    codes: list[tuple[Path, object]] = []
    bar_codes: defaultdict[str, list[tuple[Path, str]]] = defaultdict(list)
    for number, product in enumerate(draft.recall.products):
        for place, variant in enumerate(product.variants):
            path: Path = ("products", number, "variants", place)
            codes.append(((*path, "code"), variant.code))
            if variant.jan:
                bar_codes[variant.jan].append(((*path, "jan"), variant.code))
                if not ean.is_valid(variant.jan):
                    draft.error("jan_wrong", *path, "jan", jan=variant.jan, sku=variant.code)
    draft.once("sku_twice", codes)
    for jan, uses in bar_codes.items():
        (first_path, first_code), *others = uses
        for path, code in others:
            draft.warning(
                "jan_twice",
                *path,
                jan=jan,
                sku=code,
                other=first_code,
                first=draft.line(*first_path),
            )


def _check_picture(draft: Draft, path: Path, name: str) -> None:
    if not name or name in draft.pictures:
        return
    file = draft.folder / PICTURES / name
    if not PICTURE_NAME.fullmatch(name) or not file.is_file():
        draft.error("picture_missing", *path, picture=f"{PICTURES}/{name}")
        return
    content = file.read_bytes()
    if len(content) > PICTURE_LIMIT:
        draft.error("picture_too_big", *path, picture=name, limit=PICTURE_LIMIT)
    elif not is_safe_svg(content):
        draft.error("picture_unsafe", *path, picture=name)
    draft.pictures[name] = content


def is_safe_svg(content: bytes) -> bool:
    """Say whether an SVG may be put into a page: no scripts, styles, links or outside files."""
    if UNSAFE_TEXT.search(content):
        return False
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 (entities refused above)
    except ElementTree.ParseError:
        return False
    return _plain(root.tag) == "svg" and all(_is_safe(element) for element in root.iter())


def _is_safe(element: ElementTree.Element) -> bool:
    names = [_plain(name).lower() for name in element.attrib]
    return (
        _plain(element.tag) not in UNSAFE_TAGS
        and not any(name.startswith("on") or name in UNSAFE_NAMES for name in names)
        and not any("url(" in value.lower() for value in element.attrib.values())
    )


def _plain(name: str) -> str:
    return name.rpartition("}")[2]
