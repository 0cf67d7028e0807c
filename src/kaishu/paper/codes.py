"""Draw what a scanner reads: the case and unit number of a parcel."""

from __future__ import annotations

import io

import segno


def unit_code(case_no: str, unit_no: int) -> str:
    """Write a unit the way labels, scanners and `doors.partner.codes` share: 1234 5678 9012-1."""
    return f"{case_no[:4]} {case_no[4:8]} {case_no[8:]}-{unit_no}"


def qr(content: str, *, error: str = "q") -> str:
    """Return a QR code as SVG, with the quiet zone of four modules that ISO/IEC 18004 asks for.

    Level Q mends a quarter of the code: parcels are rained on and taped over. A long text on a
    page that stays in a drawer wants "l": fewer modules, each one larger.
    """
    drawn = io.BytesIO()
    segno.make(content, error=error, micro=False).save(
        drawn, kind="svg", border=4, xmldecl=False, svgns=True, nl=False
    )
    return drawn.getvalue().decode()
