"""What can go wrong with a job."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class JobNotFound(Refusal):
    """There is no such job."""

    code = "job_not_found"


class JobOver(Refusal):
    """This job has ended already."""

    code = "job_over"


class JobKeyReused(Refusal):
    """This key started another job."""

    code = "job_key_reused"
