"""A lesson as its people do it, each in a browser of their own: a class is made, its code is on the wall, a student
comes in with it and watches, a guest looks by a link until it is taken back."""

import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import asked, goes_on, picture
from tests.browser.test_language import leftovers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.product import HamletUp

pytestmark = pytest.mark.learns
LEVEL = "L0_0_minimal"
ENDLESS = 10_000_000_000
"""steps that no machine uses up while this lasts"""


@pytest.fixture
def comer(chromium: "Browser", hamlet_up: "HamletUp") -> "Iterator[Any]":
    """`comer()` is someone new: a page in a browser that nobody has used before."""
    contexts = []

    def come() -> "Page":
        contexts.append(chromium.new_context(base_url=hamlet_up.url, viewport={"width": 1440, "height": 900}))
        page: Page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        return page

    yield come
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def elsinore(page: "Page") -> "Iterator[Page]":
    """The instructor's page, on a class made by hand."""
    page.goto("/classes")
    page.get_by_role("textbox", name="Name").fill("Elsinore, morning")
    page.get_by_role("button", name="Make class").click()
    page.get_by_role("heading", name="Elsinore, morning").wait_for()
    yield page
    page.evaluate(
        """async () => {
          const { csrf } = await (await fetch('/api/v1/me')).json();
          const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': csrf };
          await fetch('/api/v1/me', { method: 'PATCH', headers, body: JSON.stringify({ classroom: null }) });
        }"""
    )


def sees_it_live(page: "Page") -> None:
    """Open the class's run from the list, and see its world move."""
    page.get_by_role("link", name="In class").first.click()
    board = page.get_by_role("img", name=re.compile(r"Agent at [a-h][1-8]")).first
    board.wait_for()
    assert goes_on(page, board, values=2), "the life on the board does not go on"


def test_a_lesson(elsinore: "Page", comer: Any) -> None:
    teacher = elsinore
    home = teacher.url
    picture(teacher, "class-empty")
    run = asked(teacher, "/runs", {"name": "In class", "config": {"level": LEVEL, "steps": ENDLESS}, "pace": 8})["id"]

    # The code is on the wall; a student types it.
    teacher.get_by_role("link", name="Show on projector").click()
    code = teacher.get_by_role("heading", name=re.compile(r"^[A-Z]+-\d{4}$")).inner_text()
    picture(teacher, "projector")
    student = comer()
    student.goto("/join")
    student.get_by_label("Class code").fill(code.lower().replace("-", " "))
    student.get_by_label("Nickname").fill("Ophelia")
    student.get_by_role("radio", name="Colour 4").click()
    picture(student, "join")
    student.get_by_role("button", name="Join").click()
    student.get_by_role("heading", name="Elsinore, morning").wait_for()
    student.get_by_role("link", name="Launch run").first.wait_for()
    picture(student, "student")
    sees_it_live(student)
    assert student.get_by_role("button", name="Stop").count() == 0
    picture(student, "student-watch")

    # Cards for those on shared machines; then the class with its people.
    teacher.goto(home)
    teacher.get_by_label(re.compile("^Log-in cards")).fill("Rosencrantz\nGuildenstern\nHoratio\nMarcellus")
    teacher.get_by_role("button", name="Make 4 cards").click()
    teacher.get_by_role("button", name="Print").wait_for()
    assert teacher.get_by_text(re.compile(r"^\w+ \w+ \w+$")).count() >= 4
    picture(teacher, "cards")
    teacher.get_by_role("button", name="Done").click()

    # A guest looks.
    teacher.get_by_role("button", name="Make link").click()
    address = teacher.get_by_text(re.compile(r"/guest#[\w-]+$")).inner_text()
    picture(teacher, "class")
    guest = comer()
    guest.goto(address[address.index("/guest#") :])
    guest.get_by_role("heading", name="Elsinore, morning").wait_for()
    picture(guest, "guest")
    sees_it_live(guest)
    picture(guest, "guest-watch")

    # Taken back, the link shows nothing more; the student watches on.
    teacher.get_by_role("button", name="Revoke").click()
    began = time.monotonic()
    guest.get_by_role("button", name="Sign in").wait_for()
    print(f"\nthe guest's page was at the door {time.monotonic() - began:.2f} s after the click")
    guest.goto(address[address.index("/guest#") :])
    guest.get_by_role("heading", name="This link leads nowhere").wait_for()
    picture(guest, "guest-revoked")
    assert student.get_by_role("img", name=re.compile("Agent at")).count() > 0
    asked(teacher, f"/runs/{run}/stop", {})


def test_a_student_trains_an_agent_of_ones_own_within_fair_use_and_until_the_bell(elsinore: "Page", comer: Any) -> None:
    teacher = elsinore
    teacher.goto("/classes")
    teacher.get_by_role("link", name="Elsinore, morning").first.click()
    code = teacher.get_by_text(re.compile(r"^[A-Z]+-\d{4}$")).first.inner_text()
    teacher.get_by_label("Runs at once, Each student").fill("1")
    teacher.get_by_role("button", name="Save limits").click()
    teacher.get_by_role("button", name="In 45 min").click()
    teacher.get_by_text("Runs stop in time, each with its model.").wait_for()
    picture(teacher, "class-bell")

    student = comer()
    student.goto("/join")
    student.get_by_label("Class code").fill(code)
    student.get_by_label("Nickname").fill("Yorick")
    student.get_by_role("button", name="Join").click()
    student.get_by_role("link", name="Launch run").first.click()
    fair = student.get_by_role("region", name="Fair use")
    fair.get_by_text("0 of 1", exact=True).wait_for()
    picture(student, "student-launch")
    student.get_by_role("textbox", name="Name").fill("alas")
    student.get_by_role("button", name="Launch alas").click()
    student.wait_for_url(re.compile("/runs/[0-9a-f-]{36}$"))
    student.get_by_role("img", name=re.compile("Agent at")).first.wait_for()
    own = student.url.rsplit("/", 1)[1]

    # A second one at once is refused before it is sent, and says what would help.
    student.goto("/runs/new")
    fair.get_by_text("1 of 1", exact=True).wait_for()
    picture(student, "student-launch-full")
    assert student.get_by_role("button", name=re.compile("^Launch ")).last.is_disabled()

    # In German too.
    student.get_by_role("button", name="Account of Yorick").click()
    student.get_by_role("combobox", name="Language").select_option("Deutsch")
    student.get_by_text(
        "Es warten oder trainieren 1 von 1 Läufen, die für dich in Elsinore, morning gehen; mehr gehen nicht. "
        "Pausiere einen, halte einen an oder warte, bis einer endet."
    ).wait_for()
    assert student.get_by_role("button", name=re.compile(" starten$")).last.is_disabled()
    assert leftovers(student) == []
    picture(student, "student-launch-full-german")
    student.get_by_role("button", name="Konto von Yorick").click()
    student.get_by_role("combobox", name="Sprache").select_option("English")
    fair.get_by_text("1 of 1", exact=True).wait_for()
    student.goto("/models")
    student.get_by_text("models count among them").wait_for()
    picture(student, "student-models")
    student.goto("/runs/new")

    # One's own may be stopped; it has a model then.
    student.goto(f"/runs/{own}")
    student.get_by_role("button", name="Stop").first.click()
    student.get_by_role("dialog").get_by_role("button", name="Stop").click()
    student.get_by_text("Stopped").first.wait_for()
    assert asked(student, f"/runs/{own}")["model"]
