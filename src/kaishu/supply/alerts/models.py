"""Letters about lots, the keys of those who write them, and what became of each. All append-only:
what a letter's state is today is read from its rows (`alerts.state`), and stored nowhere."""

from __future__ import annotations

from django.db import models

IN, OUT = "in", "out"
SEEN_AGAIN, FORWARDED = "seen_again", "forwarded"
STEPS = (SEEN_AGAIN, FORWARDED)
_LONG = 200


class KnownKey(models.Model):
    """A manager trusts a company's public key, or does so no more: the newest row of a company
    and a key stands. Nobody is trusted without one."""

    code = models.CharField(max_length=_LONG)
    name = models.CharField(max_length=160)
    public = models.CharField(max_length=64)
    trusted = models.BooleanField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        app_label = "supply"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.code} {self.public[:12]}"


class Letter(models.Model):
    """One letter as it came in or went out. `content` is its file without the key of hidden lots.

    `about` is the number of the letter that an answer answers or a withdrawal takes back. A letter
    of ours goes out with its key unless `key_apart`.
    """

    number = models.CharField(max_length=32, unique=True)
    direction = models.CharField(max_length=3)
    kind = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    issuer_code = models.CharField(max_length=_LONG)
    issuer_name = models.CharField(max_length=160)
    issuer_key = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    about = models.CharField(max_length=32, blank=True)
    item = models.CharField(max_length=_LONG, blank=True)
    item_name = models.CharField(max_length=160, blank=True)
    lots = models.PositiveIntegerField(default=0)
    hidden = models.BooleanField(default=False)
    defect = models.CharField(max_length=30, blank=True)
    severity = models.CharField(max_length=20, blank=True)
    answer_by = models.DateField(null=True)
    supersedes = models.CharField(max_length=32, blank=True)
    step = models.CharField(max_length=20, blank=True)
    counts = models.JSONField(default=dict)
    content = models.BinaryField()
    network = models.ForeignKey(
        "supply.Network", on_delete=models.PROTECT, null=True, related_name="letters"
    )
    key_apart = models.BooleanField(default=False)
    door = models.CharField(max_length=10)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    form_key = models.CharField(max_length=80)

    class Meta:
        app_label = "supply"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("by", "form_key"), name="letter_once"),
            models.CheckConstraint(
                condition=models.Q(direction__in=(IN, OUT)), name="letter_direction_known"
            ),
        )
        indexes = (models.Index(fields=("about",), name="letter_by_about"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class LetterKey(models.Model):
    """The key of a letter's hidden lots, sealed; it came with the letter or apart from it."""

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="opened_by")
    sealed = models.BinaryField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        app_label = "supply"

    def __str__(self) -> str:
        return str(self.letter_id)


class LetterStep(models.Model):
    """One thing that happened to a letter: it came again by another way, or we passed it on."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=12)
    facts = models.JSONField(default=dict)
    key = models.CharField(max_length=80)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        app_label = "supply"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("letter", "step", "key"), name="letter_step_once"),
            models.CheckConstraint(condition=models.Q(step__in=STEPS), name="letter_step_known"),
        )

    def __str__(self) -> str:
        return f"{self.step} {self.by}"


class LetterMatch(models.Model):
    """One look for a letter's lots in one network: which of ours they are, and what carries them.
    `us` is the party that was counted as "with us", empty where nobody said who we are.

    `item` is our own code of the letter's item. `compared` lots of it were looked at; `found` are
    codes. The counts are those of an answer. `anyway` = by hand, before the company was trusted.
    """

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="matches")
    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="matches")
    item = models.CharField(max_length=_LONG)
    graph = models.CharField(max_length=64)
    compared = models.PositiveIntegerField()
    found = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    us = models.CharField(max_length=_LONG, blank=True)
    anyway = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        app_label = "supply"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.letter_id} {len(self.found)}"


class LetterLook(models.Model):
    """Which graph was looked at last for a letter. The one table here that changes: a look that
    found nothing new is no news, and must not be done again for the same graph."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="looks")
    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="looks")
    item = models.CharField(max_length=_LONG)
    graph = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        app_label = "supply"
        constraints = (
            models.UniqueConstraint(
                fields=("letter", "network", "item"), name="letter_looked_at_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.letter_id} {self.graph[:12]}"


class ReplyAddress(models.Model):
    """A manager confirms that answers to a company may go to an address, or ends it: the newest
    row of a company and an address stands."""

    code = models.CharField(max_length=_LONG)
    url = models.CharField(max_length=500)
    confirmed = models.BooleanField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        app_label = "supply"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.code} {self.url}"


class LetterReply(models.Model):
    """An answer of ours that is sent to the address which its letter named; without such a row it
    is a file that somebody sends."""

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="reply")
    url = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        app_label = "supply"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.letter_id} {self.url}"


class RefusedLetter(models.Model):
    """A file that was refused, with the reason: nothing that somebody sent is lost."""

    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content = models.BinaryField()
    reason = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    door = models.CharField(max_length=10)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        app_label = "supply"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("sha256", "reason", "by"), name="refused_letter_once"),
        )

    def __str__(self) -> str:
        return f"{self.reason} {self.sha256[:12]}"
