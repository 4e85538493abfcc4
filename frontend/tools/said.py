"""What the server may say to a person, read from its source: what errors, problems and messages of rows are made of.

A sentence with values in it is a template with gaps: "You have {MOST} tokens; that is the limit. Revoke one first."
What fills a gap is followed too, where it is words ("your runs"). export.py writes them down for the pages, which have
a German for each (src/words/de/server.ts); tests/people/pages.py asks of every refusal in the tests whether it is one.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

BACKEND = Path(__file__).parents[2] / "backend"
SOURCES = (
    "lab/*/*.py",
    "hamlet/learning/config.py",
    "hamlet/learning/fork.py",
    "hamlet/model/*.py",
)
NOT_TOLD = {"admin.py", "film.py", "backup.py"}
"""Django's own pages, and what only the operator reads"""
SAYS = {"FieldError": 1, "RefusalError": 1, "problem": 1, "turn_away": 1}
"""calls whose argument of this place is told; that of an error is the first"""
NO_ERRORS = {
    "ValueError", "InputError", "ParityError", "MissingPackageError", "FilmError", "FileNotFoundError",
    "StorageAwayError",
}  # fmt: skip
"""errors that no person at a page meets"""
DEPTH = 12

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Sources:
    functions: dict[str, list[Function]] = field(default_factory=lambda: defaultdict(list))
    constants: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[str, list[tuple[ast.Call, Function | None]]] = field(default_factory=lambda: defaultdict(list))
    roots: list[tuple[ast.expr, Function | None]] = field(default_factory=list)


def name_of(node: ast.expr) -> str:
    """The last name of an expression: `self.file` → file, `duration(left)` → duration."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=func):
            return name_of(func)
        case ast.Subscript(value=value):
            return name_of(value)
    return "value"


def read() -> Sources:
    sources = Sources()
    for path in sorted(path for pattern in SOURCES for path in BACKEND.glob(pattern) if path.name not in NOT_TOLD):
        _visit(ast.parse(path.read_text()), None, sources)
    return sources


def _visit(node: ast.AST, inside: Function | None, sources: Sources) -> None:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                sources.functions[child.name].append(child)
                _visit(child, child, sources)
                continue
            case ast.Call():
                name = name_of(child.func)
                sources.calls[name].append((child, inside))
                place = SAYS.get(name, 0)
                error = name.endswith("Error") or name in ("Http404", "__init__")
                if (name in SAYS or error) and name not in NO_ERRORS:
                    sources.roots += [(one, inside) for one in child.args[place : place + 1]]
                sources.roots += [(one.value, inside) for one in child.keywords if one.arg == "message"]
            case ast.Dict():
                said = zip(child.keys, child.values, strict=True)
                sources.roots += [(v, inside) for k, v in said if isinstance(k, ast.Constant) and k.value == "message"]
            case ast.Assign(targets=[ast.Name(id=name)]) if inside is None:
                sources.constants[name].append(child.value)
            case ast.Assign(targets=[ast.Attribute(attr="message")]):
                sources.roots.append((child.value, inside))
        _visit(child, inside, sources)


@dataclass
class Reader:
    sources: Sources
    sentences: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    seen: set[tuple[int, bool]] = field(default_factory=set)

    def follow(self, node: ast.expr | None, inside: Function | None, gap: bool = False, depth: int = 0) -> None:
        """Find what a told expression may say; `gap`: it stands within a sentence."""
        if node is None or depth > DEPTH or (id(node), gap) in self.seen:
            return
        self.seen.add((id(node), gap))

        def on(other: ast.expr | None, where: Function | None = inside) -> None:
            self.follow(other, where, gap, depth + 1)

        match node:
            case ast.Constant(value=str(text)):
                self._keep(text, gap)
            case ast.JoinedStr():
                self._keep(template(node), gap)
                for part in node.values:
                    if isinstance(part, ast.FormattedValue):
                        self.follow(part.value, inside, True, depth + 1)
            case ast.IfExp():
                on(node.body), on(node.orelse)
            case ast.BoolOp():
                for one in node.values:
                    on(one)
            case ast.Name(id=name):
                for value, where in self._named(name, inside):
                    on(value, where)
            case ast.Attribute(attr=name):
                for value in self.sources.constants.get(name, []):
                    on(value, None)
            case (
                ast.Subscript(value=ast.Name(id=name))
                | ast.Call(func=ast.Attribute(attr="get", value=ast.Name(id=name)))
            ):
                for value in self.sources.constants.get(name, []):
                    if isinstance(value, ast.Dict):
                        for one in value.values:
                            on(one, None)
                for one in node.args[1:] if isinstance(node, ast.Call) else ():
                    on(one)
            case ast.Call(func=ast.Attribute(value=receiver, attr="removeprefix" | "replace")):
                on(receiver)
            case ast.Call():
                for function in self.sources.functions.get(name_of(node.func), []):
                    for value in given(function):
                        on(value, function)

    def _named(self, name: str, inside: Function | None) -> Iterator[tuple[ast.expr, Function | None]]:
        """What a name may stand for: what is assigned to it, what callers give, or a constant of a module."""
        if inside is None:
            yield from ((value, None) for value in self.sources.constants.get(name, []))
            return
        found = False
        for node in ast.walk(inside):
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=target)], value=value)
                    | ast.NamedExpr(target=ast.Name(id=target), value=value)
                ) if target == name:
                    found = True
                    yield value, inside
                case (
                    ast.For(target=ast.Tuple(elts=elts), iter=source)
                    | ast.comprehension(target=ast.Tuple(elts=elts), iter=source)
                ):
                    for i, element in enumerate(elts):
                        if isinstance(element, ast.Name) and element.id == name:
                            found = True
                            yield from self._parts(source, i, inside)
        places = [one.arg for one in [*inside.args.posonlyargs, *inside.args.args]]
        arguments = [*places, *(one.arg for one in inside.args.kwonlyargs)]
        if name in arguments:
            found = True
            for one, default in [
                *zip(reversed(places), reversed(inside.args.defaults), strict=False),
                *zip((one.arg for one in inside.args.kwonlyargs), inside.args.kw_defaults, strict=True),
            ]:
                if one == name and default is not None:
                    yield default, None
            for call, where in self.sources.calls.get(inside.name, []):
                if name in places and places.index(name) < len(call.args):
                    yield call.args[places.index(name)], where
                yield from ((one.value, where) for one in call.keywords if one.arg == name)
        if not found:
            yield from ((value, None) for value in self.sources.constants.get(name, []))

    def _parts(
        self, source: ast.expr, place: int, inside: Function | None
    ) -> Iterator[tuple[ast.expr, Function | None]]:
        """The expressions at a place of the tuples in a list, or of those that a called generator yields."""
        match source:
            case ast.List(elts=rows):
                yield from ((row.elts[place], inside) for row in rows if isinstance(row, ast.Tuple))
            case ast.Call(func=ast.Name(id="list"), args=[rows]):
                yield from self._parts(rows, place, inside)
            case ast.Call():
                for function in self.sources.functions.get(name_of(source.func), []):
                    for node in ast.walk(function):
                        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                            yield node.value.elts[place], function
            case ast.Name(id=name):
                for value, where in self._named(name, inside):
                    yield from self._parts(value, place, where)

    def _keep(self, text: str, gap: bool) -> None:
        text = text.removeprefix(
            "{where} "
        )  # a model file's place is left out where its trouble is told (runs/uploads.py)
        words = re.sub(r"\{\w+\}", "", text)
        if " " in text.strip() and (re.search(r"[A-Za-z]{2}", words) or "“" in words):
            (self.parts if gap else self.sentences).add(text)


def given(function: Function) -> Iterator[ast.expr]:
    """What a function returns."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def template(node: ast.JoinedStr) -> str:
    """The text with gaps, each named by what fills it."""
    text, names = "", set[str]()
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            name, i = name_of(part.value), 2
            while name in names:
                name, i = f"{name_of(part.value)}{i}", i + 1
            names.add(name)
            text += f"{{{name}}}"
        elif isinstance(part, ast.Constant):
            text += str(part.value)
    return text


@cache
def templates() -> tuple[list[str], list[str]]:
    """What is told as a whole, and what only fills gaps, in order."""
    reader = Reader(read())
    for node, inside in reader.sources.roots:
        reader.follow(node, inside)
    return sorted(reader.sentences), sorted(reader.parts - reader.sentences)


@cache
def _patterns() -> list[re.Pattern[str]]:
    return [re.compile(re.sub(r"\\{\w+\\}", ".*", re.escape(one)), re.DOTALL) for one in templates()[0]]


def known(sentence: str) -> bool:
    """Whether the server may say this, as far as its source tells."""
    return any(pattern.fullmatch(sentence) for pattern in _patterns())


if __name__ == "__main__":
    for some in templates():
        print("\n".join(some), end="\n\n")
