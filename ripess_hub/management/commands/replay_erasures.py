from django.core.management.base import BaseCommand

from ripess_hub.rights import replay_erasures


class Command(BaseCommand):
    help = "After a restore: erase again the people who had left since the backup was made."

    def handle(self, **options):
        count = replay_erasures()
        if count or options["verbosity"] > 1:
            self.stdout.write(f"Erased again: {count}.")
