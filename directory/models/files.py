"""Files have opaque names on the storage; the only way to them is the view at /files/<name>."""

import secrets
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.inspection import ALLOWED, Refused, inspect


def opaque_name(instance, filename):
    """A name that tells nothing: what people called the file stays in the database."""
    return secrets.token_urlsafe(24)


class FileRecord(models.Model):
    """A stored file with what a reader needs to know before downloading it.

    Subclasses give a `visible_to(user)` QuerySet verb: the serving view fetches through it. A newly chosen
    file is inspected by `clean`, and so by every model form.
    """

    # What staff may upload; a subclass may have another limit, or a property.
    most_bytes = 25_000_000

    file = models.FileField(_("file"), upload_to=opaque_name, max_length=100, unique=True)
    original_name = models.CharField(_("file name"), max_length=255, editable=False)
    content_type = models.CharField(_("type"), max_length=100, editable=False)
    size = models.PositiveBigIntegerField(_("size"), editable=False, help_text=_("In bytes."))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        """Keep the name, size and type of a newly chosen file before it gets its opaque name."""
        if self.file and not self.file._committed:
            self.original_name = PurePath(self.file.name).name[:255]
            self.size = self.file.size
            extension = PurePath(self.original_name).suffix.lower().lstrip(".")
            # Anything else is an opaque download.
            self.content_type = ALLOWED.get(extension, "application/octet-stream")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("file", args=[self.file.name])

    def clean(self):
        """Inspect a newly chosen file, and go on with its cleaned name and content."""
        super().clean()
        if not self.file or self.file._committed:
            return
        try:
            found = inspect(self.file.file, self.file.name, most_bytes=self.most_bytes)
        except Refused as refused:
            raise ValidationError({"file": str(refused)}) from refused
        self.file = File(found.content or self.file.file, name=found.name)
