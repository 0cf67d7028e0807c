"""One round of the worker does every job, whatever goes wrong in one of them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from kaishu.cli.main import kaishu
from kaishu.notices.models import Message
from tests.notices.conftest import mail_server
from tests.notices.outbox import MailServer, person, queue

__all__ = ["mail_server"]


@pytest.fixture(autouse=True)
def no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("kaishu.cli.worker.start", lambda: None)


@pytest.mark.django_db
def test_a_round_sends_what_waits(mail_server: MailServer) -> None:
    queue(person())
    assert CliRunner().invoke(kaishu, ["worker", "--once"]).exit_code == 0
    assert len(mail_server.mails) == 1


@pytest.mark.django_db
def test_a_job_that_fails_does_not_stop_the_others(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> dict[str, int]:
        raise ZeroDivisionError

    monkeypatch.setattr("kaishu.payouts.worker.run_once", broken)
    queue(person())
    assert CliRunner().invoke(kaishu, ["worker", "--once"]).exit_code == 0
    assert Message.objects.get().state == "sent"
