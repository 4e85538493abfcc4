"""What the API takes and gives about people."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import AwareDatetime, ConfigDict

from lab.people.guests import MOST_HOURS
from lab.people.models import ApiToken, Classroom, GuestLink, Membership, Person
from lab.people.tokens import MOST_DAYS

Pawn = Annotated[int, Field(ge=1, le=Person.PAWNS, description="Colour of the pawn, 1 to 8")]
Role = Literal["instructor", "assistant", "student", "guest"]


class Taken(Schema):
    """Nothing beside what is asked for."""

    model_config = ConfigDict(extra="forbid")


# ---------------------------------------------------------------------------------------------- oneself


class UserOut(Schema):
    name: str
    role: Role


class ClassRefOut(Schema):
    id: str
    name: str

    @classmethod
    def of(cls, classroom: Classroom) -> "ClassRefOut":
        return cls(id=str(classroom.pk), name=classroom.name)


class MeOut(Schema):
    user: UserOut | None = Field(description="null: nobody is signed in")
    csrf: str = Field(description="To be sent as X-CSRFToken with every change")
    id: int | None = Field(None, description="As runs name their owner")
    pawn: Pawn | None = None
    crew: bool = Field(False, description="Looks after classes, and steers the runs of others")
    launches: bool = Field(False, description="May launch runs, within the limits of their class; and steer their own")
    classroom: ClassRefOut | None = Field(None, description="The current class; null is the whole lab")
    classes: list[ClassRefOut] = Field([], description="The classes one may choose")


class MeIn(Taken):
    classroom: str | None = Field(None, description="The class to look at from now on; null is the whole lab")


class SignInIn(Taken):
    username: str = Field(min_length=1, max_length=150)
    password: str = Field(min_length=1, max_length=1000)


class JoinIn(Taken):
    code: str = Field(min_length=1, max_length=40, description="As it is read out: kite 4271 is KITE-4271")
    nickname: str = Field(max_length=200)
    pawn: Pawn


class CardIn(Taken):
    code: str = Field(min_length=1, max_length=40)
    words: str = Field(min_length=1, max_length=200)


class GuestIn(Taken):
    secret: str = Field(min_length=1, max_length=200, description="The last part of the link's address")


# ---------------------------------------------------------------------------------------------- classes


class MemberOut(Schema):
    id: str
    name: str
    role: Role
    pawn: Pawn | None
    account: bool = Field(description="Has a password of their own; false: a nickname, deleted when removed")
    code: str | None = Field(description="What their log-in card bears")
    joined_at: datetime
    last_login: datetime | None

    @classmethod
    def of(cls, row: Membership) -> "MemberOut":
        person = row.person
        return cls(
            id=str(row.pk), name=str(person), role=person.told_role, pawn=person.pawn, account=person.account,
            code=None if person.account else person.username, joined_at=row.joined_at, last_login=person.last_login,
        )  # fmt: skip


class GuestLinkOut(Schema):
    id: str
    made_by: str | None
    created_at: datetime
    expires_at: datetime
    last_login: datetime | None = Field(description="When someone last came in by it")

    @classmethod
    def of(cls, link: GuestLink) -> "GuestLinkOut":
        made_by = str(link.made_by) if link.made_by else None
        return cls(
            id=str(link.pk), made_by=made_by, created_at=link.created_at, expires_at=link.expires_at,
            last_login=link.person.last_login,
        )  # fmt: skip


class ClassOut(Schema):
    id: str
    name: str
    owner: str
    join_code: str | None = Field(description="null: closed, nobody joins")
    students: int
    created_at: datetime


class Classes(Schema):
    items: list[ClassOut]


class ClassLimitsOut(Schema):
    """How much runs of the class may use; null: no limit. Minutes are those trained within 24 hours."""

    student_runs: int | None = Field(description="Runs that each student may have queued or training at once")
    student_minutes: int | None
    student_bytes: int | None
    class_runs: int | None = Field(description="Runs that all people of the class may have queued or training at once")
    class_minutes: int | None
    class_bytes: int | None

    @classmethod
    def of(cls, classroom: Classroom) -> "ClassLimitsOut":
        return cls(**{name: getattr(classroom, name) for name in Classroom.LIMITS})


class ClassDetailOut(ClassOut):
    bell_at: datetime | None = Field(description="When the lesson ends; null: it has no end")
    limits: ClassLimitsOut
    members: list[MemberOut]
    guests: list[GuestLinkOut]


class ClassIn(Taken):
    name: str = Field(max_length=200)


Runs = Annotated[int, Field(ge=0, le=Classroom.MOST_RUNS)]
Minutes = Annotated[int, Field(ge=0, le=Classroom.MOST_MINUTES)]
Bytes = Annotated[int, Field(ge=0, le=Classroom.MOST_BYTES)]


class LessonIn(Taken):
    """What may be changed of a lesson; what is left out stays. null is no end, no limit."""

    bell_at: AwareDatetime | None = Field(None, description="When the lesson ends, within 24 hours from now")
    student_runs: Runs | None = None
    student_minutes: Minutes | None = None
    student_bytes: Bytes | None = None
    class_runs: Runs | None = None
    class_minutes: Minutes | None = None
    class_bytes: Bytes | None = None


class CardsIn(Taken):
    names: list[Annotated[str, Field(max_length=200)]] = Field(max_length=500)


class LoginCardOut(Schema):
    member: str
    name: str
    code: str
    words: str = Field(description="Told this once, kept nowhere")


class Cards(Schema):
    items: list[LoginCardOut]


class AppointIn(Taken):
    role: Literal["assistant", "student"]


class GuestLinkIn(Taken):
    hours: int = Field(ge=1, le=MOST_HOURS, description="How long it works")


class GuestInviteOut(GuestLinkOut):
    secret: str = Field(description="Told this once; the address to give away is /guest#{secret}")


# ----------------------------------------------------------------------------------------------- tokens

Scope = Annotated[
    Literal["read", "steer"],
    Field(description="read: look. steer: also launch, stop and change runs, export and upload models, leave notes"),
]


class TokenIn(Taken):
    name: str = Field(max_length=200, description="What it is for")
    scope: Scope
    days: int = Field(ge=1, le=MOST_DAYS, description="How long it works")


class TokenOut(Schema):
    id: str
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="To the minute; null: never")

    @classmethod
    def of(cls, row: ApiToken) -> "TokenOut":
        plain = ("name", "scope", "created_at", "expires_at", "last_used_at")
        return cls(id=str(row.pk), **{name: getattr(row, name) for name in plain})


class Tokens(Schema):
    items: list[TokenOut]


class TokenMadeOut(TokenOut):
    token: str = Field(description="Told this once; to be sent as Authorization: Bearer")
