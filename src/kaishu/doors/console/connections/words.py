"""What scopes, events and states of a delivery are called by staff."""

from __future__ import annotations

from django.utils.translation import gettext as _


def scope(code: str) -> str:
    """Say what a scope lets another system do."""
    return {
        "check": _("Check serial numbers"),
        "claims:write": _("File claims"),
        "claims:read": _("Read the claims that it filed"),
        "evidence:write": _("Send photos and receipts"),
        "scans:write": _("Scan parcels at its site"),
        "trade:write": _("Answer for its shops"),
        "promises:read": _("Read what is owed and paid"),
        "reports:read": _("Read filed reports"),
        "alerts:write": _("Hand in letters about lots"),
        "alerts:read": _("Fetch letters about lots that were issued here"),
        "webhooks": _("Register webhooks"),
        "epcis:write": _("Send supply chain events"),
        "epcis:read": _("Read supply chain events"),
        "trace:read": _("Ask which lots went where"),
    }[code]


def event(code: str) -> str:
    """Say what an event tells."""
    return {
        "claim.submitted": _("A claim was filed"),
        "claim.decided": _("A claim was decided"),
        "unit.received": _("A product arrived at a depot"),
        "promise.sent": _("Something owed was sent"),
        "promise.settled": _("It arrived"),
        "promise.bounced": _("It came back"),
        "recall.published": _("A recall was published or changed"),
        "report.filed": _("A report was filed"),
        "lot_alert.issued": _("A letter about lots was issued"),
        "lot_alert.answered": _("An answer about lots was sent"),
        "webhook.test": _("A test, without content"),
    }[code]


def state(code: str) -> str:
    """Say how far a delivery is."""
    return {
        "waiting": _("Waits"),
        "done": _("Arrived"),
        "failed": _("Given up"),
        "dropped": _("Not sent any more"),
    }[code]


def problem(code: str) -> str:
    """Say why a call got no answer."""
    return {
        "": "",
        "address": _("The address is not a public one"),
        "name": _("The name was not found"),
        "connection": _("No connection"),
        "tls": _("Its certificate is not trusted"),
        "timeout": _("No answer within 15 seconds"),
    }[code]


def off(code: str) -> str:
    """Say why a webhook is off."""
    return {"": "", "ended": _("switched off"), "gone": _("off: the address answered 410")}[code]
