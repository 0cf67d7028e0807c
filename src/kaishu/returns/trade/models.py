"""The sites of retailers and distributors in one recall, and what each of them answered."""

from __future__ import annotations

from django.db import models

KINDS = ("retailer", "distributor")
# read the notice · has none · how many are put aside · sold since the stop · shelves are empty
ACKNOWLEDGED, NONE_HERE, COUNTED, SOLD_SINCE, COMPLETED = (
    "acknowledged",
    "none_here",
    "counted",
    "sold_since",
    "completed",
)
# What we do about a site.
SENT, REMINDED, GIVEN, RENEWED, CLOSED, OPENED = (
    "sent",
    "reminded",
    "given",
    "renewed",
    "closed",
    "opened",
)
DONE = (SENT, REMINDED, GIVEN, RENEWED, CLOSED, OPENED)
# Why nobody waits for a site's answer any more.
CLOSE_REASONS = ("shut_down", "never_sold_it", "listed_twice", "told_by_phone")
STEPS = (ACKNOWLEDGED, NONE_HERE, COUNTED, SOLD_SINCE, COMPLETED)


class TradeSite(models.Model):
    """One shop or warehouse. `party` is its account in the books; several sites may share one.

    The link is derived like a claim's and only its hash is kept; `link_no` counts the links.
    `mail` is sealed: it often names a person. A closed site is asked nothing more; its link works
    on, so that it can still tell what it finds.
    """

    recall_id = models.IntegerField()
    recall_slug = models.CharField(max_length=80)
    party = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12)
    language = models.CharField(max_length=8)
    mail = models.BinaryField(null=True)
    token_hash = models.CharField(max_length=64, unique=True)
    link_no = models.SmallIntegerField(default=1)
    added_by = models.CharField(max_length=150)
    added_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.SmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("recall_id", "party", "name"), name="trade_site_once"),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="trade_kind_known"),
        )
        indexes = (models.Index(fields=("recall_id", "sent_at"), name="trade_site_by_recall"),)

    def __str__(self) -> str:
        return f"{self.party} {self.name}"


class TradeStep(models.Model):
    """One thing that we did about a site: who sent, gave or renewed its link, closed it, opened
    it again. Append-only."""

    site = models.ForeignKey(TradeSite, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=12)
    reason = models.CharField(max_length=20, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(step__in=DONE), name="trade_done_known"),
            models.CheckConstraint(
                condition=~models.Q(step=CLOSED) | models.Q(reason__in=CLOSE_REASONS),
                name="trade_closed_with_reason",
            ),
        )
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.step} {self.by}"


class TradeAnswer(models.Model):
    """One answer of a site. Append-only; a later answer of the same step adds to the story.

    `signed` is the name of whoever answered, sealed. `quantity` counts units of `product`.
    """

    site = models.ForeignKey(TradeSite, on_delete=models.PROTECT, related_name="answers")
    step = models.CharField(max_length=12)
    product = models.CharField(max_length=40, blank=True)
    quantity = models.IntegerField(default=0)
    signed = models.BinaryField(null=True)
    key = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("site", "key", "step", "product"), name="trade_answer_once"
            ),
            models.CheckConstraint(condition=models.Q(step__in=STEPS), name="trade_step_known"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=0), name="trade_quantity_whole"
            ),
        )
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.step} {self.quantity}"
