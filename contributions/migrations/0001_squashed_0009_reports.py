"""Contributions, from nothing in one step: what the migrations it replaces add up to, in a quarter of their
time. They stay for databases that have begun with them, and for their SQL, which is used from there."""

from importlib import import_module

import contributions.models.contributions
import contributions.models.parts
import contributions.models.steps
import directory.models.files
import directory.search_fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import uuid
import workinggroup.models.clock
from django.conf import settings
from django.db import migrations, models


def earlier(name):
    return import_module(f"contributions.migrations.{name}")


def sql_of(name):
    return [one for one in earlier(name).Migration.operations if isinstance(one, migrations.RunSQL)]


def install_triggers(apps, schema_editor):
    """All at once: Django renders the models anew for every operation that adds one."""
    for model in apps.get_app_config("contributions").get_models():
        for trigger in getattr(model._meta, "triggers", ()):
            schema_editor.execute(trigger.install_sql, params=None)


# The table of the links between challenges and contributions had another name when this was written.
WATCH = earlier("0002_page_version").WATCH.replace("contributions_challenge_contributions", "contributions_citation")


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ('contributions', '0001_initial'),
        ('contributions', '0002_page_version'),
        ('contributions', '0003_drafts_versions_steps'),
        ('contributions', '0004_page_version_of_parts'),
        ('contributions', '0005_citations'),
        ('contributions', '0006_draft_without_reminder'),
        ('contributions', '0007_moderation'),
        ('contributions', '0008_search_what_is_published'),
        ('contributions', '0009_reports'),
    ]

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('directory', '0001_squashed_0008_merged_organisations'),
        ('workinggroup', '0001_squashed_0008_announced_meetings'),
    ]

    operations = [
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(default=contributions.models.contributions.new_reference, editable=False, max_length=20, unique=True, verbose_name='reference')),
                ('state', models.CharField(choices=[('received', 'Received'), ('returned', 'Returned for changes'), ('published', 'Published'), ('declined', 'Declined'), ('unpublished', 'Unpublished'), ('withdrawn', 'Withdrawn')], default='received', max_length=20, verbose_name='state')),
                ('kind', models.CharField(choices=[('experience', 'Experience'), ('analysis', 'Analysis'), ('proposal', 'Proposal')], max_length=20, verbose_name='kind')),
                ('language', models.CharField(choices=[('es', 'Spanish'), ('fr', 'French'), ('en', 'English')], max_length=5, verbose_name='language')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('summary', models.TextField(blank=True, verbose_name='summary')),
                ('text', models.TextField(help_text='Markdown.', verbose_name='text')),
                ('author_name', models.CharField(blank=True, max_length=150, verbose_name='name shown')),
                ('links', django.contrib.postgres.fields.ArrayField(base_field=models.URLField(max_length=500), blank=True, default=list, size=None, verbose_name='links')),
                ('answers', models.JSONField(blank=True, default=dict, verbose_name='answers')),
                ('licence', models.CharField(choices=[('CC-BY-SA-4.0', 'CC BY-SA 4.0: attribution, same licence'), ('CC-BY-4.0', 'CC BY 4.0: attribution'), ('CC-BY-NC-SA-4.0', 'CC BY-NC-SA 4.0: attribution, not commercial, same licence'), ('CC0-1.0', 'CC0 1.0: no rights reserved')], default='CC-BY-SA-4.0', max_length=20, verbose_name='licence')),
                ('consented_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='consent given')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('late', models.BooleanField(default=False, editable=False, help_text='Submitted after the closing instant.', verbose_name='late')),
                ('received_at', models.DateTimeField(db_default=workinggroup.models.clock.HubNow(), editable=False, verbose_name='received')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first decided')),
                ('edit_until', models.DateTimeField(blank=True, editable=False, help_text='Until when the author may send the changes asked for.', null=True, verbose_name='changes until')),
                ('withdrawn_from', models.CharField(blank=True, editable=False, max_length=20)),
                ('illustrative', models.BooleanField(default=False, help_text='Shows how the hub works; nobody sent it.', verbose_name='demonstration')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('search_es', models.GeneratedField(db_persist=True, expression=models.Case(models.When(state='published', then=django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.SearchVector('title', config='hub_es', weight='A'), '||', django.contrib.postgres.search.SearchVector('summary', 'author_name', config='hub_es', weight='B'), django.contrib.postgres.search.SearchConfig('hub_es')), '||', django.contrib.postgres.search.SearchVector(django.db.models.functions.text.Left('text', 200000), config='hub_es', weight='C'), django.contrib.postgres.search.SearchConfig('hub_es')))), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('search_fr', models.GeneratedField(db_persist=True, expression=models.Case(models.When(state='published', then=django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.SearchVector('title', config='hub_fr', weight='A'), '||', django.contrib.postgres.search.SearchVector('summary', 'author_name', config='hub_fr', weight='B'), django.contrib.postgres.search.SearchConfig('hub_fr')), '||', django.contrib.postgres.search.SearchVector(django.db.models.functions.text.Left('text', 200000), config='hub_fr', weight='C'), django.contrib.postgres.search.SearchConfig('hub_fr')))), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('search_en', models.GeneratedField(db_persist=True, expression=models.Case(models.When(state='published', then=django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.SearchVector('title', config='hub_en', weight='A'), '||', django.contrib.postgres.search.SearchVector('summary', 'author_name', config='hub_en', weight='B'), django.contrib.postgres.search.SearchConfig('hub_en')), '||', django.contrib.postgres.search.SearchVector(django.db.models.functions.text.Left('text', 200000), config='hub_en', weight='C'), django.contrib.postgres.search.SearchConfig('hub_en')))), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('sort_es', models.GeneratedField(db_persist=True, expression=directory.search_fields.HubSort('title'), output_field=models.TextField())),
                ('sort_fr', models.GeneratedField(db_persist=True, expression=directory.search_fields.HubSort('title'), output_field=models.TextField())),
                ('sort_en', models.GeneratedField(db_persist=True, expression=directory.search_fields.HubSort('title'), output_field=models.TextField())),
                ('agreements', models.ManyToManyField(blank=True, related_name='+', to='directory.agreement', verbose_name='agreements it speaks of')),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workinggroup.call', verbose_name='call for contributions')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='directory.organisation', verbose_name='on behalf of')),
                ('regions', models.ManyToManyField(blank=True, related_name='+', to='directory.region', verbose_name='regions it speaks of')),
                ('sectors', models.ManyToManyField(blank=True, related_name='+', to='directory.sector', verbose_name='sectors it speaks of')),
            ],
            options={
                'verbose_name': 'contribution',
                'verbose_name_plural': 'contributions',
                'ordering': ['-published_at', 'reference'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_es'], name='contribution_search_es'), django.contrib.postgres.indexes.GinIndex(fields=['search_fr'], name='contribution_search_fr'), django.contrib.postgres.indexes.GinIndex(fields=['search_en'], name='contribution_search_en'), models.Index(fields=['state', '-published_at'], name='contribution_latest'), models.Index(fields=['state', 'received_at'], name='contribution_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='contribution_published_at', violation_error_message='A published contribution has an instant of publication.')],
                'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contributions_contributionhistory" ("answers", "author_id", "author_name", "call_id", "consented_at", "created_at", "decided_at", "edit_until", "id", "illustrative", "kind", "language", "late", "licence", "links", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "received_at", "reference", "state", "summary", "text", "title", "updated_at", "version", "withdrawn_from") VALUES (NEW."answers", NEW."author_id", NEW."author_name", NEW."call_id", NEW."consented_at", NEW."created_at", NEW."decided_at", NEW."edit_until", NEW."id", NEW."illustrative", NEW."kind", NEW."language", NEW."late", NEW."licence", NEW."links", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."published_at", NEW."received_at", NEW."reference", NEW."state", NEW."summary", NEW."text", NEW."title", NEW."updated_at", NEW."version", NEW."withdrawn_from"); RETURN NULL;', hash='947e0ecb6fd1a9a78774c4124f248ce8ef69678f', operation='INSERT', pgid='pgtrigger_insert_insert_09966', table='contributions_contribution', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answers" IS DISTINCT FROM (NEW."answers") OR OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."author_name" IS DISTINCT FROM (NEW."author_name") OR OLD."call_id" IS DISTINCT FROM (NEW."call_id") OR OLD."consented_at" IS DISTINCT FROM (NEW."consented_at") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."edit_until" IS DISTINCT FROM (NEW."edit_until") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."illustrative" IS DISTINCT FROM (NEW."illustrative") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."late" IS DISTINCT FROM (NEW."late") OR OLD."licence" IS DISTINCT FROM (NEW."licence") OR OLD."links" IS DISTINCT FROM (NEW."links") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."withdrawn_from" IS DISTINCT FROM (NEW."withdrawn_from"))', func='INSERT INTO "contributions_contributionhistory" ("answers", "author_id", "author_name", "call_id", "consented_at", "created_at", "decided_at", "edit_until", "id", "illustrative", "kind", "language", "late", "licence", "links", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "received_at", "reference", "state", "summary", "text", "title", "updated_at", "version", "withdrawn_from") VALUES (NEW."answers", NEW."author_id", NEW."author_name", NEW."call_id", NEW."consented_at", NEW."created_at", NEW."decided_at", NEW."edit_until", NEW."id", NEW."illustrative", NEW."kind", NEW."language", NEW."late", NEW."licence", NEW."links", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."published_at", NEW."received_at", NEW."reference", NEW."state", NEW."summary", NEW."text", NEW."title", NEW."updated_at", NEW."version", NEW."withdrawn_from"); RETURN NULL;', hash='e0e4ed1ccae2d4e3b9a7f26f82f9e34a7ab2f43e', operation='UPDATE', pgid='pgtrigger_update_update_7e9f1', table='contributions_contribution', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contributions_contributionhistory" ("answers", "author_id", "author_name", "call_id", "consented_at", "created_at", "decided_at", "edit_until", "id", "illustrative", "kind", "language", "late", "licence", "links", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "received_at", "reference", "state", "summary", "text", "title", "updated_at", "version", "withdrawn_from") VALUES (OLD."answers", OLD."author_id", OLD."author_name", OLD."call_id", OLD."consented_at", OLD."created_at", OLD."decided_at", OLD."edit_until", OLD."id", OLD."illustrative", OLD."kind", OLD."language", OLD."late", OLD."licence", OLD."links", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."published_at", OLD."received_at", OLD."reference", OLD."state", OLD."summary", OLD."text", OLD."title", OLD."updated_at", OLD."version", OLD."withdrawn_from"); RETURN NULL;', hash='c136baf6a5d31346d36c7085cf0e92ab4ecdce1e', operation='DELETE', pgid='pgtrigger_delete_delete_2a7bd', table='contributions_contribution', when='AFTER'))],
            },
            bases=(contributions.models.steps.Steps, models.Model),
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('data', models.JSONField(default=dict, verbose_name='as typed')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('earlier', models.JSONField(default=list, editable=False)),
                ('late_at', models.DateTimeField(editable=False, null=True, verbose_name='came late')),
                ('created_at', models.DateTimeField(db_default=workinggroup.models.clock.HubNow(), verbose_name='begun')),
                ('saved_at', models.DateTimeField(db_default=workinggroup.models.clock.HubNow(), verbose_name='saved')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workinggroup.call', verbose_name='call for contributions')),
                ('contribution', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='draft', to='contributions.contribution', verbose_name='contribution')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'draft',
                'verbose_name_plural': 'drafts',
                'ordering': ['-saved_at'],
                'indexes': [models.Index(condition=models.Q(('user', None)), fields=['saved_at'], name='draft_anonymous'), models.Index(condition=models.Q(('late_at__isnull', False)), fields=['call'], name='draft_late')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(unique=True, upload_to=directory.models.files.opaque_name, verbose_name='file')),
                ('original_name', models.CharField(editable=False, max_length=255, verbose_name='file name')),
                ('content_type', models.CharField(editable=False, max_length=100, verbose_name='type')),
                ('size', models.PositiveBigIntegerField(editable=False, help_text='In bytes.', verbose_name='size')),
                ('language', models.CharField(blank=True, choices=[('es', 'Spanish'), ('fr', 'French'), ('en', 'English')], max_length=5, verbose_name='language')),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('removed_at', models.DateTimeField(editable=False, null=True)),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='contributions.draft', verbose_name='draft')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ['pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ChallengeCategory',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False, verbose_name='key')),
                ('label', models.CharField(max_length=150, verbose_name='label')),
                ('label_es', models.CharField(max_length=150, null=True, verbose_name='label')),
                ('label_fr', models.CharField(max_length=150, null=True, verbose_name='label')),
                ('label_en', models.CharField(max_length=150, null=True, verbose_name='label')),
                ('definition', models.TextField(blank=True, verbose_name='definition')),
                ('definition_es', models.TextField(blank=True, null=True, verbose_name='definition')),
                ('definition_fr', models.TextField(blank=True, null=True, verbose_name='definition')),
                ('definition_en', models.TextField(blank=True, null=True, verbose_name='definition')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('mappings', models.JSONField(blank=True, default=dict, verbose_name='mappings')),
                ('loaded', models.JSONField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'category of challenge',
                'verbose_name_plural': 'categories of challenge',
                'ordering': ['position', 'key'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Citation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quote', models.TextField(default='', help_text='Word for word from the contribution; “[…]” stands for what is left out.', verbose_name='passage quoted')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='citations', to='contributions.contribution', verbose_name='contribution')),
            ],
            options={
                'verbose_name': 'citation',
                'verbose_name_plural': 'citations',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Challenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('publication', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='draft', max_length=20, verbose_name='publication')),
                ('slug', models.SlugField(error_messages={'unique': 'Another record has this key already.'}, max_length=120, unique=True, verbose_name='key')),
                ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, help_text='Addresses of the pages consulted, or “general knowledge”.', size=None, verbose_name='sources')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('loaded', models.JSONField(editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('text', models.TextField(verbose_name='text')),
                ('text_es', models.TextField(null=True, verbose_name='text')),
                ('text_fr', models.TextField(null=True, verbose_name='text')),
                ('text_en', models.TextField(null=True, verbose_name='text')),
                ('basis', models.CharField(blank=True, choices=[('founding_text', 'Founding text, in our words'), ('editorial', 'Written by the editors of this catalogue')], max_length=20, verbose_name='basis')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('confidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.confidence', verbose_name='confidence')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workinggroup.workinggroup', verbose_name='working group')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contributions.challengecategory', verbose_name='category')),
                ('contributions', models.ManyToManyField(blank=True, related_name='challenges', through='contributions.Citation', to='contributions.contribution', verbose_name='contributions')),
            ],
            options={
                'verbose_name': 'challenge',
                'verbose_name_plural': 'challenges',
                'ordering': ['position', 'slug'],
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contributions_challengehistory" ("basis", "category_id", "confidence_id", "created_at", "group_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "publication", "slug", "sources", "text", "text_en", "text_es", "text_fr", "updated_at") VALUES (NEW."basis", NEW."category_id", NEW."confidence_id", NEW."created_at", NEW."group_id", NEW."id", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."publication", NEW."slug", NEW."sources", NEW."text", NEW."text_en", NEW."text_es", NEW."text_fr", NEW."updated_at"); RETURN NULL;', hash='690a50ffe89d9a2490c9a72e84f1ec586f4eb5f3', operation='INSERT', pgid='pgtrigger_insert_insert_fa17e', table='contributions_challenge', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."basis" IS DISTINCT FROM (NEW."basis") OR OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."confidence_id" IS DISTINCT FROM (NEW."confidence_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."publication" IS DISTINCT FROM (NEW."publication") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."sources" IS DISTINCT FROM (NEW."sources") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."text_en" IS DISTINCT FROM (NEW."text_en") OR OLD."text_es" IS DISTINCT FROM (NEW."text_es") OR OLD."text_fr" IS DISTINCT FROM (NEW."text_fr") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at"))', func='INSERT INTO "contributions_challengehistory" ("basis", "category_id", "confidence_id", "created_at", "group_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "publication", "slug", "sources", "text", "text_en", "text_es", "text_fr", "updated_at") VALUES (NEW."basis", NEW."category_id", NEW."confidence_id", NEW."created_at", NEW."group_id", NEW."id", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."publication", NEW."slug", NEW."sources", NEW."text", NEW."text_en", NEW."text_es", NEW."text_fr", NEW."updated_at"); RETURN NULL;', hash='df577006a0f2a325f8ef21da4d40ca52bb96d36e', operation='UPDATE', pgid='pgtrigger_update_update_41fc7', table='contributions_challenge', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contributions_challengehistory" ("basis", "category_id", "confidence_id", "created_at", "group_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "publication", "slug", "sources", "text", "text_en", "text_es", "text_fr", "updated_at") VALUES (OLD."basis", OLD."category_id", OLD."confidence_id", OLD."created_at", OLD."group_id", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position", OLD."publication", OLD."slug", OLD."sources", OLD."text", OLD."text_en", OLD."text_es", OLD."text_fr", OLD."updated_at"); RETURN NULL;', hash='ca433e5ff8cd197b834752d662d6680596c6f1e6', operation='DELETE', pgid='pgtrigger_delete_delete_f28bb', table='contributions_challenge', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ChallengeHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('publication', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='draft', max_length=20, verbose_name='publication')),
                ('slug', models.SlugField(db_index=False, error_messages={'unique': 'Another record has this key already.'}, max_length=120, verbose_name='key')),
                ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, help_text='Addresses of the pages consulted, or “general knowledge”.', size=None, verbose_name='sources')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('text', models.TextField(verbose_name='text')),
                ('text_es', models.TextField(null=True, verbose_name='text')),
                ('text_fr', models.TextField(null=True, verbose_name='text')),
                ('text_en', models.TextField(null=True, verbose_name='text')),
                ('basis', models.CharField(blank=True, choices=[('founding_text', 'Founding text, in our words'), ('editorial', 'Written by the editors of this catalogue')], max_length=20, verbose_name='basis')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('category', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contributions.challengecategory', verbose_name='category')),
                ('confidence', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.confidence', verbose_name='confidence')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='workinggroup.workinggroup', verbose_name='working group')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='contributions.challenge')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CoAuthor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('confirmed', 'Confirmed'), ('declined', 'Declined')], default='asked', max_length=10, verbose_name='state')),
                ('token', models.CharField(default=contributions.models.parts.new_token, editable=False, max_length=40, unique=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='co_authors', to='contributions.contribution', verbose_name='contribution')),
            ],
            options={
                'verbose_name': 'co-author',
                'verbose_name_plural': 'co-authors',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('contribution', 'email'), name='co_author_once')],
            },
        ),
        migrations.CreateModel(
            name='ContributionHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('reference', models.CharField(default=contributions.models.contributions.new_reference, editable=False, max_length=20, verbose_name='reference')),
                ('state', models.CharField(choices=[('received', 'Received'), ('returned', 'Returned for changes'), ('published', 'Published'), ('declined', 'Declined'), ('unpublished', 'Unpublished'), ('withdrawn', 'Withdrawn')], default='received', max_length=20, verbose_name='state')),
                ('kind', models.CharField(choices=[('experience', 'Experience'), ('analysis', 'Analysis'), ('proposal', 'Proposal')], max_length=20, verbose_name='kind')),
                ('language', models.CharField(choices=[('es', 'Spanish'), ('fr', 'French'), ('en', 'English')], max_length=5, verbose_name='language')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('summary', models.TextField(blank=True, verbose_name='summary')),
                ('text', models.TextField(help_text='Markdown.', verbose_name='text')),
                ('author_name', models.CharField(blank=True, max_length=150, verbose_name='name shown')),
                ('links', django.contrib.postgres.fields.ArrayField(base_field=models.URLField(max_length=500), blank=True, default=list, size=None, verbose_name='links')),
                ('answers', models.JSONField(blank=True, default=dict, verbose_name='answers')),
                ('licence', models.CharField(choices=[('CC-BY-SA-4.0', 'CC BY-SA 4.0: attribution, same licence'), ('CC-BY-4.0', 'CC BY 4.0: attribution'), ('CC-BY-NC-SA-4.0', 'CC BY-NC-SA 4.0: attribution, not commercial, same licence'), ('CC0-1.0', 'CC0 1.0: no rights reserved')], default='CC-BY-SA-4.0', max_length=20, verbose_name='licence')),
                ('consented_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='consent given')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('late', models.BooleanField(default=False, editable=False, help_text='Submitted after the closing instant.', verbose_name='late')),
                ('received_at', models.DateTimeField(db_default=workinggroup.models.clock.HubNow(), editable=False, verbose_name='received')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first decided')),
                ('edit_until', models.DateTimeField(blank=True, editable=False, help_text='Until when the author may send the changes asked for.', null=True, verbose_name='changes until')),
                ('withdrawn_from', models.CharField(blank=True, editable=False, max_length=20)),
                ('illustrative', models.BooleanField(default=False, help_text='Shows how the hub works; nobody sent it.', verbose_name='demonstration')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('author', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('call', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='workinggroup.call', verbose_name='call for contributions')),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.organisation', verbose_name='on behalf of')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='contributions.contribution')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ContributionTranslation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('publication', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='draft', max_length=20, verbose_name='publication')),
                ('language', models.CharField(choices=[('es', 'Spanish'), ('fr', 'French'), ('en', 'English')], max_length=5, verbose_name='language')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('summary', models.TextField(blank=True, verbose_name='summary')),
                ('text', models.TextField(help_text='Markdown.', verbose_name='text')),
                ('source_version', models.PositiveIntegerField(help_text='The version of the original that this text translates.', verbose_name='version translated')),
                ('translator_name', models.CharField(blank=True, max_length=150, verbose_name='name of the translator')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='translations', to='contributions.contribution', verbose_name='contribution')),
                ('translator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='translated by')),
            ],
            options={
                'verbose_name': 'translation',
                'verbose_name_plural': 'translations',
                'ordering': ['language'],
                'constraints': [models.UniqueConstraint(fields=('contribution', 'language'), name='translation_once', violation_error_message='There is a translation into this language already.')],
                'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contributions_contributiontranslationhistory" ("contribution_id", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "publication", "source_version", "summary", "text", "title", "translator_id", "translator_name", "updated_at") VALUES (NEW."contribution_id", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."publication", NEW."source_version", NEW."summary", NEW."text", NEW."title", NEW."translator_id", NEW."translator_name", NEW."updated_at"); RETURN NULL;', hash='276d070860ec9dd1d8c5cdf8c5eca08a4827966d', operation='INSERT', pgid='pgtrigger_insert_insert_79fa3', table='contributions_contributiontranslation', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contributions_contributiontranslationhistory" ("contribution_id", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "publication", "source_version", "summary", "text", "title", "translator_id", "translator_name", "updated_at") VALUES (NEW."contribution_id", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."publication", NEW."source_version", NEW."summary", NEW."text", NEW."title", NEW."translator_id", NEW."translator_name", NEW."updated_at"); RETURN NULL;', hash='4c5e6c313b619d93ada9022ea692e21b85ab63f5', operation='UPDATE', pgid='pgtrigger_update_update_7232b', table='contributions_contributiontranslation', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contributions_contributiontranslationhistory" ("contribution_id", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "publication", "source_version", "summary", "text", "title", "translator_id", "translator_name", "updated_at") VALUES (OLD."contribution_id", OLD."id", OLD."language", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."publication", OLD."source_version", OLD."summary", OLD."text", OLD."title", OLD."translator_id", OLD."translator_name", OLD."updated_at"); RETURN NULL;', hash='f89626d21eaf81c5d5cca34ab65f89785d28437b', operation='DELETE', pgid='pgtrigger_delete_delete_cf55d', table='contributions_contributiontranslation', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ContributionTranslationHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('publication', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='draft', max_length=20, verbose_name='publication')),
                ('language', models.CharField(choices=[('es', 'Spanish'), ('fr', 'French'), ('en', 'English')], max_length=5, verbose_name='language')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('summary', models.TextField(blank=True, verbose_name='summary')),
                ('text', models.TextField(help_text='Markdown.', verbose_name='text')),
                ('source_version', models.PositiveIntegerField(help_text='The version of the original that this text translates.', verbose_name='version translated')),
                ('translator_name', models.CharField(blank=True, max_length=150, verbose_name='name of the translator')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('contribution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contributions.contribution', verbose_name='contribution')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='contributions.contributiontranslation')),
                ('translator', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='translated by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ContributionVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('summary', models.TextField(blank=True, verbose_name='summary')),
                ('text', models.TextField(verbose_name='text')),
                ('rest', models.JSONField(default=dict, verbose_name='further fields')),
                ('sent_at', models.DateTimeField(db_default=workinggroup.models.clock.HubNow(), verbose_name='sent')),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='contributions.contribution', verbose_name='contribution')),
            ],
            options={
                'verbose_name': 'version',
                'verbose_name_plural': 'versions',
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('contribution', 'number'), name='version_once')],
            },
        ),
        migrations.CreateModel(
            name='GuidelineCategory',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False, verbose_name='key')),
                ('label', models.CharField(max_length=150, verbose_name='label')),
                ('label_es', models.CharField(max_length=150, null=True, verbose_name='label')),
                ('label_fr', models.CharField(max_length=150, null=True, verbose_name='label')),
                ('label_en', models.CharField(max_length=150, null=True, verbose_name='label')),
                ('definition', models.TextField(blank=True, verbose_name='definition')),
                ('definition_es', models.TextField(blank=True, null=True, verbose_name='definition')),
                ('definition_fr', models.TextField(blank=True, null=True, verbose_name='definition')),
                ('definition_en', models.TextField(blank=True, null=True, verbose_name='definition')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('mappings', models.JSONField(blank=True, default=dict, verbose_name='mappings')),
                ('loaded', models.JSONField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'category of guideline',
                'verbose_name_plural': 'categories of guideline',
                'ordering': ['position', 'key'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Guideline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('publication', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='draft', max_length=20, verbose_name='publication')),
                ('slug', models.SlugField(error_messages={'unique': 'Another record has this key already.'}, max_length=120, unique=True, verbose_name='key')),
                ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, help_text='Addresses of the pages consulted, or “general knowledge”.', size=None, verbose_name='sources')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('loaded', models.JSONField(editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('text', models.TextField(verbose_name='text')),
                ('text_es', models.TextField(null=True, verbose_name='text')),
                ('text_fr', models.TextField(null=True, verbose_name='text')),
                ('text_en', models.TextField(null=True, verbose_name='text')),
                ('basis', models.CharField(blank=True, choices=[('founding_text', 'Founding text, in our words'), ('editorial', 'Written by the editors of this catalogue')], max_length=20, verbose_name='basis')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('challenges', models.ManyToManyField(blank=True, related_name='guidelines', to='contributions.challenge', verbose_name='challenges')),
                ('confidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.confidence', verbose_name='confidence')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workinggroup.workinggroup', verbose_name='working group')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contributions.guidelinecategory', verbose_name='category')),
            ],
            options={
                'verbose_name': 'guideline',
                'verbose_name_plural': 'guidelines',
                'ordering': ['position', 'slug'],
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contributions_guidelinehistory" ("basis", "category_id", "confidence_id", "created_at", "group_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "publication", "slug", "sources", "text", "text_en", "text_es", "text_fr", "updated_at") VALUES (NEW."basis", NEW."category_id", NEW."confidence_id", NEW."created_at", NEW."group_id", NEW."id", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."publication", NEW."slug", NEW."sources", NEW."text", NEW."text_en", NEW."text_es", NEW."text_fr", NEW."updated_at"); RETURN NULL;', hash='3fff4ed1e256a5b97506ea9b49e6113ac270510c', operation='INSERT', pgid='pgtrigger_insert_insert_136b0', table='contributions_guideline', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."basis" IS DISTINCT FROM (NEW."basis") OR OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."confidence_id" IS DISTINCT FROM (NEW."confidence_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."publication" IS DISTINCT FROM (NEW."publication") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."sources" IS DISTINCT FROM (NEW."sources") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."text_en" IS DISTINCT FROM (NEW."text_en") OR OLD."text_es" IS DISTINCT FROM (NEW."text_es") OR OLD."text_fr" IS DISTINCT FROM (NEW."text_fr") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at"))', func='INSERT INTO "contributions_guidelinehistory" ("basis", "category_id", "confidence_id", "created_at", "group_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "publication", "slug", "sources", "text", "text_en", "text_es", "text_fr", "updated_at") VALUES (NEW."basis", NEW."category_id", NEW."confidence_id", NEW."created_at", NEW."group_id", NEW."id", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."publication", NEW."slug", NEW."sources", NEW."text", NEW."text_en", NEW."text_es", NEW."text_fr", NEW."updated_at"); RETURN NULL;', hash='b64322997cec3a916d72387b226d228ce2cd9326', operation='UPDATE', pgid='pgtrigger_update_update_5f25a', table='contributions_guideline', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contributions_guidelinehistory" ("basis", "category_id", "confidence_id", "created_at", "group_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "publication", "slug", "sources", "text", "text_en", "text_es", "text_fr", "updated_at") VALUES (OLD."basis", OLD."category_id", OLD."confidence_id", OLD."created_at", OLD."group_id", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position", OLD."publication", OLD."slug", OLD."sources", OLD."text", OLD."text_en", OLD."text_es", OLD."text_fr", OLD."updated_at"); RETURN NULL;', hash='c8c1a7e725ddb69b35cc7ed770957e7c2fd0c182', operation='DELETE', pgid='pgtrigger_delete_delete_e5245', table='contributions_guideline', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='GuidelineHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('publication', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='draft', max_length=20, verbose_name='publication')),
                ('slug', models.SlugField(db_index=False, error_messages={'unique': 'Another record has this key already.'}, max_length=120, verbose_name='key')),
                ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, help_text='Addresses of the pages consulted, or “general knowledge”.', size=None, verbose_name='sources')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('text', models.TextField(verbose_name='text')),
                ('text_es', models.TextField(null=True, verbose_name='text')),
                ('text_fr', models.TextField(null=True, verbose_name='text')),
                ('text_en', models.TextField(null=True, verbose_name='text')),
                ('basis', models.CharField(blank=True, choices=[('founding_text', 'Founding text, in our words'), ('editorial', 'Written by the editors of this catalogue')], max_length=20, verbose_name='basis')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('category', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contributions.guidelinecategory', verbose_name='category')),
                ('confidence', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.confidence', verbose_name='confidence')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='workinggroup.workinggroup', verbose_name='working group')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='contributions.guideline')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('at', models.DateTimeField(db_default=workinggroup.models.clock.HubNow(), verbose_name='at')),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='contributions.contribution', verbose_name='contribution')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'reading',
                'verbose_name_plural': 'readings',
                'constraints': [models.UniqueConstraint(fields=('contribution', 'user', 'version'), name='reading_once')],
            },
        ),
        migrations.CreateModel(
            name='ReasonTemplate',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False, verbose_name='key')),
                ('step', models.CharField(blank=True, choices=[('admit', 'Late draft admitted'), ('return', 'Returned for changes'), ('decline', 'Declined'), ('unpublish', 'Unpublished'), ('reopen', 'Reopened')], help_text='Empty: for every step that asks for a reason.', max_length=20, verbose_name='step')),
                ('label', models.CharField(help_text='What moderators choose it by.', max_length=150, verbose_name='label')),
                ('label_es', models.CharField(help_text='What moderators choose it by.', max_length=150, null=True, verbose_name='label')),
                ('label_fr', models.CharField(help_text='What moderators choose it by.', max_length=150, null=True, verbose_name='label')),
                ('label_en', models.CharField(help_text='What moderators choose it by.', max_length=150, null=True, verbose_name='label')),
                ('text', models.TextField(help_text='What the author reads.', verbose_name='text')),
                ('text_es', models.TextField(help_text='What the author reads.', null=True, verbose_name='text')),
                ('text_fr', models.TextField(help_text='What the author reads.', null=True, verbose_name='text')),
                ('text_en', models.TextField(help_text='What the author reads.', null=True, verbose_name='text')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'reason written beforehand',
                'verbose_name_plural': 'reasons written beforehand',
                'ordering': ['step', 'position', 'key'],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('rights', 'It uses words or pictures of others without their consent'), ('people', 'It shows people, or says things about them, without their consent'), ('harm', 'It insults, threatens or stirs up hatred'), ('spam', 'It is advertising or spam'), ('mistake', 'Something in it is not true'), ('other', 'Something else')], max_length=10, verbose_name='reason')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('language', models.CharField(choices=[('es', 'Spanish'), ('fr', 'French'), ('en', 'English')], max_length=5, verbose_name='language')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('created_at', models.DateTimeField(db_default=workinggroup.models.clock.HubNow(), verbose_name='received')),
                ('settled_at', models.DateTimeField(null=True, verbose_name='settled')),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='contributions.contribution', verbose_name='contribution')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='settled by')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'report by a reader',
                'verbose_name_plural': 'reports by readers',
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['contribution'], name='report_waiting')],
            },
        ),
        migrations.CreateModel(
            name='StepTaken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=20, verbose_name='reference')),
                ('step', models.CharField(choices=[('submit', 'Submitted'), ('admit', 'Late draft admitted'), ('revise', 'New version sent'), ('resubmit', 'Changes sent'), ('publish', 'Published'), ('return', 'Returned for changes'), ('decline', 'Declined'), ('unpublish', 'Unpublished'), ('reopen', 'Reopened'), ('withdraw', 'Withdrawn by its author'), ('restore', 'Withdrawal undone'), ('disown', 'Disowned by the organisation'), ('erase', 'Author erased')], max_length=20, verbose_name='step')),
                ('from_state', models.CharField(blank=True, max_length=20, verbose_name='state before')),
                ('to_state', models.CharField(max_length=20, verbose_name='state after')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('at', models.DateTimeField(db_default=workinggroup.models.clock.HubNow(), verbose_name='at')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('edit_until', models.DateTimeField(null=True, verbose_name='changes until')),
                ('detail', models.JSONField(default=dict, verbose_name='details')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('contribution', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='steps', to='contributions.contribution', verbose_name='contribution')),
            ],
            options={
                'verbose_name': 'step',
                'verbose_name_plural': 'steps taken',
                'ordering': ['-pk'],
                'triggers': [pgtrigger.compiler.Trigger(name='never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."step" IS DISTINCT FROM (NEW."step") OR OLD."from_state" IS DISTINCT FROM (NEW."from_state") OR OLD."to_state" IS DISTINCT FROM (NEW."to_state") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."edit_until" IS DISTINCT FROM (NEW."edit_until") OR OLD."detail" IS DISTINCT FROM (NEW."detail"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='eb781874d171b5e92b35a6ff968c8aef7f353365', operation='UPDATE', pgid='pgtrigger_never_changed_c9e3c', table='contributions_steptaken', when='BEFORE')), pgtrigger.compiler.Trigger(name='never_removed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ccd93f56c007ae5038bb3945a950be7cee6fa050', operation='DELETE', pgid='pgtrigger_never_removed_25ce6', table='contributions_steptaken', when='BEFORE'))],
            },
        ),
        migrations.AddField(
            model_name='citation',
            name='challenge',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='citations', to='contributions.challenge', verbose_name='challenge'),
        ),
        migrations.AddField(
            model_name='contribution',
            name='attachments',
            field=models.ManyToManyField(blank=True, related_name='contributions', to='contributions.attachment', verbose_name='attachments'),
        ),
        migrations.AddConstraint(
            model_name='citation',
            constraint=models.UniqueConstraint(fields=('challenge', 'contribution'), name='citation_once', violation_error_message='The challenge cites this contribution already.'),
        ),
        migrations.RunPython(install_triggers, migrations.RunPython.noop),
        migrations.RunSQL(WATCH, migrations.RunSQL.noop),
        *sql_of('0004_page_version_of_parts')[:1],
        migrations.RunPython(earlier('0007_moderation').add_reasons, migrations.RunPython.noop),
    ]
