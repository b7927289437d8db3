"""What the site itself keeps."""

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import JSONField
from django.utils.translation import gettext_lazy as _


class Dump(models.Model):
    """A complete copy of what is published, in every format; made at night, kept on the storage."""

    made_at = models.DateTimeField(_("made"))
    # The page version it shows: while it stands, nothing published has changed.
    version = models.BigIntegerField(_("page version"))
    file = models.CharField(_("file"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("In bytes."))
    sha256 = models.CharField("SHA-256", max_length=64)
    # The keys of the records in it, by list: what is withdrawn since is known by them.
    keys = JSONField(default=dict)

    class Meta:
        verbose_name = _("dump")
        verbose_name_plural = _("dumps")
        get_latest_by = "made_at"

    def __str__(self):
        return self.file

    def open(self):
        return default_storage.open(self.file, "rb")

    def remove(self):
        """Take the file from the storage, then forget it."""
        default_storage.delete(self.file)
        self.delete()
