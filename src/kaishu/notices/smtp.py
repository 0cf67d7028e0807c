"""Talk to mail servers: one connection at a time, and what each answer means for us.

A server that says no to the recipient ends a message (RFC 5321, 4.2.1: a reply of 5yz is final).
One that says no to us (the sender, a sign-in, a policy: RFC 3463, X.7.Z) does not: that is ours
to mend, and no owner's fault. A message counts as sent when the server took it over.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

TIMEOUT = 20
_ENHANCED = re.compile(rb"^5\.(\d{1,3})\.(\d{1,3})")


class Later(Exception):
    """The server did not take the message now; `code` says why, in a closed word."""

    code = "mail_delayed"


class Unreachable(Later):
    """No mail server can be reached: whatever waits has to wait."""

    code = "mail_server_unreachable"


class Refused(Exception):
    """The server will never take this message for this recipient; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mail server is, and how to speak to it."""

    host: str
    port: int
    user: str
    password: str
    implicit_tls: bool
    tls_required: bool

    def __repr__(self) -> str:
        """Hide the password: a repr ends up in logs and error pages."""
        return f"Server({self.host}:{self.port})"


class BadMailUrl(Exception):
    """A mail server's address must be smtp://user:password@host:port or smtps://…."""

    code = "bad_mail_url"


def read_url(url: str) -> Server:
    """Read a mail server's address; a sign-in needs an encrypted connection."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise BadMailUrl from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadMailUrl
    secure = parts.scheme == "smtps"
    asked = parse_qs(parts.query).get("tls", [""])[0] == "required"
    return Server(
        host=parts.hostname,
        port=port or (465 if secure else 587 if parts.username else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        implicit_tls=secure,
        tls_required=asked or bool(parts.username),
    )


def servers() -> tuple[Server, ...]:
    """Return the servers of this installation, the preferred one first."""
    urls = (settings.KAISHU_MAIL_URL, settings.KAISHU_MAIL_URL_2)
    return tuple(read_url(url) for url in urls if url)


class Post:
    """A way to hand mails over: the first server that can be reached, and stays connected."""

    def __init__(self, known: tuple[Server, ...], *, timeout: float = TIMEOUT) -> None:
        self.servers, self.timeout = known, timeout
        self._line: smtplib.SMTP | None = None

    def send(self, *, sender: str, to: str, mail: bytes) -> None:
        """Hand one mail over; raises Later, Unreachable or Refused."""
        line = self._connected()
        try:
            self._hand_over(line, sender, to, mail)
        except (smtplib.SMTPException, OSError):
            self.close()
            raise Later from None

    def close(self) -> None:
        """End the connection politely, if there is one."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                line.quit()
            line.close()

    def _hand_over(self, line: smtplib.SMTP, sender: str, to: str, mail: bytes) -> None:
        options = [] if to.isascii() else ["SMTPUTF8"]
        if options and not line.has_extn("smtputf8"):
            raise Refused("needs_international_mail")
        code, words = line.mail(sender, options)
        if code >= 400:
            self._start_over(line)
            raise Later
        code, words = line.rcpt(to)
        if code >= 400:
            self._start_over(line)
            raise _meaning(code, words)
        try:
            code, words = line.data(mail)
        except smtplib.SMTPDataError as problem:
            code, words = problem.smtp_code, _bytes(problem.smtp_error)
        if code >= 400:
            self._start_over(line)
            raise _meaning(code, words)

    def _start_over(self, line: smtplib.SMTP) -> None:
        """Leave the connection clean for the next mail, or drop it."""
        try:
            line.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _connected(self) -> smtplib.SMTP:
        """Return the open connection if it still answers, else a new one."""
        if self._line is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                if self._line.noop()[0] == 250:
                    return self._line
            self.close()
        for server in self.servers:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._line = _connect(server, self.timeout)
                return self._line
        raise Unreachable


def _connect(server: Server, timeout: float) -> smtplib.SMTP:
    name = _own_name()
    line: smtplib.SMTP
    if server.implicit_tls:
        line = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=timeout, context=_trusted()
        )
    else:
        line = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=timeout)
    try:
        line.ehlo_or_helo_if_needed()
        if not server.implicit_tls and line.has_extn("starttls"):
            line.starttls(context=_trusted())
            line.ehlo()
        elif not server.implicit_tls and server.tls_required:
            raise smtplib.SMTPNotSupportedError("no STARTTLS")
        if server.user:
            line.login(server.user, server.password)
    except BaseException:
        line.close()
        raise
    return line


def _trusted() -> ssl.SSLContext:
    """Read the machine's trusted certificates: a tenth of a second, so only for who speaks TLS."""
    return ssl.create_default_context()


def _own_name() -> str:
    """Return how we introduce ourselves: the site's name, not the machine's."""
    return urlsplit(settings.KAISHU_PUBLIC_URL).hostname or "localhost"


def _meaning(code: int, words: bytes) -> Later | Refused:
    """Say what a refusal of the recipient or the content means."""
    if code < 500:
        return Later()
    enhanced = _ENHANCED.match(words)
    subject, detail = (enhanced[1], enhanced[2]) if enhanced else (b"", b"")
    if subject in (b"3", b"4", b"5", b"7") or code in (530, 535, 538):
        return Later()  # about the system, the route, the protocol or our permission
    if (subject, detail) == (b"2", b"2") or code == 552:
        return Refused("mailbox_full")
    if subject == b"1" or (not enhanced and code in (550, 551, 553)):
        return Refused("address_unknown")
    return Refused("mail_refused")


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()
