import django.db.models.deletion
from django.db import migrations, models

# The links between challenges and contributions are kept: their table becomes that of the citations.
KEEP_LINKS = """
ALTER TABLE contributions_challenge_contributions RENAME TO contributions_citation;
DO $$
DECLARE
    once name;
BEGIN
    SELECT conname INTO STRICT once FROM pg_constraint
    WHERE conrelid = 'contributions_citation'::regclass AND contype = 'u';
    EXECUTE format('ALTER TABLE contributions_citation RENAME CONSTRAINT %I TO citation_once', once);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("contributions", "0004_page_version_of_parts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    KEEP_LINKS,
                    "ALTER TABLE contributions_citation RENAME TO contributions_challenge_contributions",
                )
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Citation",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("challenge", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="citations", to="contributions.challenge", verbose_name="challenge")),
                        ("contribution", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="citations", to="contributions.contribution", verbose_name="contribution")),
                    ],
                    options={
                        "verbose_name": "citation",
                        "verbose_name_plural": "citations",
                        "constraints": [models.UniqueConstraint(fields=("challenge", "contribution"), name="citation_once", violation_error_message="The challenge cites this contribution already.")],
                    },
                ),
                migrations.AlterField(
                    model_name="challenge",
                    name="contributions",
                    field=models.ManyToManyField(blank=True, related_name="challenges", through="contributions.Citation", to="contributions.contribution", verbose_name="contributions"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="citation",
            name="quote",
            field=models.TextField(default="", help_text="Word for word from the contribution; “[…]” stands for what is left out.", verbose_name="passage quoted"),
        ),
        migrations.AddField(
            model_name="citation",
            name="position",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="position"),
        ),
        migrations.AlterModelOptions(
            name="citation",
            options={"ordering": ["position", "pk"], "verbose_name": "citation", "verbose_name_plural": "citations"},
        ),
    ]
