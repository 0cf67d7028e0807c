"""What connections, tokens and webhooks refuse, one class each."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class TokenWrong(Refusal):
    """This token opens nothing: it is unknown, over or was revoked."""

    code = "api_token_wrong"


class TokenMissing(Refusal):
    """A request needs a token."""

    code = "api_token_missing"


class ScopeMissing(Refusal):
    """This token may not do that."""

    code = "api_scope_missing"


class OtherParty(Refusal):
    """This connection works for another site."""

    code = "api_other_party"


class OtherRecall(Refusal):
    """This connection works in another recall."""

    code = "api_other_recall"


class TooOften(Refusal):
    """Too many requests came at once."""

    code = "api_too_often"


class KeyMissing(Refusal):
    """A POST carries a key, so that sending it again is harmless."""

    code = "idempotency_key_missing"


class KeyUsed(Refusal):
    """This key came before with another request."""

    code = "idempotency_key_reused"


class KeyInFlight(Refusal):
    """The first request with this key is still being worked on."""

    code = "idempotency_key_in_flight"


class ConnectionUnknown(Refusal):
    """There is no such connection."""

    code = "connection_unknown"


class ConnectionIncomplete(Refusal):
    """A connection needs a name, and a party and recall that exist."""

    code = "connection_incomplete"


class TokenIncomplete(Refusal):
    """A token needs a scope and an end."""

    code = "token_incomplete"


class PartyNeeded(Refusal):
    """Scans and answers of the trade need a connection that works for a site."""

    code = "api_party_needed"


class FileUnknown(Refusal):
    """No file of this number waits here."""

    code = "api_file_unknown"


class SubscriptionUnknown(Refusal):
    """There is no webhook of this number."""

    code = "webhook_unknown"


class SubscriptionFull(Refusal):
    """A connection has as many webhooks as it can take."""

    code = "webhook_too_many"


class EventUnknown(Refusal):
    """There is no event of this name."""

    code = "webhook_event_unknown"


class AddressRefused(Refusal):
    """This address cannot be called."""

    code = "webhook_address_refused"


class DeliveryUnknown(Refusal):
    """There is no delivery of this number."""

    code = "webhook_delivery_unknown"


class SubscriptionOff(Refusal):
    """This webhook is switched off."""

    code = "webhook_off"
