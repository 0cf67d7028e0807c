"""What a recall's money must keep to: paid only after receipt above an amount, and the sample.

A rule is data that two people agreed to; where a recall has none, the house's own holds
(`KAISHU_SAMPLE_PERMILLE`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from kaishu.base.sealing import keyed_digest
from kaishu.payouts.errors import ActDecided, ActNotFound, RuleWrong, SelfApproval
from kaishu.payouts.models import PayRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The rule in force for one recall and commodity; amounts in minor units, None = no limit."""

    received_above: int | None = None
    flag_above: int | None = None
    sample_permille: int = 10

    def receipt_first(self, quantity: int) -> bool:
        """Say whether this amount leaves only once the unit is in our hands."""
        return self.received_above is not None and quantity > self.received_above

    def sampled(self, *, recall_id: int, case_no: str, unit_no: int) -> bool:
        """Say whether the unit is in the random inspection sample.

        By a keyed digest: the same answer for life, and nobody outside can compute it.
        """
        if not self.sample_permille:
            return False
        whose = f"{recall_id}/{case_no}-{unit_no}".encode()
        number = int.from_bytes(keyed_digest(whose, purpose="payouts:sample")[:8])
        return number * 1000 < self.sample_permille << 64


def rules() -> dict[tuple[int, str], Rule]:
    """Return the rules in force by recall and commodity; the newest approved one holds."""
    rows = PayRule.objects.filter(approver__isnull=False, withdrawn_at=None)
    return {
        (row.recall_id, row.commodity): Rule(
            received_above=row.received_above,
            flag_above=row.flag_above,
            sample_permille=row.sample_permille,
        )
        for row in rows.order_by("approved_at", "id")
    }


def house_rule() -> Rule:
    """Return the rule of a recall that has none of its own."""
    return Rule(sample_permille=settings.KAISHU_SAMPLE_PERMILLE)


def rule_of(*, recall_id: int, commodity: str) -> Rule:
    """Return the rule in force for one recall and commodity."""
    return rules().get((recall_id, commodity)) or house_rule()


def propose_rule(
    *,
    recall_id: int,
    commodity: str,
    received_above: int | None,
    flag_above: int | None,
    sample_permille: int,
    by: str,
    at: datetime,
) -> PayRule:
    """Propose a rule; it holds once another person agrees. Raises RuleWrong."""
    amounts = [amount for amount in (received_above, flag_above) if amount is not None]
    if not commodity or not 0 <= sample_permille <= 1000 or any(each < 0 for each in amounts):
        raise RuleWrong(commodity=commodity)
    return PayRule.objects.create(
        recall_id=recall_id,
        commodity=commodity,
        received_above=received_above,
        flag_above=flag_above,
        sample_permille=sample_permille,
        maker=by,
        made_at=at,
    )


def approve_rule(*, rule_id: int, by: str, at: datetime) -> None:
    """Agree to a rule that somebody else proposed. Raises SelfApproval, ActDecided, ActNotFound."""
    with transaction.atomic():
        row = PayRule.objects.filter(id=rule_id).first()
        if row is None:
            raise ActNotFound(number=rule_id)
        if row.maker == by:
            raise SelfApproval(number=rule_id)
        # proposed -> in force, only while nobody decided
        open_one = PayRule.objects.filter(id=rule_id, approver=None, withdrawn_at=None)
        if not open_one.update(approver=by, approved_at=at):
            raise ActDecided(number=rule_id)


def withdraw_rule(*, rule_id: int, by: str, at: datetime) -> None:
    """Take back a rule that nobody agreed to yet. Raises ActDecided."""
    open_one = PayRule.objects.filter(id=rule_id, approver=None, withdrawn_at=None)
    if not open_one.update(withdrawn_by=by, withdrawn_at=at):
        raise ActDecided(number=rule_id)
