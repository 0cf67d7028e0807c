"""What a draft starts from: sensible defaults, a published edition, or an uploaded folder."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from kaishu.core.coding import Coder, as_keys
from kaishu.core.index_serials import in_order
from kaishu.core.pack import Pack
from kaishu.core.recall import RuleKind
from kaishu.editions.drafting.models import Proposal, Revision
from kaishu.editions.drafting.recall_data import data_of
from kaishu.editions.drafting.toml_text import write
from kaishu.editions.models import Edition
from kaishu.editions.queries import pack_for
from kaishu.markets import load_market

HERE = Path(__file__).parent / "start"


def empty(*, market: str, on: date) -> tuple[str, dict[str, bytes]]:
    """Return the recall file of a new recall and its drawings: what nearly every recall says.

    What differs from recall to recall is left out, so that the check asks for it.
    """
    data: dict[str, Any] = tomllib.loads((HERE / "recall.toml").read_text(encoding="utf-8"))
    head = {"market": market, "announced": on, "currency": load_market(market).currency}
    data["recall"] = {**data["recall"], **head}
    drawings = sorted((HERE / "pictures").glob("*.svg"))
    return write(data), {f"pictures/{file.name}": file.read_bytes() for file in drawings}


def copied(edition: Edition) -> tuple[str, dict[str, Any], dict[str, bytes]]:
    """Return a published edition as recall file, files stored before, and files to store.

    An edition that came from a draft gives that very draft. Of any other the file is written from
    its pack, and its lists are read back from the index, in the order of the alphabet.
    """
    made = Proposal.objects.filter(edition=edition).select_related("revision").first()
    if made is not None and made.revision is not None:
        revision: Revision = made.revision
        return revision.text, dict(revision.files), {}
    pack = pack_for(edition)
    prefix = "pictures/"
    files = {
        name: pack.picture(name.removeprefix(prefix)).read_bytes()
        for name in pack.files
        if name.startswith(prefix)
    }
    return write(data_of(pack.recall)), {}, {**files, **lists_of(pack)}


def lists_of(pack: Pack) -> dict[str, bytes]:
    """Return each serial list of an edition as the CSV that a recall folder holds."""
    lists = {}
    for rule in pack.recall.rules:
        product = pack.recall.product(rule.product)
        if rule.kind is RuleKind.LIST and product is not None and rule.file not in lists:
            coder = Coder(pack.recall.serial_format(product).alphabet)
            serials = in_order(as_keys(pack.index.section(rule.no).serials()), coder)
            lists[rule.file] = b"\n".join([b"serial", *serials.tolist(), b""])
    return lists
