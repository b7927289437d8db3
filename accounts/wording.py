"""Sentences of the library of sign-in pages that the hub words itself, formally and in the words of its
other pages. The project's translations come before a library's; naming them here keeps them in the
catalogues of messages.
"""

from django.utils.translation import gettext_lazy as _

OURS = [
    _("Add Email"),
    _("Add Email Address"),
    _("Already have an account? Then please %(link)ssign in%(end_link)s."),
    _("Are you sure you want to sign out?"),
    _("A sign-in code has been sent to %(recipient)s."),
    _("Be patient, you are sending too many requests."),
    _("Confirmation email sent to %(email)s."),
    _("Download codes"),
    _("Email address"),
    _("Email Addresses"),
    _("Enter Email Verification Code"),
    _("Enter Password Reset Code"),
    _("Enter Sign-In Code"),
    _(
        "Forgotten your password? Enter your email address below, and we'll send you an email allowing you to reset it."
    ),
    _("Invalid login."),
    _("Password Reset"),
    _("Please reauthenticate to safeguard your account."),
    _("Re-send Verification"),
    _("Request Code"),
    _("Request new code"),
    _("Send me a sign-in code"),
    _("Sign Up"),
    _("The following email addresses are associated with your account:"),
    _("View"),
    _("We've sent a code to %(recipient)s. The code expires shortly, so please enter it soon."),
    _("You cannot generate recovery codes without having two-factor authentication enabled."),
    _("You will receive a special code for a password-free sign-in."),
    _("Your account is protected by two-factor authentication. Please enter an authenticator code:"),
]
