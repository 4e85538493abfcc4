"""Packs of the older HAMLET: a folder with bars.yaml, affordances.yaml, cascades.yaml and training.yaml, to one level.

The older engine fixed in code what our levels say (move costs in hygiene and satiation, six actions, the order in which
groups of cascades run, world.md sections 2 to 5); those facts are added here. What a pack says that its own engine did
not read, or that our format has no place for, is listed in plain words, never dropped in silence.
"""

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from hamlet.world.level import Level
from hamlet.world.load import LevelError, Problem, load_level, parse_level, parse_yaml, read_text, shown
from hamlet.world.spec import Path
from hamlet.world.writing import level_text

FILES = ("bars.yaml", "affordances.yaml", "cascades.yaml", "training.yaml")
TIERS = {"pivotal": "vital", "primary": "need", "secondary": "comfort", "resource": "resource"}
GROUPS = ("primary_to_pivotal", "secondary_to_primary", "secondary_to_pivotal_weak")
"""the cascades that the older engine ran, in its order"""
NOT_OURS = {
    "run_metadata": "where runs were saved",
    "population": "the network and its learning rate: choose them when you launch a run",
    "exploration": "epsilon and curiosity: choose them when you launch a run",
    "training": "episodes, batches and targets: choose them when you launch a run",
    "recording": "which episodes to record: every criterion works here, none is a part of the level",
}
"""sections of training.yaml that tell of learning, not of the world"""


class Imported(NamedTuple):
    """A pack, read."""

    level: Level
    text: str
    """the level file"""
    left_out: list[str]
    """what could not be carried over, one sentence each"""


def import_pack(folder: FilePath, name: str | None = None) -> Imported:
    """Read the pack in `folder` as a level called `name` (None = the folder's name).

    Raises:
        LevelError: files are missing, unreadable, or say what no level can; all problems at once.
    """
    reader = _PackReader(folder)
    data = reader.level(name or folder.resolve().name)
    if reader.problems:
        raise LevelError(reader.problems)
    text = level_text(data)
    return Imported(parse_level(text, file=f"the level made of {folder}"), text, reader.left_out)


def _looks() -> dict[str, dict[str, Any]]:
    """How meters and places of the older HAMLET are shown here; a pack itself says nothing of it."""
    shipped = load_level("L1_full_observability")
    looks: dict[str, dict[str, Any]] = {}
    for meter in shipped.meters:
        unit = {"unit": meter.unit} if meter.unit else {}
        looks[meter.name] = {"icon": meter.icon, "hue": meter.hue, "title": meter.title, **unit}
    for place in shipped.places:
        badge = {"badge": place.badge} if place.badge else {}
        looks[place.name] = {"title": place.title, "icon": place.icon, **badge, "serves": place.serves}
    return looks


class _PackReader:
    def __init__(self, folder: FilePath) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.left_out: list[str] = []
        self.lines: dict[str, dict[Path, int]] = {}
        self.raw = {file: self._file(file) for file in FILES}
        self.looks = _looks()
        for extra in sorted(path.name for path in folder.glob("*.y*ml") if path.name not in FILES):
            self.left_out.append(
                f"{extra}: the older engine did not read it" if extra == "cues.yaml" else f"{extra}: unknown"
            )

    def _file(self, file: str) -> dict[str, Any]:
        try:
            raw, self.lines[file] = parse_yaml(read_text(self.folder / file), str(self.folder / file))
        except LevelError as error:
            self.problems += error.problems
            return {}
        if isinstance(raw, dict):
            return raw
        self._problem(file, (), raw, "must be a mapping")
        return {}

    def _problem(self, file: str, path: Path, value: Any, message: str) -> None:
        lines = self.lines.get(file, {})
        line = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), None)
        said = None if value is None else shown(value)
        self.problems.append(Problem(str(self.folder / file), line, ".".join(map(str, path)), said, message))

    def _get(self, file: str, path: Path, kind: type | tuple[type, ...], allowed: str, default: Any = None) -> Any:
        """The value at `path`, or `default` with a problem where it is missing or of another kind."""
        value: Any = self.raw[file]
        for key in path:
            inside = isinstance(value, dict) and key in value
            inside = inside or (isinstance(value, list) and isinstance(key, int) and key < len(value))
            value = value[key] if inside else None
        if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
            return value
        if self.raw[file]:
            self._problem(
                file, path, value, f"must be {allowed}" if value is not None else f"is missing; must be {allowed}"
            )
        return default

    def _number(self, file: str, path: Path) -> float:
        number: float = self._get(file, path, (int, float), "a number", 0.0)
        return number

    def _name(self, file: str, path: Path) -> str:
        name: str = self._get(file, path, str, "a name", "")
        return name

    def _entries(self, file: str, path: Path) -> Iterator[Path]:
        """Paths of the entries of a list of mappings."""
        for i in range(len(self._get(file, path, list, "a list", []))):
            if self._get(file, (*path, i), dict, "a mapping") is not None:
                yield (*path, i)

    # ---------------------------------------------------------------------------------------------------------- parts

    def level(self, name: str) -> dict[str, Any]:
        """The level as the plain data of a level file."""
        env = self.raw["training.yaml"].get("environment")
        env = env if isinstance(env, dict) else {}
        meters = self._meters()
        places = self._places(meters)
        side = self._get("training.yaml", ("environment", "grid_size"), int, "a whole number", 8)
        partial, temporal = (
            bool(env.get(key, False)) for key in ("partial_observability", "enable_temporal_mechanics")
        )
        self._training(env)
        radius = self._get("training.yaml", ("environment", "vision_range"), int, "a whole number", 2) if partial else 0
        move, wait = (
            env.get(f"energy_{deed}_depletion", default) for deed, default in (("move", 0.005), ("wait", 0.001))
        )
        return {
            "name": name,
            "title": str(name)[:60],
            "summary": "Imported from a pack of the older HAMLET.",
            "grid": {"width": side, "height": side},
            "sight": {"radius": radius} if partial else "full",
            "temporal": temporal,
            "hours_per_day": 24,
            "lifespan": 1000,
            "actions": {
                **{"UP": [0, -1], "DOWN": [0, 1], "LEFT": [-1, 0], "RIGHT": [1, 0]},
                **{"INTERACT": "interact", "WAIT": "wait"},
            },
            "meters": meters,
            "currency": "money",
            "reward": {"product": ["health", "energy"], "retirement": 1.0},
            "costs": {"move": {"energy": move, "hygiene": 0.003, "satiation": 0.004}, "wait": {"energy": wait}},
            "modulation": self._modulations(),
            "cascades": self._cascades(),
            "places": places,
            "deployed": self._deployed(env, places),
            "curriculum": self._curriculum(),
        }

    def _meters(self) -> dict[str, Any]:
        file = "bars.yaml"
        bars = list(self._entries(file, ("bars",)))
        bars.sort(key=lambda bar: self._number(file, (*bar, "index")))
        lethal = set()
        for path in self._entries(file, ("terminal_conditions",)):
            condition = self._get(file, path, dict, "a mapping", {})
            if condition.get("operator") != "<=" or condition.get("value") != 0:
                self._problem(file, path, condition, "must be a meter at <= 0; our levels have no other deaths")
            lethal.add(condition.get("meter"))
        meters = {}
        for bar in bars:
            name = self._name(file, (*bar, "name"))
            meter = {
                "start": self._number(file, (*bar, "initial")),
                "depletion": self._number(file, (*bar, "base_depletion")),
            }
            entry = self._get(file, bar, dict, "a mapping", {})
            if entry.get("range", [0, 1]) not in ([0, 1], [0.0, 1.0]):
                self._problem(file, (*bar, "range"), entry["range"], "must be [0, 1]")
            told = {"tier": TIERS.get(str(entry.get("tier")), "need"), **self.looks.get(name, {})}
            meters[name] = {**meter, **({"lethal": True} if name in lethal else {}), **told}
        for name in ("money", "health", "energy", "hygiene", "satiation"):
            if bars and name not in meters:
                self._problem(file, ("bars",), None, f"must have the bar {name}: the older engine's own rules name it")
        return meters

    def _amounts(self, file: str, path: Path) -> dict[str, float]:
        """{meter: amount} of a list of {meter, amount}; equal meters add up."""
        amounts: dict[str, float] = {}
        entry = self._get(file, path[:-1], dict, "a mapping", {})
        if entry.get(path[-1]) is None:
            return amounts
        for effect in self._entries(file, path):
            meter = self._name(file, (*effect, "meter"))
            amounts[meter] = amounts.get(meter, 0.0) + self._number(file, (*effect, "amount"))
        return amounts

    def _price(self, file: str, path: Path) -> float:
        costs = self._amounts(file, path)
        for meter in costs:
            if meter != "money":
                self._problem(file, path, meter, "must be paid in money; our places have one currency")
        return costs.get("money", 0.0)

    def _places(self, meters: dict[str, Any]) -> dict[str, Any]:
        file = "affordances.yaml"
        known = {"id", "name", "category", "interaction_type", "required_ticks", "costs", "costs_per_tick", "effects"}
        known |= {"effects_per_tick", "completion_bonus", "operating_hours"}
        places: dict[str, Any] = {}
        for path in self._entries(file, ("affordances",)):
            entry = self._get(file, path, dict, "a mapping", {})
            name = self._name(file, (*path, "name"))
            if {"capabilities", "effect_pipeline"} & set(entry):
                self._problem(
                    file, path, name, "must be written with effects and required_ticks; capabilities came later"
                )
            for key in sorted(set(entry) - known):
                self.left_out.append(f"affordances.yaml: {name}: {key} (text, or unknown to the older engine)")
            effects = self._amounts(file, (*path, "effects"))
            place: dict[str, Any] = {}
            opens, closes = self._hours(file, path)
            if (opens, closes) != (0, 24):
                place["hours"] = [opens, closes]
            place["use"] = {"cost": self._price(file, (*path, "costs")), "effects": effects}
            if entry.get("required_ticks") is not None:
                place["ticks"] = {
                    "count": self._get(file, (*path, "required_ticks"), int, "a whole number", 1),
                    "cost": self._price(file, (*path, "costs_per_tick")),
                    "effects": self._amounts(file, (*path, "effects_per_tick")),
                    "completion": self._amounts(file, (*path, "completion_bonus")),
                }
            looks = {key: look for key, look in self.looks.get(name, {}).items() if key != "serves" or look in meters}
            if name in places:
                self._problem(file, (*path, "name"), name, "must be named once")
            places[name] = {**looks, **place}
        return places

    def _hours(self, file: str, path: Path) -> tuple[int, int]:
        hours = self._get(file, (*path, "operating_hours"), list, "[open, close]", [0, 24])
        if len(hours) != 2 or not all(isinstance(hour, int) for hour in hours):
            self._problem(file, (*path, "operating_hours"), hours, "must be [open, close], whole hours")
            return 0, 24
        opens, closes = hours
        if closes <= opens:
            name = self._name(file, (*path, "name"))
            note = f"hours {hours} never opened in the older engine; carried over as past midnight"
            self.left_out.append(f"affordances.yaml: {name}: {note}")
            closes += 24
        return opens, closes

    def _deployed(self, env: dict[str, Any], places: dict[str, Any]) -> Any:
        wanted = env.get("enabled_affordances")
        if wanted is None:
            return "all"
        if not isinstance(wanted, list) or any(name not in places for name in wanted):
            path = ("environment", "enabled_affordances")
            self._problem("training.yaml", path, wanted, f"must be null or a list of {', '.join(places)}")
            return "all"
        return [name for name in places if name in wanted]

    def _modulations(self) -> list[dict[str, Any]]:
        file, rules = "cascades.yaml", []
        for path in self._entries(file, ("modulations",)):
            rule: dict[str, Any] = {end: self._name(file, (*path, end)) for end in ("source", "target")}
            rule["amount"] = self._number(file, (*path, "baseline_depletion"))
            rule["base"] = self._number(file, (*path, "base_multiplier"))
            rules.append({**rule, "range": self._number(file, (*path, "range"))})
        return rules

    def _cascades(self) -> list[dict[str, Any]]:
        file = "cascades.yaml"
        groups: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
        for path in self._entries(file, ("cascades",)):
            rule: dict[str, Any] = {end: self._name(file, (*path, end)) for end in ("source", "target")}
            rule |= {key: self._number(file, (*path, key)) for key in ("threshold", "strength")}
            group = self._name(file, (*path, "category"))
            if group in groups:
                groups[group].append(rule)
            else:
                note = f"the older engine never ran the category {group!r}"
                self.left_out.append(f"cascades.yaml: {rule['source']} to {rule['target']}: {note}")
        if "execution_order" in self.raw[file]:
            self.left_out.append(f"cascades.yaml: execution_order: the older engine always ran {', '.join(GROUPS)}")
        if self.raw[file].get("math_type") not in (None, "gradient_penalty"):
            self._problem(file, ("math_type",), self.raw[file]["math_type"], "must be gradient_penalty")
        return [rule for group in GROUPS for rule in groups[group]]

    def _curriculum(self) -> dict[str, Any]:
        given = self.raw["training.yaml"].get("curriculum")
        given = given if isinstance(given, dict) else {}
        keys = {
            "advance": "survival_advance_threshold",
            "retreat": "survival_retreat_threshold",
            "entropy_gate": "entropy_gate",
        }
        for key in sorted(set(given) - set(keys.values())):
            self.left_out.append(f"training.yaml: curriculum.{key}: a part of a run here, not of the level")
        defaults = {"advance": 0.7, "retreat": 0.3, "entropy_gate": 0.5}
        return {
            "multipliers": [0.2, 0.5, 0.8, 1.0],
            **{key: given.get(old, defaults[key]) for key, old in keys.items()},
        }

    def _training(self, env: dict[str, Any]) -> None:
        read = {
            "grid_size",
            "partial_observability",
            "vision_range",
            "enable_temporal_mechanics",
            "enabled_affordances",
        }
        read |= {"energy_move_depletion", "energy_wait_depletion", "randomize_affordances"}
        for key in sorted(set(env) - read):
            if key == "energy_interact_depletion":
                if env[key]:
                    self.left_out.append(
                        f"training.yaml: environment.{key}: {env[key]} was never charged by the older engine"
                    )
            else:
                self.left_out.append(f"training.yaml: environment.{key}: unknown to the older engine")
        for key in sorted(set(self.raw["training.yaml"]) - {"environment", "curriculum"}):
            self.left_out.append(f"training.yaml: {key}: {NOT_OURS.get(key, 'unknown to the older engine')}")
