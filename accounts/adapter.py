"""allauth's mail goes through the outbox, in the language of the person."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import get_language

from accounts.models import OutgoingMail

# allauth's template prefix -> ours; those with a code are erased once sent.
TEMPLATES = {
    "account/email/email_confirmation": ("confirm_email", True),
    "account/email/email_confirmation_signup": ("confirm_email", True),
    "account/email/login_code": ("sign_in_code", True),
    "account/email/password_reset_code": ("reset_code", True),
    "account/email/password_reset_key": ("reset_link", True),
    "account/email/unknown_account": ("unknown_account", False),
    "account/email/account_already_exists": ("account_exists", False),
}


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix, email, context):
        """Write the mail to the outbox; notices without a template of ours say what happened."""
        template, holds_code = TEMPLATES.get(template_prefix, ("notice", False))
        user = context.get("user") or get_user_model().objects.filter(email=email.lower()).first()
        language = user.language if user and user.pk else get_language()
        OutgoingMail.objects.put(
            email,
            template,
            {**context, "notice": template_prefix.rsplit("/", 1)[-1]},
            language=language,
            user=user if user and user.pk else None,
            holds_code=holds_code,
        )

    def save_user(self, request, user, form, commit=True):
        user.language = get_language()
        return super().save_user(request, user, form, commit=commit)

    def get_logout_redirect_url(self, request):
        """Home, in the language the person was reading."""
        return reverse("home")

    def populate_username(self, request, user):
        """People have no user name here."""
