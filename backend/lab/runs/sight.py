"""Who sees which runs, and who steers them. What one may not see is not there: its id answers 404.

- An instructor sees every run of the lab.
- Everyone else sees their own runs and those of the classes they belong to.
- A run of no class is the whole lab's: everyone with an account sees it, those who came by a code or link do not.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from lab.people.models import Membership, Person
from lab.people.selectors import belongs
from lab.runs.models import Run

REFERS = ("owner", "model", "classroom", "parent", "paused_by")
"""what is told of a run stands in these rows too"""
NOT_YOURS = "This run is for its owner, instructors and the assistants of its class to steer."


def runs_for(person: Person) -> QuerySet[Run]:
    """The runs this person may see."""
    runs = Run.objects.select_related(*REFERS)
    if not person.is_active:
        return runs.none()
    if person.is_instructor:
        return runs
    mine = Membership.objects.filter(person=person).values("classroom")
    rule = Q(owner=person) | Q(classroom__in=mine)
    return runs.filter(rule | Q(classroom=None) if person.account else rule)


def may_steer(person: Person, run: Run) -> bool:
    """May pause, resume, stop, pace, rename and delete a run they see: an instructor any, an assistant those of their
    classes, and whoever may launch runs their own."""
    if person.is_instructor or (person.launches and run.owner_id == person.pk):
        return True
    return person.is_crew and person.memberships.filter(classroom=run.classroom_id).exists()


def still_see(watching: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of these pairs of a person and a run `runs_for` still allows. Three queries, whatever their number."""
    pairs = {(person, UUID(run)) for person, run in watching}
    people = Person.objects.filter(is_active=True).in_bulk({person for person, _ in pairs})
    runs = Run.objects.only("owner", "classroom").in_bulk({run for _, run in pairs})
    members = belongs(set(people))

    def sees(person: Person, run: Run) -> bool:
        if person.is_instructor or run.owner_id == person.pk:
            return True
        return person.account if run.classroom_id is None else (person.pk, run.classroom_id) in members

    return {
        (person, str(run)) for person, run in pairs
        if person in people and run in runs and sees(people[person], runs[run])
    }  # fmt: skip
