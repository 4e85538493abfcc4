"""For tests that start processes of their own on the tests' database."""

import os

from django.db import connection


def own_database() -> str:
    """DATABASE_URL of the database that the present test uses, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].replace("/hamlet?", f"/{name}?")
