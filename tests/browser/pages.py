"""What journeys do on a page: take its picture, and ask the API as it would."""

import os
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
LOOK = "async (only) => (await axe.run(document, { resultTypes: ['violations'], preload: false, ...only })).violations"
"""`preload` would copy the stylesheets into inline ones, which the policy forbids, for a rule that is not on."""
COLOURS = {"runOnly": ["color-contrast"]}
"""what a change of colours alone can break"""
OUTSIDE = """() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  return [...document.body.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > clientWidth)
    .map((one) => `${Math.round(one.getBoundingClientRect().right)} ${one.outerHTML.slice(0, 120)}`);
}"""
SETTLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const finite = document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime));
  const late = new Promise((done) => setTimeout(done, 2000));
  await Promise.race([Promise.allSettled(finite.map((one) => one.finished)), late]);
  await frame();
}"""
"""The page in its new size and colours is drawn, and no transition is on its way (a paused one is not waited for)."""
SIZES = {"light": (1440, 900, "light"), "dark": (1440, 900, "dark"), "phone": (390, 844, "light")}


def picture(page: "Page", name: str) -> None:
    """Light, dark and phone, if pictures are wanted; always checks that nothing runs out of the page sideways, and that
    axe finds nothing serious."""
    folder = os.environ.get("SCREENSHOTS")
    for kind, (width, height, scheme) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        outside = page.evaluate(OUTSIDE)
        assert not outside, "\n".join([f"{name} at {width} px runs out of the page sideways:", *outside])
        if folder:
            (ROOT / folder).mkdir(parents=True, exist_ok=True)
            keep(page.screenshot(), ROOT / folder / f"{name}-{kind}.png")
        found = serious(page, COLOURS if kind == "dark" else {})
        assert not found, "\n".join([f"{name}, {kind}:", *found])
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def goes_on(page: "Page", place: "Locator", attribute: str = "aria-label", values: int = 4) -> bool:
    """Whether so many values of its attribute are seen within ten seconds; back as soon as they are."""
    seen, end = set[str | None](), time.monotonic() + 10
    while len(seen) < values and time.monotonic() < end:
        seen.add(place.get_attribute(attribute))
        page.wait_for_timeout(50)
    return len(seen) >= values


def keep(png: bytes, path: Path) -> None:
    """In 256 colours, which a page has hardly more of: a third of the bytes."""
    Image.open(BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def serious(page: "Page", only: dict[str, Any]) -> list[str]:
    """What axe finds serious or critical on the page as it stands, a line a place; `only` are axe's own options."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    return [
        f"{found['id']}: {found['help']} | {node['html'][:160]} | {node['failureSummary'][:300]}"
        for found in page.evaluate(LOOK, only)
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


def asked(page: "Page", path: str, content: dict[str, Any] | None = None) -> Any:
    """What the API answers this page; `content`, if any, is posted."""
    script = """async ([path, content]) => {
      const { csrf } = await (await fetch('/api/v1/me')).json();
      const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': csrf };
      const sent = content ? { method: 'POST', headers, body: JSON.stringify(content) } : {};
      const answer = await fetch('/api/v1' + path, sent);
      return answer.json();
    }"""
    return page.evaluate(script, [path, content])
