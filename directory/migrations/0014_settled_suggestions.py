from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

BEFORE, NOW = "suggestion_handled_when_not_new", "suggestion_settled_when_not_new"


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0013_orders_of_agreements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("suggestion", BEFORE),
        migrations.RenameField("suggestion", "handled_at", "settled_at"),
        migrations.RenameField("suggestion", "handled_by", "settled_by"),
        migrations.AlterField(
            "suggestion", "settled_at", models.DateTimeField(null=True, verbose_name="settled")
        ),
        migrations.AlterField(
            "suggestion",
            "settled_by",
            models.ForeignKey(
                settings.AUTH_USER_MODEL,
                models.SET_NULL,
                null=True,
                related_name="+",
                verbose_name="settled by",
            ),
        ),
        migrations.AddConstraint(
            "suggestion",
            models.CheckConstraint(
                condition=Q(state="new", settled_at=None)
                | (~Q(state="new") & Q(settled_at__isnull=False)),
                name=NOW,
            ),
        ),
    ]
