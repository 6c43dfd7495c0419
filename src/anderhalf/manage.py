#!/usr/bin/env python
"""Django's own commands (makemigrations, shell) for people who develop Anderhalf; users have ``anderhalf``."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anderhalf.web.settings")


def main() -> None:
    """Run one Django command."""
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
