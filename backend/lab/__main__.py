"""`python -m lab up`: the commands of manage.py, also where HAMLET was installed without a clone."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command; a setting that cannot be understood ends it with one line, not a stack trace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"hamlet: {error}")


if __name__ == "__main__":
    main()
