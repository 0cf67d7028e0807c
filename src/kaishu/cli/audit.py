"""`kaishu audit`: derive everything again and name the first thing that is wrong."""

from __future__ import annotations

import json

import click

from kaishu.cli._django import start


@click.command()
@click.option("--all", "show_all", is_flag=True, help="Name everything, not only the first thing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per finding.")
def audit(*, show_all: bool, as_json: bool) -> None:
    """Check the books, then claims, payouts and messages against them. Exit code 1 on a finding.

    Digests, chains, routes, positions, balances; decisions, holders, promises; orders, batches;
    messages and the calls they led to.
    """
    start()
    from itertools import chain

    from kaishu.books.audit import audit as books
    from kaishu.books.models import Entry
    from kaishu.claims.audit import audit as claims
    from kaishu.notices.audit import audit as notices
    from kaishu.payouts.audit import audit as payouts

    total = Entry.objects.count()
    findings = []
    with click.progressbar(
        length=total, label="Auditing entries", show_pos=True, hidden=as_json
    ) as bar:
        for finding in chain(books(bar.update), claims(), payouts(), notices()):
            findings.append(finding)
            if not show_all:
                break
    for finding in findings:
        words = {"code": finding.code, "where": finding.where, "what": finding.what}
        click.echo(json.dumps(words) if as_json else str(finding))
    if findings:
        raise SystemExit(1)
    if not as_json:
        click.echo(
            f"The books hold: {total:,} entries, nothing wrong; claims, payouts and messages agree."
        )
