"""What can be wrong with a letter about lots, before anybody is trusted or anything is matched."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class AlertTooBig(Refusal):
    """This file is larger than a letter about lots can be."""

    code = "alert_too_big"


class AlertNotJson(Refusal):
    """This is not the JSON of a letter about lots."""

    code = "alert_not_json"


class AlertShape(Refusal):
    """One field of the letter is missing, unknown or not as version 1 says."""

    code = "alert_shape"


class AlertVersion(Refusal):
    """This letter is of a version that we cannot read."""

    code = "alert_version"


class AlertLotTwice(Refusal):
    """The letter names a lot twice."""

    code = "alert_lot_twice"


class AlertForged(Refusal):
    """The signature does not fit the letter: it was changed, or was never whole."""

    code = "alert_forged"


class AlertHopForged(Refusal):
    """The signature of one of those who passed the letter on does not fit."""

    code = "alert_hop_forged"


class AlertKeyWrong(Refusal):
    """This key is not the one under which the lots of the letter are hidden."""

    code = "alert_key_wrong"


class AlertTooMany(Refusal):
    """One letter does not name so many things."""

    code = "alert_too_many"


class AlertNamesNothing(Refusal):
    """The letter names no lot, no unit and no days."""

    code = "alert_names_nothing"
