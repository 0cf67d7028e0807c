"""What can go wrong on the way in."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class SignInAgain(Refusal):
    """Show once more that it is you; the last proof is too old for this."""

    code = "sign_in_again"


class CodeWrong(Refusal):
    """This code does not fit."""

    code = "second_step_code_wrong"


class CodeUsed(Refusal):
    """This code was used already; the next one comes within half a minute."""

    code = "second_step_code_used"


class TooManyCodes(Refusal):
    """Too many wrong codes; wait before the next."""

    code = "second_step_too_many"


class PasswordWrong(Refusal):
    """This is not the password of this account."""

    code = "password_wrong"


class PasskeyWrong(Refusal):
    """This passkey was not accepted."""

    code = "passkey_wrong"


class PasskeyTaken(Refusal):
    """This passkey is registered already."""

    code = "passkey_taken"


class NoChallenge(Refusal):
    """The page was open too long; load it again."""

    code = "passkey_page_old"


class LastStep(Refusal):
    """The last second step of a role that needs one stays."""

    code = "second_step_last"


class AccountName(Refusal):
    """A user name has 2 to 40 letters, digits, dots or hyphens."""

    code = "staff_account_name"


class AccountTaken(Refusal):
    """This user name is taken."""

    code = "staff_account_taken"


class NoSuchAccount(Refusal):
    """There is no account of this name."""

    code = "staff_account_unknown"


class OwnAccount(Refusal):
    """Nobody changes the rights of their own account."""

    code = "staff_account_own"


class LastAdmin(Refusal):
    """One administrator at least stays."""

    code = "staff_account_last_admin"


class RoleUnknown(Refusal):
    """There is no such role."""

    code = "role_unknown"


class InvitationOver(Refusal):
    """This link was used or is too old."""

    code = "invitation_over"


class PasswordWeak(Refusal):
    """This password is too easy to guess."""

    code = "password_weak"
