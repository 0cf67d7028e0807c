"""Why an XML document is not read. What is wrong with single events stands in their job."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class XmlBroken(Refusal):
    """The file is no well-formed XML."""

    code = "epcis12_broken"


class DoctypeRefused(Refusal):
    """The file has a document type declaration or entities of its own."""

    code = "epcis12_doctype"


class XmlTooBig(Refusal):
    """The elements of the file lie too deep in each other, or one event is too long."""

    code = "epcis12_too_big"


class NotEpcis(Refusal):
    """The file is XML, but no EPCIS document of version 1.0 to 1.2."""

    code = "epcis12_other"
