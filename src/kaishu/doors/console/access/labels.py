"""Closed codes of this area in the words of staff: roles, what happened to an account, fields."""

from __future__ import annotations

from django.utils.translation import pgettext

from kaishu.base.roles import Role

WORDS = {
    "role.manager": "recall manager",
    "role.operator": "hotline",
    "role.reviewer": "reviewer",
    "role.approver": "approver of payments",
    "role.finance": "finance",
    "role.collector": "depot",
    "role.recycler": "recycler",
    "role.auditor": "auditor",
    "role.regulator": "regulator",
    "role.admin": "administrator",
    "does.manager": "drafts and publishes recalls, steers, decides claims",
    "does.operator": "files claims for callers, calls owners, sends kits",
    "does.reviewer": "judges evidence, decides claims, sends kits",
    "does.approver": "approves the payments that somebody else proposed",
    "does.finance": "proposes payments, reads their results",
    "does.collector": "scans parcels and packs containers at one site",
    "does.recycler": "certifies what was disposed of",
    "does.auditor": "reads everything, changes nothing, watches who looked at what",
    "does.regulator": "reads the figures of recalls, no person's details",
    "does.admin": "invites staff, gives roles, resets second steps",
    "event.signed_in": "signed in",
    "event.invited": "got a link to set a password",
    "event.password_set": "set a password",
    "event.roles_changed": "roles changed",
    "event.disabled": "account disabled",
    "event.enabled": "account enabled",
    "event.code_app_added": "added an app",
    "event.code_app_removed": "removed the app",
    "event.passkey_added": "added a passkey",
    "event.passkey_removed": "removed a passkey",
    "event.recovery_codes_made": "made recovery codes",
    "event.recovery_code_used": "used a recovery code",
    "event.second_step_reset": "second step reset",
    "event.sign_ins_ended": "ended other sign-ins",
    "step.": "password alone",
    "step.code": "authenticator app",
    "step.passkey": "passkey",
    "step.recovery": "recovery code",
    "field.contact": "all details",
    "field.name": "the name",
    "field.name_kana": "the kana",
    "field.email": "the mail address",
    "field.phone": "the telephone number",
    "field.address": "the address",
    "field.file": "one file",
    "mark.many": "more looks in a day than work needs",
    "mark.much_more": "far more looks than in the weeks before",
    "mark.nothing_done": "looked at people and did nothing for them",
    "mark.both_sides": "proposed and approved payments",
}


def word(family: str, code: object) -> str:
    """Say a code of a family; a code without a word is shown as it is, never hidden."""
    msgid = WORDS.get(f"{family}.{code}")
    return pgettext("word", msgid) if msgid else str(code)


def roles(found: frozenset[Role] | list[str]) -> list[str]:
    """Say several roles, in the order of the table."""
    names = {str(item) for item in found}
    return [word("role", each.value) for each in Role if each.value in names]
