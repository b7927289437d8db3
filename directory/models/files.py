"""Files have opaque names on the storage; the only way to them is the view at /files/<name>."""

import secrets
from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def opaque_name(instance, filename):
    """A name that tells nothing: what people called the file stays in the database."""
    return secrets.token_urlsafe(24)


class FileRecord(models.Model):
    """A stored file with what a reader needs to know before downloading it.

    Subclasses give a `visible_to(user)` QuerySet verb: the serving view fetches through it.
    """

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
            self.content_type = CONTENT_TYPES.get(
                PurePath(self.original_name).suffix.lower(), "application/octet-stream"
            )
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("file", args=[self.file.name])


# What may be served with its own type; anything else is an opaque download.
CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
