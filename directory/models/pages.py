from django.db import models


class PageVersion(models.Model):
    """One row whose number rises, by database trigger, in every transaction that changes what a
    public page shows. Cached pages carry it in their key, so a change shows at the next request."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_page_version")]

    @classmethod
    def current(cls):
        """The present number; 0 while nothing was ever published."""
        return cls.objects.values_list("version", flat=True).first() or 0


class CatalogueLoad(models.Model):
    """Which catalogue files were loaded last: a start with the same files need not read them."""

    checksum = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        get_latest_by = "loaded_at"
