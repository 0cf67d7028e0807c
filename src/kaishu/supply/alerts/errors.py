"""What can go wrong with a letter once it can be read (`core.lot_alert_errors` has the rest)."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class AlertNotSure(Refusal):
    """Nothing was found, but nobody can say yet that there is none."""

    code = "alert_not_sure"


class AlertHopLoop(Refusal):
    """This letter came by way of us already, the same way."""

    code = "alert_hop_loop"


class AlertAskedTooOften(Refusal):
    """This company asked too much in one day."""

    code = "alert_asked_too_often"


class AlertOtherAnswered(Refusal):
    """This is no answer to the letter at this address."""

    code = "alert_other_answered"


class ReplyNotWanted(Refusal):
    """No letter of this company names this address."""

    code = "alert_reply_not_wanted"


class AlertUnknown(Refusal):
    """There is no letter with this number here."""

    code = "alert_unknown"


class AlertFromFuture(Refusal):
    """This letter is dated in the future."""

    code = "alert_from_future"


class AlertExpired(Refusal):
    """This letter is not valid any more."""

    code = "alert_expired"


class AlertNumberUsed(Refusal):
    """Another letter with the same number says something else."""

    code = "alert_number_used"


class AlertAnswerUnknown(Refusal):
    """This answers a letter that was not sent from here."""

    code = "alert_answer_unknown"


class AlertNotTheirs(Refusal):
    """This withdrawal is not by the company that sent the letter."""

    code = "alert_not_theirs"


class AlertNotVerified(Refusal):
    """The key of this letter's company was not checked yet."""

    code = "alert_not_verified"


class AlertKeyMissing(Refusal):
    """The lots are hidden, and the key has not come yet."""

    code = "alert_key_missing"


class AlertNotMatched(Refusal):
    """This letter was not matched yet."""

    code = "alert_not_matched"


class AlertUnitWrong(Refusal):
    """This is no serial and no run of serials of the item."""

    code = "alert_unit_wrong"


class AlertLotWrong(Refusal):
    """This is not a lot of the item."""

    code = "alert_lot_wrong"


class AlertIncomplete(Refusal):
    """Something that every letter says is missing."""

    code = "alert_incomplete"


class AlertOwnNameMissing(Refusal):
    """It is not known which company of the network is ours."""

    code = "alert_own_name_missing"


class IssuerKeyWrong(Refusal):
    """A public key has 64 hexadecimal digits."""

    code = "alert_issuer_key_wrong"


class IssuerUnknown(Refusal):
    """No key of this company is known here."""

    code = "alert_issuer_unknown"


class AlertTooManyHops(Refusal):
    """This letter was passed on too often."""

    code = "alert_too_many_hops"


class AlertNotOurs(Refusal):
    """This letter was not issued here."""

    code = "alert_not_ours"


class AlertCountWrong(Refusal):
    """A number here is a whole number from 0 to 1,000,000,000."""

    code = "alert_count_wrong"
