"""`python -m ripess_hub.build`: compile the translations and collect the static files of an image."""

import os

from ripess_hub.launch import compile_messages


def main():
    compile_messages()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ripess_hub.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", verbosity=0, interactive=False)


if __name__ == "__main__":
    main()
