"""The only way to a stored file: `/files/<opaque name>` asks its owner who may read it."""

import re
from contextlib import suppress
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contributions.models import Attachment
from directory.models import AgreementDocument
from ripess_hub import errors
from workinggroup.models import DocumentFile

# Every model that owns files; each says through `visible_to` who may read. An upper app's is last.
OWNERS = [AgreementDocument, DocumentFile, Attachment]
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Our own names on the storage; whatever else lies there is not ours to remove.
OURS = re.compile(r"[\w-]{32}(_\w{7})?", re.ASCII)
# Files are stored before the row that names them: what nobody names after this time is left over.
LEFT_OVER_AFTER = timedelta(days=1)


@require_safe
def file(request, name):
    """Serve a file to those who may read it; to everybody else it is not there, or no longer."""
    record, public = readable(name, request.user)
    if record is None:
        if Attachment.objects.gone().filter(file=name).exists():
            return errors.gone(request)
        raise Http404(_("There is no such file."))
    etag = f'"{name}"' if public else None
    response = get_conditional_response(request, etag=etag) if public else None
    response = response or whole(record)
    # A shared cache may keep what is public, and asks again each time whether it still is.
    response["Cache-Control"] = "no-cache" if public else "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    # The answer to a request for a part of a file is all of it.
    response["Accept-Ranges"] = "none"
    if public:
        response["ETag"] = etag
    return response


def whole(record):
    """The file to be saved, never to be shown in the page's place."""
    try:
        stream = record.file.open("rb")
    except OSError as error:
        raise Http404(_("There is no such file.")) from error
    name = CONTROL.sub("", record.original_name) or "file"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=record.content_type)


def readable(name, user):
    """`(record, whether everybody may read it)` of the file; `(None, False)` when `user` may not."""
    # What no stored file can be called is not asked of the database.
    if not OURS.fullmatch(name):
        return None, False
    for owner in OWNERS:
        record = owner.objects.visible_to(user).filter(file=name).first()
        if record:
            everybody = owner.objects.visible_to(AnonymousUser())
            return record, user.is_anonymous or everybody.filter(pk=record.pk).exists()
    return None, False


def sweep():
    """Remove stored files that no record names any more; return how many.

    When no record names any file nothing is removed: then the database is being restored.
    """
    named = {name for owner in OWNERS for name in owner.objects.values_list("file", flat=True)}
    removed, oldest = 0, timezone.now() - LEFT_OVER_AFTER
    stored = []
    with suppress(FileNotFoundError):
        stored = default_storage.listdir("")[1] if named else []
    for name in stored:
        if name not in named and OURS.fullmatch(name) and default_storage.get_modified_time(name) < oldest:
            default_storage.delete(name)
            removed += 1
    return removed
