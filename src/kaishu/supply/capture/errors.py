"""What can be wrong with an EPCIS document, one class each; `pointer` in the facts says where."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class NotJson(Refusal):
    """The body is no JSON."""

    code = "epcis_not_json"


class KeyTwice(Refusal):
    """One name stands twice in one object."""

    code = "epcis_key_twice"


class NumberTooBig(Refusal):
    """A number is larger than any machine can count with."""

    code = "epcis_number_too_big"


class TooDeep(Refusal):
    """Objects lie in each other deeper than 60 levels."""

    code = "epcis_too_deep"


class NotText(Refusal):
    """A text holds half a character."""

    code = "epcis_not_text"


class TooLarge(Refusal):
    """The document is larger than one request takes."""

    code = "epcis_too_large"


class EventTooLong(Refusal):
    """One event of a file is longer than one request may be."""

    code = "epcis_event_too_long"


class NotEvents(Refusal):
    """This file is JSON, but no document with EPCIS 2.0 events."""

    code = "link_json"


class EventsBad(Refusal):
    """Events of a file are wrong, and it was asked to take all or nothing."""

    code = "epcis_events_bad"


class LengthNeeded(Refusal):
    """A body in chunks does not say how long it is."""

    code = "epcis_length_needed"


class ContextWrong(Refusal):
    """@context does not name the EPCIS context, or gives its words another meaning."""

    code = "epcis_context"


class PrefixUnknown(Refusal):
    """The prefix of an extension is not explained in @context."""

    code = "epcis_prefix"


class FieldMissing(Refusal):
    """The standard needs a field that is not there."""

    code = "epcis_field_missing"


class FieldUnknown(Refusal):
    """The standard has no such field; extensions have a prefix."""

    code = "epcis_field_unknown"


class FieldWrong(Refusal):
    """This is not as the standard says."""

    code = "epcis_field_wrong"


class TypeUnknown(Refusal):
    """This is none of the standard's kinds of event."""

    code = "epcis_type_unknown"


class NothingNamed(Refusal):
    """An event of this kind and action names more: things, their parent, or what was sensed."""

    code = "epcis_nothing_named"


class TimeWrong(Refusal):
    """There is no such time, or it lies outside 1970 to 2100."""

    code = "epcis_time"


class InstanceNeeded(Refusal):
    """This list holds single things, not classes and lots."""

    code = "epcis_instance_needed"


class ClassNeeded(Refusal):
    """A quantity list holds classes and lots, not single things."""

    code = "epcis_class_needed"


class InItself(Refusal):
    """A thing cannot be in itself."""

    code = "epcis_in_itself"


class NamedTwice(Refusal):
    """One thing stands twice in one list."""

    code = "epcis_named_twice"


class SameIdOther(Refusal):
    """An event of this id is known, and says something else."""

    code = "epcis_id_reused"


class NotYourEvent(Refusal):
    """Only who sent an event, or the maker, may declare it wrong."""

    code = "epcis_not_your_event"


class MayNotSpeak(Refusal):
    """The sender may not create things under this company prefix."""

    code = "epcis_may_not_speak"


class NetworkNeeded(Refusal):
    """It is not clear which network the events belong to."""

    code = "epcis_network_needed"


class GivenUp(Refusal):
    """The worker could not carry this job to its end."""

    code = "epcis_given_up"


class JobUnknown(Refusal):
    """There is no capture job of this id."""

    code = "epcis_job_unknown"


class EventUnknown(Refusal):
    """There is no event of this id."""

    code = "epcis_event_unknown"


class QueryWrong(Refusal):
    """A query parameter is not one that is answered here, or its value cannot be read."""

    code = "epcis_query"


class QueryTooLarge(Refusal):
    """More events fit than the question allows, or too many would have to be read to tell."""

    code = "epcis_query_large"


class QueryUnknown(Refusal):
    """There is no query of this name."""

    code = "epcis_query_unknown"


class QueryThere(Refusal):
    """There is a query of this name already, and it asks something else."""

    code = "epcis_query_there"


class QueryNameWrong(Refusal):
    """A query's name has 1 to 100 letters, digits or the signs - _ . ~"""

    code = "epcis_query_name"


class TooManyQueries(Refusal):
    """A site keeps at most 200 queries."""

    code = "epcis_queries_many"


class NoSubscriptions(Refusal):
    """Subscriptions are not offered here."""

    code = "epcis_no_subscriptions"


class ResourceUnknown(Refusal):
    """No event names this."""

    code = "epcis_resource_unknown"


class BehaviourUnknown(Refusal):
    """GS1-Capture-Error-Behaviour is rollback or proceed."""

    code = "epcis_behaviour"


class VersionUnknown(Refusal):
    """This is EPCIS 2.0 and CBV 2.0; another version was asked for."""

    code = "epcis_version"


class PrefixWrong(Refusal):
    """A company prefix has 4 to 12 digits; a URI of one's own ends in / or :"""

    code = "epcis_prefix_wrong"


class PrefixMissing(Refusal):
    """Not one prefix was named; a party that may speak for nothing any more is ended."""

    code = "epcis_prefix_missing"


class SpeakerReasonMissing(Refusal):
    """A party's right to speak ends with a reason."""

    code = "epcis_speaker_reason"
