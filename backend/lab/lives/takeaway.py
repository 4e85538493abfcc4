"""A recorded life in one HTML file: the pages' own replay, built into a single file, with the life written into it."""

import base64
import json
import re
from pathlib import Path
from typing import Any

from django.conf import settings

from lab.runs import levels
from lab.runs.errors import GoneError
from lab.runs.models import RecordedEpisode
from lab.store import files

PLACE = re.compile(r'(<script id="life" type="application/json">)(</script>)')
"""where frontend/replay.html takes the life"""


def replay_page(life: RecordedEpisode) -> bytes:
    """The whole file, UTF-8. Nothing in it asks the network for anything.

    Raises GoneError: the recording's file is gone, or its level, or the pages are not built.
    """
    run = life.run
    try:
        level = levels.describe(run.level)
    except KeyError:
        raise GoneError(f"The level {run.level} is no longer here.") from None
    try:
        with files.open_file(life.file) as file:
            recording = file.read()
    except FileNotFoundError:
        raise GoneError(f"The file of life {life.episode} is no longer there.") from None
    try:
        page = (Path(settings.STATIC_ROOT) / "app" / "replay.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise GoneError("The pages are not built, so there is no replay to put the life into.") from None
    packed = {"name": run.name, "level": level, "recording": base64.b64encode(recording).decode()}
    return PLACE.sub(lambda found: f"{found[1]}{_in_a_script(packed)}{found[2]}", page, count=1).encode()


def file_name(life: RecordedEpisode, suffix: str) -> str:
    """What a life is called when it is taken home."""
    stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in life.run.name).strip("-") or "run"
    return f"{stem}-life-{life.episode}.{suffix}"


def _in_a_script(value: Any) -> str:
    """JSON that cannot end the script it stands in, whatever a person called their run."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
