"""A signed-in person's own pages, and the local mail of the demonstration."""

import email
import email.policy
from pathlib import Path

from allauth.account.views import logout
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import translate_url
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.forms import LettersForm, ProfileForm
from accounts.letters import read_stop_token
from accounts.models import User

MOST_MAIL = 50


@never_cache
@login_required
def home(request):
    return render(request, "accounts/home.html")


@never_cache
@login_required
def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with override(user.language):
            messages.success(request, _("Your settings are saved."))
        return redirect(translate_url(request.path.replace("/settings/", "/"), user.language))
    return render(request, "accounts/settings.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@login_required
def letters(request):
    """Which kinds of letters the person gets."""
    form = LettersForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your settings are saved."))
        return redirect("account_letters")
    return render(request, "accounts/letters.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mail(request, token):
    """Stop letters of one kind by the address in the letter, without signing in. Mail programs POST to
    it by themselves (RFC 8058), so the token alone decides; reading the page changes nothing."""
    found = read_stop_token(token)
    if found is None:
        raise Http404
    key, kind = found
    user = User.objects.filter(pk=key).first()
    if request.method == "POST" and user:
        user.switch_mail(kind, request.POST.get("do") == "again")
    # To somebody who has left nothing is sent any more.
    stopped = user is None or not user.wants(kind)
    return render(request, "accounts/stop_mail.html", {"kind": kind.label, "stopped": stopped, "known": user})


def sign_out(request):
    """Sign out, or break off a sign-in that waits for a code, and leave no cookie of it behind: with a
    session cookie every page would be computed anew for this browser."""
    response = logout(request)
    if request.method == "POST":
        request.session.flush()
    return response


@never_cache
def local_mail(request):
    """The mail the demonstration has sent, newest first: nobody needs a mail server to try it."""
    if not settings.DEMO:
        raise Http404
    found = []
    files = Path(settings.DATA_DIR, "mail").glob("*.log")
    # Their names tell the second only.
    for path in sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True)[:MOST_MAIL]:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        found.append(
            {
                "to": message["To"],
                "subject": message["Subject"],
                "date": message["Date"],
                "text": body.get_content() if body else "",
            }
        )
    return render(request, "accounts/local_mail.html", {"mail": found})
