"""How the sign-in library checks addresses and sends its mails: through our own outbox."""

from __future__ import annotations

from typing import Any

from email_validator import validate_email
from flask_babel import get_locale
from flask_security.mail_util import EmailValidateException, MailUtil
from flask_security.utils import get_message

from fundflow.notify import service as notify


def normalised(email: str) -> str:
    """An address in its normal form; raises ValueError when it cannot be one. Nothing is looked up."""
    return validate_email(email.strip(), check_deliverability=False).normalized


class Mailing(MailUtil):
    """Sends by notify, in the transaction of the request; never asks the network about an address."""

    def send_mail(  # noqa: PLR0917 - as in the base class
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],  # noqa: ARG002 - the office's address is a setting
        body: str | None,
        html: str | None,  # noqa: ARG002 - mails are plain text
        **kwargs: Any,
    ) -> None:
        user = kwargs.get("user")
        notify.send(
            to_address=recipient if isinstance(recipient, str) else recipient[1],
            to_user_id=user.id if user is not None else None,
            subject=str(subject),
            body=(body or "").strip() + "\n",
            language=str(get_locale() or "en"),
            kind=template.rsplit("/", 1)[-1],
            keep_body=False,  # its link lets its reader in
        )

    def normalize(self, email: str) -> str:
        try:
            return normalised(email)
        except ValueError:
            raise EmailValidateException(get_message("INVALID_EMAIL_ADDRESS")[0]) from None

    def validate(self, email: str) -> str:
        return self.normalize(email)
