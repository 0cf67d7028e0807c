"""The tables of the books. Entries and moves are append-only: triggers refuse all else."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kaishu.core.accounts import PROMISE_ACCOUNTS, UNIT_ACCOUNTS

DIGEST = 64


class Entry(models.Model):
    """One event. `chain_no` counts from 1 in its chain; `previous` is the digest before it."""

    kind = models.CharField(max_length=40)
    recall_id = models.IntegerField()
    door = models.CharField(max_length=20)
    by = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    request_hash = models.CharField(max_length=DIGEST)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    case_no = models.CharField(max_length=12, blank=True, default="")
    unit_no = models.SmallIntegerField(null=True)
    reason = models.CharField(max_length=60, blank=True, default="")
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    chain = models.CharField(max_length=40)
    chain_no = models.IntegerField()
    previous = models.CharField(max_length=DIGEST, blank=True)
    digest = models.CharField(max_length=DIGEST)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("door", "by", "key"), name="entry_key_once"),
            models.UniqueConstraint(fields=("chain", "chain_no"), name="entry_chain_no_once"),
            models.CheckConstraint(condition=Q(chain_no__gte=1), name="entry_chain_from_one"),
        )


class Unit(models.Model):
    """One unit that has been named by a serial or a tag, and where it stands now."""

    just_named = False  # no column: set by `identify` on a unit that has its name from it

    recall_id = models.IntegerField()
    product = models.CharField(max_length=40)
    serial = models.CharField(max_length=40, blank=True, default="")
    tag = models.CharField(max_length=40, blank=True, default="")
    pool = models.CharField(max_length=12)
    account = models.CharField(max_length=10)
    party = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("recall_id", "serial"),
                condition=~Q(serial=""),
                name="unit_serial_once",
            ),
            models.UniqueConstraint(
                fields=("recall_id", "tag"), condition=~Q(tag=""), name="unit_tag_once"
            ),
            models.CheckConstraint(
                condition=Q(account__in=UNIT_ACCOUNTS), name="unit_account_known"
            ),
            models.CheckConstraint(condition=~Q(serial="") | ~Q(tag=""), name="unit_has_a_name"),
        )
        indexes = (
            models.Index(fields=("recall_id", "account", "product"), name="unit_by_account"),
        )


class Promise(models.Model):
    """One thing somebody is owed, and how far it has come. `terms` is the remedy's code."""

    recall_id = models.IntegerField()
    case_no = models.CharField(max_length=12)
    unit_no = models.SmallIntegerField()
    role = models.CharField(max_length=10)
    terms = models.CharField(max_length=40)
    edition_id = models.IntegerField()
    commodity = models.CharField(max_length=40)
    quantity = models.BigIntegerField()
    account = models.CharField(max_length=10)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(account__in=PROMISE_ACCOUNTS), name="promise_account_known"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="promise_quantity_positive"),
            models.CheckConstraint(condition=Q(role__in=("remedy", "kit")), name="promise_role"),
        )
        indexes = (
            models.Index(fields=("case_no", "unit_no"), name="promise_by_case"),
            models.Index(fields=("account", "recall_id", "role"), name="promise_by_account"),
        )


class UnitMoveRow(models.Model):
    """One row = one move. Both clocks are copied from the entry, so a balance needs no join."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="unit_moves")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recall_id = models.IntegerField()
    product = models.CharField(max_length=40)
    pool = models.CharField(max_length=12)
    quantity = models.BigIntegerField()
    source = models.CharField(max_length=10)
    source_party = models.CharField(max_length=40, blank=True, default="")
    target = models.CharField(max_length=10)
    target_party = models.CharField(max_length=40, blank=True, default="")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="moves")

    class Meta:
        db_table = "books_unit_move"
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=1), name="unit_move_positive"),
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(quantity=1), name="unit_move_of_one"
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")) | ~Q(source_party=F("target_party")),
                name="unit_move_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(source__in=UNIT_ACCOUNTS) & Q(target__in=UNIT_ACCOUNTS),
                name="unit_move_accounts_known",
            ),
        )
        # The first covers the whole trial balance: no row of the table is read for it.
        indexes = (
            models.Index(
                fields=(
                    "recall_id",
                    "product",
                    "pool",
                    "source",
                    "source_party",
                    "target",
                    "target_party",
                    "happened_at",
                    "recorded_at",
                    "quantity",
                ),
                name="unit_move_routes",
            ),
            models.Index(fields=("happened_at",), name="unit_move_happened"),
            models.Index(
                fields=("recall_id", "product", "pool", "target", "target_party", "quantity"),
                name="unit_move_in",
            ),
        )


class PromiseMoveRow(models.Model):
    """One row = one promise going from one account to another, whole."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="promise_moves")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recall_id = models.IntegerField()
    commodity = models.CharField(max_length=40)
    quantity = models.BigIntegerField()
    source = models.CharField(max_length=10)
    target = models.CharField(max_length=10)
    promise = models.ForeignKey(Promise, null=True, on_delete=models.PROTECT, related_name="moves")

    class Meta:
        db_table = "books_promise_move"
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=1), name="promise_move_positive"),
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="promise_move_goes_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(source__in=PROMISE_ACCOUNTS) & Q(target__in=PROMISE_ACCOUNTS),
                name="promise_move_accounts_known",
            ),
        )
        indexes = (
            models.Index(
                fields=(
                    "recall_id",
                    "commodity",
                    "source",
                    "target",
                    "happened_at",
                    "recorded_at",
                    "quantity",
                ),
                name="promise_move_routes",
            ),
            models.Index(fields=("happened_at",), name="promise_move_happened"),
        )


class DailyRoot(models.Model):
    """One digest over all entries recorded on a UTC day and the root before it. Append-only.

    `books.roots` says what it is over and how one entry is shown to be under it.
    """

    day = models.DateField(unique=True)
    entries = models.IntegerField()
    previous = models.CharField(max_length=DIGEST)
    root = models.CharField(max_length=DIGEST)
    sealed_at = models.DateTimeField()


class Closing(models.Model):
    """The sums of every move up to these numbers; `closings.py` makes and reads them.

    The clocks are the latest among all moves closed so far, this and earlier closings;
    `first_recorded_at` is of this closing's own moves alone.
    """

    number = models.IntegerField(unique=True)
    unit_moves_upto = models.BigIntegerField()
    promise_moves_upto = models.BigIntegerField()
    last_happened_at = models.DateTimeField()
    last_recorded_at = models.DateTimeField()
    first_recorded_at = models.DateTimeField(null=True)  # None: made before this was kept
    made_at = models.DateTimeField()


class ClosedUnits(models.Model):
    """How many units went one way on one UTC day, by the moves of one closing.

    The same again by month, under its first day, and by day without the parties (`grain`).
    """

    closing = models.ForeignKey(Closing, on_delete=models.CASCADE)
    recall_id = models.IntegerField()
    grain = models.CharField(max_length=1)
    happened_on = models.DateField()
    product = models.CharField(max_length=40)
    pool = models.CharField(max_length=12)
    source = models.CharField(max_length=10)
    source_party = models.CharField(max_length=40, blank=True, default="")
    target = models.CharField(max_length=10)
    target_party = models.CharField(max_length=40, blank=True, default="")
    quantity = models.BigIntegerField()

    class Meta:
        db_table = "books_closed_units"
        indexes = (
            models.Index(fields=("recall_id", "grain", "happened_on"), name="closed_units_day"),
        )


class ClosedPromises(models.Model):
    """How much of a commodity went one way on one UTC day or in a month, by one closing."""

    closing = models.ForeignKey(Closing, on_delete=models.CASCADE)
    recall_id = models.IntegerField()
    grain = models.CharField(max_length=1)
    happened_on = models.DateField()
    commodity = models.CharField(max_length=40)
    source = models.CharField(max_length=10)
    target = models.CharField(max_length=10)
    quantity = models.BigIntegerField()

    class Meta:
        db_table = "books_closed_promises"
        indexes = (
            models.Index(fields=("recall_id", "grain", "happened_on"), name="closed_promises_day"),
        )
