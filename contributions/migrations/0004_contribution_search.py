"""Search columns of contributions, one per configuration, and the normalised title."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models
from django.db.models.functions import Left

from directory.search_fields import HubSort


def search_column(config):
    return models.GeneratedField(
        expression=SearchVector("title", weight="A", config=config)
        + SearchVector("summary", "author_name", weight="B", config=config)
        + SearchVector(Left("text", 200_000), weight="C", config=config),
        output_field=SearchVectorField(),
        db_persist=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0003_page_version"),
        ("directory", "0003_derived_columns"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="contribution",
            name="update_update",
        ),
        migrations.AddField(
            model_name="contribution",
            name="names_text",
            field=models.GeneratedField(
                db_persist=True, expression=HubSort("title"), output_field=models.TextField()
            ),
        ),
        *(
            migrations.AddField("contribution", f"search_{code}", search_column(f"hub_{code}"))
            for code in ("es", "fr", "en")
        ),
        *(
            migrations.AddIndex(
                "contribution", GinIndex(fields=[f"search_{code}"], name=f"contribution_search_{code}")
            )
            for code in ("es", "fr", "en")
        ),
        migrations.AddIndex(
            "contribution", models.Index(fields=["state", "-published_at"], name="contribution_latest")
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contribution",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."author_name" IS DISTINCT FROM (NEW."author_name") OR OLD."call_id" IS DISTINCT FROM (NEW."call_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."illustrative" IS DISTINCT FROM (NEW."illustrative") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at"))',
                    func='INSERT INTO "contributions_contributionhistory" ("author_id", "author_name", "call_id", "created_at", "id", "illustrative", "kind", "language", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "reference", "state", "summary", "text", "title", "updated_at") VALUES (NEW."author_id", NEW."author_name", NEW."call_id", NEW."created_at", NEW."id", NEW."illustrative", NEW."kind", NEW."language", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."published_at", NEW."reference", NEW."state", NEW."summary", NEW."text", NEW."title", NEW."updated_at"); RETURN NULL;',
                    hash="f67ab1b36962062b8e4b8d4573345f8ff74e41a3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7e9f1",
                    table="contributions_contribution",
                    when="AFTER",
                ),
            ),
        ),
    ]
