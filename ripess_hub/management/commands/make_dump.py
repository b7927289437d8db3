"""Make the dump of everything published now, without waiting for the night."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from ripess_hub import dump


class Command(BaseCommand):
    help = "Make the archive of everything published, in every format."

    def handle(self, *args, **options):
        made = dump.make()
        if made is None:
            self.stdout.write(_("Somebody else is making one."))
            return
        counts = ", ".join(f"{name} {len(keys)}" for name, keys in made.keys.items())
        self.stdout.write(f"{made.file}: {made.size / 1_000_000:.1f} MB; {counts}")
