from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.loader import FOLDER, CatalogueError, Load, loaded_already

OUTCOMES = {
    "created": gettext_lazy("%(number)s created"),
    "updated": gettext_lazy("%(number)s updated"),
    "unchanged": gettext_lazy("%(number)s unchanged"),
    "withdrawn": gettext_lazy("%(number)s withdrawn"),
}


def in_words(counts):
    """`{outcome: number}` as people read it."""
    return ", ".join(OUTCOMES[outcome] % {"number": number} for outcome, number in counts.items())


class Command(BaseCommand):
    help = "Load the catalogue's YAML files: creates and updates by key, keeps what staff changed."

    def add_arguments(self, parser):
        parser.add_argument("path", nargs="?", default=str(FOLDER), help="folder of the files")
        parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
        parser.add_argument(
            "--if-changed", action="store_true", help="do nothing when the files are as last time"
        )

    def handle(self, *, path, dry_run=False, if_changed=False, verbosity=1, **options):
        load = Load(path)
        if not load.folder.is_dir():
            raise CommandError(_("There is no folder %(path)s.") % {"path": path})
        if if_changed and loaded_already(load):
            return
        try:
            load.read()
        except CatalogueError as error:
            raise CommandError(
                _("%(count)s errors; nothing was written.\n%(problems)s")
                % {"count": len(error.problems), "problems": error}
            ) from error
        try:
            report = load.write(dry_run=dry_run)
        except (DataError, IntegrityError) as error:
            raise CommandError(
                _("The database refuses what the files say; nothing was written.\n%(error)s")
                % {"error": error}
            ) from error
        if verbosity:
            self.show(report, dry_run)

    def show(self, report, dry_run):
        if dry_run:
            self.stdout.write(_("Dry run: nothing is written."))
        for name, counts in report.counts.items():
            self.stdout.write(f"{name}: {in_words({key: n for key, n in counts.items() if n})}")
        for line in report.kept:
            self.stdout.write(self.style.WARNING(line))
        for line in report.missing:
            self.stdout.write(self.style.WARNING(_("no longer in the files, left as it is: %s") % line))
        self.stdout.write(in_words({outcome: report.total(outcome) for outcome in OUTCOMES}) + ".")
