"""Everything that may be done to payouts, for the doors and the worker."""

from kaishu.payouts.batches import approve_batch, propose_batch, withdraw_batch
from kaishu.payouts.corrections import note_corrected
from kaishu.payouts.funds import approve_fund, propose_fund, withdraw_fund
from kaishu.payouts.pauses import agree_resume, pause, propose_resume
from kaishu.payouts.recoveries import approve_recovery, propose_recovery, withdraw_recovery
from kaishu.payouts.result_acts import approve_act, propose_act, withdraw_act
from kaishu.payouts.results import read_results
from kaishu.payouts.rules import approve_rule, propose_rule, withdraw_rule
from kaishu.payouts.sending import send_due
from kaishu.payouts.shop_codes import load_codes, show_code, void_code
from kaishu.payouts.stock import dispatch as dispatch_goods
from kaishu.payouts.stock import note_back, note_delivered, receive_stock

__all__ = [
    "agree_resume",
    "approve_act",
    "approve_batch",
    "approve_fund",
    "approve_recovery",
    "approve_rule",
    "dispatch_goods",
    "load_codes",
    "note_back",
    "note_corrected",
    "note_delivered",
    "pause",
    "propose_act",
    "propose_batch",
    "propose_fund",
    "propose_recovery",
    "propose_resume",
    "propose_rule",
    "read_results",
    "receive_stock",
    "send_due",
    "show_code",
    "void_code",
    "withdraw_act",
    "withdraw_batch",
    "withdraw_fund",
    "withdraw_recovery",
    "withdraw_rule",
]
