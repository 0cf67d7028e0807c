"""The two pages that take photos: of the number, and of the receipt or order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kaishu.claims.proof_code import proof_code
from kaishu.doors.public.claiming.questions import Question, Visit

MOST_FILES = 4


class FileQuestion(Question):
    """A page that takes up to four files of one kind."""

    template = "public/claiming/files.html"
    kind: str

    def rule(self, visit: Visit) -> str:
        """Return whether the recall requires the file, takes it, or does not ask for it."""
        raise NotImplementedError

    def must(self, visit: Visit) -> bool:
        """Say whether the claim cannot go on without a file."""
        return self.rule(visit) == "required"

    def asked(self, visit: Visit) -> bool:
        return self.must(visit) or self.rule(visit) != "not_asked"

    def missing(self, visit: Visit) -> str:
        """Return what to say where a file must come and has not."""
        raise NotImplementedError

    def without(self, visit: Visit) -> str:
        """Return the words of the button that goes on without a file; nothing = there is none."""
        raise NotImplementedError

    def more(self, visit: Visit) -> Mapping[str, Any]:
        files = visit.one.of_kind(self.kind)
        return {
            "files": files,
            "may_add": len(files) < MOST_FILES,
            "without": "" if self.must(visit) or files else self.without(visit),
            "proof_code": proof_code(visit.draft.key)
            if visit.recall.evidence.proof == "required"
            else "",
        }


class Photo(FileQuestion):
    """A photo of the number; without a readable number it takes its place."""

    name = "photo"
    kind = "serial_photo"

    def rule(self, visit: Visit) -> str:
        return visit.recall.evidence.serial_photo

    def must(self, visit: Visit) -> bool:
        return not visit.one.get("serial") or super().must(visit)

    def heading(self, visit: Visit) -> str:
        if visit.one.get("serial"):
            return _("Can you take a photo of the number?")
        return _("Please take photos of the product")

    def why(self, visit: Visit) -> str:
        if visit.one.get("serial"):
            return _("A photo helps us to see that the number was read correctly.")
        return _("A person looks at your photos and decides. You need not read the number.")

    def missing(self, visit: Visit) -> str:
        if visit.one.get("serial"):
            return _("Add a photo of the serial number.")
        return _("Add a photo: of the place where the number is, or of the whole product.")

    def without(self, visit: Visit) -> str:
        return _("Continue without a photo")


class Proof(FileQuestion):
    """The receipt, the order page or the delivery note."""

    name = "proof"
    kind = "proof"

    def rule(self, visit: Visit) -> str:
        return visit.recall.evidence.proof

    def asked(self, visit: Visit) -> bool:
        return super().asked(visit) and visit.one.get("same_order") != "yes"

    def heading(self, visit: Visit) -> str:
        return _("Do you have a receipt or the order on a screen?")

    def why(self, visit: Visit) -> str:
        return _("It shows that the product was bought, and where.")

    def missing(self, visit: Visit) -> str:
        return _("Add a photo of the receipt or of the order page.")

    def without(self, visit: Visit) -> str:
        return _("I have no proof. Continue")
