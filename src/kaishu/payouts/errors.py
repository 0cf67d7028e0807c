"""Everything `payouts` refuses, one class each; the code names the sentence people read."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class NothingDue(Refusal):
    """No promise is due, or all that are due lie in a batch already."""

    code = "nothing_due"


class BatchNotFound(Refusal):
    """There is no batch of this number."""

    code = "batch_not_found"


class SelfApproval(Refusal):
    """Whoever made a batch cannot approve it."""

    code = "self_approval"


class BatchDecided(Refusal):
    """This batch was approved or withdrawn before."""

    code = "batch_decided"


class BatchChanged(Refusal):
    """This batch is not the one that was shown."""

    code = "batch_changed"


class NoProvider(Refusal):
    """Nobody pays out this commodity."""

    code = "no_provider"


class CodeNotFound(Refusal):
    """No shop credit was issued here."""

    code = "shop_code_not_found"


class ActNotFound(Refusal):
    """There is nothing of this number."""

    code = "money_act_not_found"


class NotRecoverable(Refusal):
    """Only what an order really paid can come back."""

    code = "money_not_recoverable"


class ActDecided(Refusal):
    """Somebody decided this before."""

    code = "money_act_decided"


class TotalDiffers(Refusal):
    """The total that was typed is not the batch's."""

    code = "total_differs"


class DocumentMissing(Refusal):
    """Money is entered from a document, and its number is missing."""

    code = "money_document_missing"


class ReasonMissing(Refusal):
    """Taking money back or letting it go on needs a reason."""

    code = "money_reason_missing"


class LimitWrong(Refusal):
    """No batch can be made within this limit."""

    code = "batch_limit_wrong"


class RuleWrong(Refusal):
    """A rule needs a commodity, amounts that are not negative, and a share of at most 1000."""

    code = "pay_rule_wrong"


class FundWrong(Refusal):
    """A receipt needs an amount and the number of its document."""

    code = "fund_wrong"


class FundKnown(Refusal):
    """A receipt with this document was entered before."""

    code = "fund_known"


class FundsShort(Refusal):
    """The recall's funds do not cover this."""

    code = "funds_short"


class Paused(Refusal):
    """Payouts of this recall stand still."""

    code = "payouts_paused"


class ResumeTooLow(Refusal):
    """The number that payouts may go on to is below what is there already."""

    code = "resume_too_low"


class CodeFileWrong(Refusal):
    """This file has no codes that can be loaded."""

    code = "code_file_wrong"


class CodeNotIssued(Refusal):
    """Only a code that somebody has can be made void."""

    code = "shop_code_not_issued"


class StockFileWrong(Refusal):
    """This list has no serials that can be received."""

    code = "stock_file_wrong"


class StockUnknown(Refusal):
    """No unit with this serial is in stock for this parcel."""

    code = "stock_unknown"


class StockRecalled(Refusal):
    """A recall may name this unit, so it does not go out."""

    code = "stock_recalled"


class ResultNotFitting(Refusal):
    """The order does not stand where this result could move it."""

    code = "result_not_fitting"


class NothingToCorrect(Refusal):
    """This order did not come back for something that its owner can put right."""

    code = "nothing_to_correct"


class FileNotReady(Refusal):
    """A batch has a file only once it is approved."""

    code = "batch_file_not_ready"
