"""Pictures of a world without a browser: text for a terminal, pixels for a notebook or a video."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hamlet.world.level import Place
from hamlet.world.vector import VectorWorld

HUES = {
    "energy": 0xA58500,
    "health": 0x8B022C,
    "satiation": 0xB44407,
    "fitness": 0x024F58,
    "mood": 0x4D008C,
    "hygiene": 0x038FD8,
    "social": 0xEB379B,
    "money": 0x03825C,
}
"""the interface's meter colours, on light"""
GROUND, LINE, NIGHT, ACCENT, INK = 0xE9ECF2, 0xD3D8E2, 0x9AA2B4, 0x2F4BE0, 0x151926
CELL = 40
"""pixels a cell"""
BAR = 10
"""pixels a meter's bar"""


def ansi(world: VectorWorld, lane: int = 0) -> str:
    """The lane as text: the map (@ is the agent, two letters a place, lower case where closed), then the meters."""
    level = world.level
    cells = {xy: level.places[level.vocabulary.index(name)] for name, xy in world.layout_of(lane).items()}
    x, y = (int(number) for number in world.positions[lane])
    rows = []
    for row in range(level.height):
        line = ""
        for column in range(level.width):
            place = cells.get((column, row))
            name = " ." if place is None else _letters(place.name) if _is_open(world, place, lane) else _closed(place)
            line += f"{name}@" if (column, row) == (x, y) else f"{name} "
        rows.append(line.rstrip())
    values = world.backend.numpy(world.meters)[lane]
    meters = [
        f"{meter.title:<10.10} {'#' * round(20 * float(value)):<20} {value:.2f}"
        for meter, value in zip(level.meters, values, strict=True)
    ]
    clock = f"  {int(world.hours[lane]):02d}:00" if world.temporal else ""
    here = cells.get((x, y))
    under = f"  at {here.title}" if here else ""
    ticks = f"  tick {int(world.progress[lane])}" if int(world.progress[lane]) else ""
    head = f"{level.title}  step {int(world.step_counts[lane])}{clock}{under}{ticks}"
    return "\n".join([head, *rows, *meters]) + "\n"


def rgb_array(world: VectorWorld, lane: int = 0) -> NDArray[np.uint8]:
    """The lane as (height, width, 3) uint8: places in the colour of the meter they serve, agent, meters."""
    level = world.level
    picture = np.empty((level.height * CELL + level.num_meters * BAR, max(level.width * CELL, 120), 3), dtype=np.uint8)
    hour, day = int(world.hours[lane]), level.hours_per_day
    night = world.temporal and not day // 4 <= hour < day - day // 8
    picture[:] = _rgb(NIGHT if night else GROUND)
    for column in range(1, level.width):
        picture[: level.height * CELL, column * CELL] = _rgb(LINE)
    for row in range(1, level.height):
        picture[row * CELL, : level.width * CELL] = _rgb(LINE)

    hues = {meter.name: _rgb(HUES[meter.hue]) for meter in level.meters}
    for name, (x, y) in world.layout_of(lane).items():
        place = level.places[level.vocabulary.index(name)]
        tile = picture[y * CELL + 4 : (y + 1) * CELL - 3, x * CELL + 4 : (x + 1) * CELL - 3]
        hue = hues[place.serves] if place.serves else _rgb(INK)
        tile[:] = hue
        if not _is_open(world, place, lane):  # hatched
            diagonal = np.add.outer(np.arange(tile.shape[0]), np.arange(tile.shape[1])) % 8 < 5
            tile[diagonal] = _rgb(GROUND)
            tile[10:24] = _rgb(GROUND)
        for dx, dy in _pixels(_letters(name).upper()):
            tile[12 + 2 * dy : 14 + 2 * dy, 5 + 2 * dx : 7 + 2 * dx] = 255 if _is_open(world, place, lane) else hue

    x, y = (int(number) for number in world.positions[lane])
    across, down = np.meshgrid(np.arange(CELL) - CELL / 2 + 0.5, np.arange(CELL) - CELL / 2 + 0.5)
    radius = np.hypot(across, down)
    cell = picture[y * CELL : (y + 1) * CELL, x * CELL : (x + 1) * CELL]
    cell[(radius > 12) & (radius < 18)] = _rgb(ACCENT)
    cell[(radius >= 18) & (radius < 19.5)] = 255

    for i, (meter, value) in enumerate(zip(level.meters, world.backend.numpy(world.meters)[lane], strict=True)):
        bar = picture[level.height * CELL + i * BAR : level.height * CELL + (i + 1) * BAR]
        bar[:] = 255
        bar[1:-1, : round(float(value) * bar.shape[1])] = hues[meter.name]
    return picture


def _is_open(world: VectorWorld, place: Place, lane: int) -> bool:
    return not world.temporal or place.is_open(int(world.hours[lane]), world.level.hours_per_day)


def _letters(name: str) -> str:
    """HomeMeal -> HM, Bed -> Be."""
    capitals = [c for c in name if c.isupper()]
    return "".join(capitals[:2]) if len(capitals) > 1 else f"{name[:2]:<2}"


def _closed(place: Place) -> str:
    return _letters(place.name).lower()


def _rgb(hexadecimal: int) -> NDArray[np.uint8]:
    return np.array([hexadecimal >> 16, hexadecimal >> 8 & 255, hexadecimal & 255], dtype=np.uint8)


# Five rows of three pixels a letter, from the top, as octal digits: 7 is ###, 5 is #.#.
_LETTERS = {
    **{"A": "25755", "B": "65656", "C": "34443", "D": "65556", "E": "74647", "F": "74644", "G": "34553", "H": "55755"},
    **{"I": "72227", "J": "11152", "K": "55655", "L": "44447", "M": "57755", "N": "65555", "O": "25552", "P": "65644"},
    **{"Q": "25563", "R": "65655", "S": "34216", "T": "72222", "U": "55557", "V": "55552", "W": "55775", "X": "55255"},
    **{"Y": "55222", "Z": "71247", "0": "75557", "1": "26227", "2": "61247", "3": "61616", "4": "55711", "5": "74616"},
    **{"6": "34652", "7": "71244", "8": "25252", "9": "25316"},
}


def _pixels(text: str) -> Iterator[tuple[int, int]]:
    """(x, y) of each pixel of `text`, letters 4 pixels apart."""
    for i, letter in enumerate(text):
        for y, bits in enumerate(_LETTERS.get(letter, "00000")):
            for x in range(3):
                if int(bits) & (4 >> x):
                    yield 4 * i + x, y
