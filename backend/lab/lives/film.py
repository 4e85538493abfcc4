"""Films of a life: the pages' own drawing code paints the pictures in node, PyAV puts them into a file. No browser.

Needs node, the package @napi-rs/canvas and PyAV (docs/running.md); `missing()` says what of that is not here.
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

FORMATS = ("mp4", "gif")
THEMES = ("light", "dark")
WIDTH, HEIGHT = 1280, 720
MP4_FPS = 16
"""two pictures a step: the figure glides as it does on the page"""
GIF_FPS = 8
"""one picture a step"""
SAMPLE_FPS = 1
"""the pictures that a GIF's colours are chosen from"""
X264 = {"crf": "21", "preset": "veryfast", "tune": "animation"}
FAMILIES = {"Inter": "inter-", "Bricolage": "bricolage-grotesque-"}


class FilmError(Exception):
    """The film cannot be made; the message is for whoever runs HAMLET."""


@cache
def missing() -> str | None:
    """What this machine lacks to make films, in a few words; None if it can."""
    if find_spec("av") is None:
        return "PyAV (pip install 'hamlet-lab[video]')"
    if shutil.which("node") is None:
        return "node"
    if not _script().is_file():
        return "the built pages"
    found = subprocess.run(
        ["node", "-e", "require.resolve('@napi-rs/canvas')"], env=_environment(), capture_output=True, check=False
    )
    return None if found.returncode == 0 else "the node package @napi-rs/canvas"


def make(target: Path, *, recording: bytes, level: dict[str, Any], name: str, format: str, theme: str) -> None:
    """Write a film of a recording to `target`.

    Args:
        recording: a frame with a whole life (docs/wire.md)
        level: `Level.describe()` of its level
        name: what the film calls the run
        format: of FORMATS
        theme: of THEMES
    """
    if lacks := missing():
        raise FilmError(f"This machine makes no films: it lacks {lacks}.")
    order = {
        "name": name, "level": level, "recording": base64.b64encode(recording).decode(), "theme": theme,
        "width": WIDTH, "height": HEIGHT, "fonts": _fonts(),
    }  # fmt: skip
    if format == "mp4":
        _write_mp4(target, {**order, "fps": MP4_FPS, "glides": True})
    else:
        _write_gif(target, order)


def _write_mp4(target: Path, order: dict[str, Any]) -> None:
    import av

    with av.open(str(target), "w", options={"movflags": "+faststart"}) as file, _pictures(order) as pictures:
        stream = file.add_stream(
            "libx264", rate=MP4_FPS, options={"crf": "21", "preset": "veryfast", "tune": "animation"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.thread_count = 1
        for picture in pictures:
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))


def _write_gif(target: Path, order: dict[str, Any]) -> None:
    import av

    chosen = av.filter.Graph()
    source = _source(chosen, SAMPLE_FPS)
    palette_filter, sink = chosen.add("palettegen", "stats_mode=full"), chosen.add("buffersink")
    source.link_to(palette_filter)
    palette_filter.link_to(sink)
    chosen.configure()
    with _pictures({**order, "fps": SAMPLE_FPS, "glides": False}) as samples:
        for sample in samples:
            source.push(sample)
    source.push(None)
    palette = sink.pull()

    graph = av.filter.Graph()
    source = _source(graph, GIF_FPS)
    colours = graph.add_buffer(
        width=palette.width, height=palette.height, format=palette.format, time_base=Fraction(1, GIF_FPS)
    )
    use, sink = graph.add("paletteuse", "dither=none:diff_mode=rectangle"), graph.add("buffersink")
    source.link_to(use, 0, 0)
    colours.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    colours.push(palette)
    colours.push(None)
    with av.open(str(target), "w", format="gif") as file:
        stream = file.add_stream("gif", rate=GIF_FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "pal8"
        with _pictures({**order, "fps": GIF_FPS, "glides": False}) as pictures:
            for picture in pictures:
                source.push(picture)
                file.mux(stream.encode(sink.pull()))
        file.mux(stream.encode(None))


def _source(graph: Any, fps: int) -> Any:
    import av

    return graph.add_buffer(width=WIDTH, height=HEIGHT, format=av.VideoFormat("rgba"), time_base=Fraction(1, fps))


@contextmanager
def _pictures(order: dict[str, Any]) -> Iterator[Iterator[Any]]:
    """The pictures of a life, one after another, as they are painted."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as asked:
        asked.write(json.dumps(order).encode())
        asked.seek(0)
        node = subprocess.Popen(
            ["node", str(_script())], stdin=asked, stdout=subprocess.PIPE, stderr=said, env=_environment()
        )
        try:
            yield _read(node, order["fps"])
            if node.wait(10) != 0:
                said.seek(0)
                raise FilmError(f"node: {said.read()[-2000:].decode(errors='replace')}")
        finally:
            node.kill()
            node.wait()


def _read(node: subprocess.Popen[bytes], fps: int) -> Iterator[Any]:
    import av

    assert node.stdout is not None
    size, number = WIDTH * HEIGHT * 4, 0
    while len(data := node.stdout.read(size)) == size:
        picture = av.VideoFrame(WIDTH, HEIGHT, "rgba")
        picture.planes[0].update(data)
        picture.pts, picture.time_base = number, Fraction(1, fps)
        number += 1
        yield picture


def _script() -> Path:
    return Path(settings.LAB) / "static" / "app" / "film.mjs"


def _fonts() -> list[dict[str, str]]:
    """The pages' own font files, as the build left them."""
    folder = _script().parent / "assets"
    return [
        {"family": family, "file": str(file)}
        for family, stem in FAMILIES.items()
        for file in folder.glob(f"{stem}*.woff2")
    ]


def _environment() -> dict[str, str]:
    """For node: it finds the canvas in a clone's packages, or where NODE_PATH says."""
    clone = Path(settings.LAB).parents[1] / "frontend" / "node_modules"
    places = [str(clone), os.environ.get("NODE_PATH", "")]
    return {**os.environ, "NODE_PATH": os.pathsep.join(place for place in places if place)}
