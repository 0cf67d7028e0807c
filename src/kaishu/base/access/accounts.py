"""Accounts of staff: invite, give roles, disable, reset; each act is one line in the log.

Nobody changes the rights of their own account, and one administrator always stays. The first
administrator comes from the command line (`kaishu staff add`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from kaishu.base.access import log, sign_ins
from kaishu.base.access.errors import (
    AccountName,
    AccountTaken,
    InvitationOver,
    LastAdmin,
    NoSuchAccount,
    OwnAccount,
    PasswordWeak,
    RoleUnknown,
)
from kaishu.base.access.models import CodeApp, Invitation, Passkey, RecoveryCode
from kaishu.base.roles import TOXIC, Role, give
from kaishu.base.sealing import keyed_digest

NAME = re.compile(r"[a-z0-9][a-z0-9.\-]{1,39}")
LINK_LASTS = timedelta(hours=72)


@transaction.atomic
def invite(*, name: str, roles: Iterable[str], by: str, at: datetime) -> str:
    """Make an account without a password and return the token of its first link."""
    wanted = _roles(roles)
    if not NAME.fullmatch(name):
        raise AccountName
    try:
        with transaction.atomic():
            user = User.objects.create_user(name)
    except IntegrityError:
        raise AccountTaken from None
    give(user, *wanted)
    log.write(what="invited", about=name, by=by, at=at, roles=_names(wanted))
    return _link(user, by=by, at=at)


@transaction.atomic
def new_link(*, name: str, by: str, at: datetime) -> str:
    """Return the token of a new link for somebody who forgot the password; older links end."""
    user = find(name)
    _not_own(user, by)
    log.write(what="invited", about=name, by=by, at=at)
    return _link(user, by=by, at=at)


@transaction.atomic
def set_roles(*, name: str, roles: Iterable[str], by: str, at: datetime) -> None:
    """Give an account exactly these roles; they count from its next page on."""
    wanted = _roles(roles)
    user = find(name)
    _not_own(user, by)
    before = roles_named(user)
    if wanted == before:
        return
    if Role.ADMIN in before - wanted:
        _not_last_admin(user)
    give(user, *wanted)
    given, taken = _names(wanted - before), _names(before - wanted)
    log.write(what="roles_changed", about=name, by=by, at=at, given=given, taken=taken)


@transaction.atomic
def disable(*, name: str, by: str, at: datetime) -> None:
    """Close an account and end its sign-ins at once; its acts stay in every log."""
    user = find(name)
    _not_own(user, by)
    if not user.is_active:
        return
    if Role.ADMIN in roles_named(user):
        _not_last_admin(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    Invitation.objects.filter(user=user, used_at=None).update(until=at)
    sign_ins.end_all(user_id=user.pk, why="disabled", at=at)
    log.write(what="disabled", about=name, by=by, at=at)


@transaction.atomic
def enable(*, name: str, by: str, at: datetime) -> None:
    """Open a closed account again, with the roles that it had."""
    user = find(name)
    _not_own(user, by)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        log.write(what="enabled", about=name, by=by, at=at)


@transaction.atomic
def reset_second_step(*, name: str, by: str, at: datetime) -> None:
    """Remove a lost second step and end the sign-ins; the next sign-in sets a new one up."""
    user = find(name)
    _not_own(user, by)
    CodeApp.objects.filter(user=user).delete()
    Passkey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    sign_ins.end_all(user_id=user.pk, why="second_step", at=at)
    log.write(what="second_step_reset", about=name, by=by, at=at)


def invited(*, token: str, at: datetime) -> User:
    """Return whose link this is; raise `InvitationOver`."""
    row = (
        Invitation.objects.select_related("user")
        .filter(token_hash=_hash(token), used_at=None, until__gt=at, user__is_active=True)
        .first()
    )
    if row is None:
        raise InvitationOver
    return row.user


@transaction.atomic
def start(*, token: str, password: str, at: datetime) -> User:
    """Set the first (or a new) password by a link, which opens nothing afterwards."""
    user = invited(token=token, at=at)
    _set(user, password, at)
    if not Invitation.objects.filter(token_hash=_hash(token), used_at=None).update(used_at=at):
        raise InvitationOver
    sign_ins.end_all(user_id=user.pk, why="password", at=at)
    return user


@transaction.atomic
def change_password(*, user: User, password: str, at: datetime, here: int | None) -> None:
    """Set a new password and end every other sign-in of the account."""
    _set(user, password, at)
    sign_ins.end_all(user_id=user.pk, why="password", at=at, but=here)


def find(name: str) -> User:
    """Return an account by its name; raise `NoSuchAccount`."""
    user = User.objects.filter(username=name).first()
    if user is None:
        raise NoSuchAccount
    return user


def roles_named(user: User) -> frozenset[Role]:
    """Return the roles as they are stored now."""
    names = set(user.groups.values_list("name", flat=True))
    return frozenset(role for role in Role if role.value in names)


def toxic(roles: Iterable[Role]) -> tuple[frozenset[Role], ...]:
    """Return the pairs among these roles that should not be one person's."""
    mine = frozenset(roles)
    return tuple(pair for pair in TOXIC if pair <= mine)


def _set(user: User, password: str, at: datetime) -> None:
    try:
        validate_password(password, user)
    except ValidationError:
        raise PasswordWeak from None
    user.set_password(password)
    user.save(update_fields=["password"])
    log.write(what="password_set", about=user.username, by=user.username, at=at)


def _link(user: User, *, by: str, at: datetime) -> str:
    token = secrets.token_urlsafe(24)
    Invitation.objects.filter(user=user, used_at=None).update(until=at)
    Invitation.objects.create(
        user=user, token_hash=_hash(token), by=by, made_at=at, until=at + LINK_LASTS
    )
    return token


def _hash(token: str) -> str:
    return keyed_digest(token.encode(), purpose="account:link").hex()


def _roles(names: Iterable[str]) -> frozenset[Role]:
    try:
        return frozenset(Role(name) for name in names)
    except ValueError:
        raise RoleUnknown from None


def _names(roles: Iterable[Role]) -> list[str]:
    return sorted(role.value for role in roles)


def _not_own(user: User, by: str) -> None:
    if user.username == by:
        raise OwnAccount


def _not_last_admin(user: User) -> None:
    """Refuse to leave nobody; the group's row is locked, so that two cannot remove each other."""
    Group.objects.select_for_update().filter(name=Role.ADMIN.value).first()
    others = User.objects.filter(groups__name=Role.ADMIN.value, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise LastAdmin
