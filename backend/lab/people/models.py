"""People and their classes, the links that let guests look, tokens for programs, and tries at our doors that failed."""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q


class Person(AbstractUser):
    """Someone who can sign in. The role says what they may do, their memberships with which classes."""

    class Role(models.TextChoices):
        INSTRUCTOR = "instructor", "Instructor"
        """makes classes, launches and stops runs, downloads everything, reads the admin"""
        ASSISTANT = "assistant", "Assistant"
        """helps with their classes: launches and stops runs there, hands out codes and cards"""
        STUDENT = "student", "Student"
        """watches their class's runs, launches own ones within its limits, leaves notes and takes models home"""
        GUEST = "guest", "Guest"
        """looks, and changes nothing"""

    NICKNAME_LENGTH = 24
    PAWNS = 8
    """colours of a pawn, 1 to 8"""

    role = models.CharField(max_length=20, choices=Role, default=Role.STUDENT)
    account = models.BooleanField(
        default=True,
        help_text="An operator made it. Without one a person is a nickname that came by a class's code, card or link, "
        "sees that class only, and goes when it is removed from there.",
    )
    pawn = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Colour of their pawn, 1 to 8.")
    classroom = models.ForeignKey(
        "Classroom", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        verbose_name="current class", help_text="The class whose runs they look at; what they launch belongs to it.",
    )  # fmt: skip

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["instructor", "assistant", "student", "guest"]), name="person_role_is_known"
            ),
            models.CheckConstraint(condition=Q(pawn=None) | Q(pawn__range=(1, 8)), name="person_pawn_is_a_colour"),
        ]

    def __str__(self) -> str:
        """The name that others see."""
        return self.get_full_name() or self.username

    @property
    def is_instructor(self) -> bool:
        return self.is_active and (self.is_superuser or self.role == self.Role.INSTRUCTOR)

    @property
    def is_guest(self) -> bool:
        return self.role == self.Role.GUEST and not self.is_superuser

    @property
    def is_crew(self) -> bool:
        """May launch and stop runs, and look after classes: an instructor everywhere, an assistant in their classes."""
        return self.is_instructor or (self.is_active and self.role == self.Role.ASSISTANT)

    @property
    def launches(self) -> bool:
        """May launch runs and steer their own: everyone but a guest; a student in a class, within its limits."""
        return self.is_active and not self.is_guest

    @property
    def told_role(self) -> str:
        """The role as it works: someone with all rights is an instructor."""
        return self.Role.INSTRUCTOR.value if self.is_instructor else self.role

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The admin's own question is "staff?"; the answer follows from the role, so the two cannot differ.
        self.is_staff = self.is_superuser or self.role == self.Role.INSTRUCTOR
        if kwargs.get("update_fields") is not None and "role" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "is_staff"}
        super().save(*args, **kwargs)


class Classroom(models.Model):
    """A class: its people, the runs they share, how much they may train, and when the present lesson ends.

    Limits count what runs of the class use, in bytes also the models that its people brought along
    (lab/schedule/fairness.py); one that is empty does not hold. Those of a student hold for each student, those of the
    class for all its people together.
    """

    NAME_LENGTH = 60
    MOST_RUNS = 1000
    MOST_MINUTES = 100_000
    MOST_BYTES = 10 * 10**12
    LIMITS = ("student_runs", "student_minutes", "student_bytes", "class_runs", "class_minutes", "class_bytes")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=NAME_LENGTH)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="classes_owned")
    join_code = models.CharField(
        max_length=20, null=True, blank=True, unique=True, help_text="Whoever knows it may join; none: nobody may."
    )
    demo = models.BooleanField(
        default=False,
        editable=False,
        help_text="`manage.py demo` made it, and may take it away with all that is in it.",
    )
    bell_at = models.DateTimeField(
        "bell", null=True, blank=True,
        help_text="When the lesson ends: runs stop in time, each with a model; students launch no more. None: no end.",
    )  # fmt: skip
    student_runs = models.PositiveIntegerField(
        null=True, blank=True, default=3, validators=[MaxValueValidator(MOST_RUNS)],
        help_text="Runs that each student may have queued or training at once.",
    )  # fmt: skip
    student_minutes = models.PositiveIntegerField(
        null=True, blank=True, default=120, validators=[MaxValueValidator(MOST_MINUTES)],
        help_text="Minutes that each student may train in any 24 hours.",
    )  # fmt: skip
    student_bytes = models.PositiveBigIntegerField(
        null=True, blank=True, default=2 * 10**9, validators=[MaxValueValidator(MOST_BYTES)],
        help_text="Bytes that the files of each student's runs and uploaded models may fill.",
    )  # fmt: skip
    class_runs = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MOST_RUNS)],
        help_text="Runs that the class may have queued or training at once.",
    )  # fmt: skip
    class_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MOST_MINUTES)],
        help_text="Minutes that the class may train in any 24 hours.",
    )  # fmt: skip
    class_bytes = models.PositiveBigIntegerField(
        null=True, blank=True, default=20 * 10**9, validators=[MaxValueValidator(MOST_BYTES)],
        help_text="Bytes that the files of the class's runs and uploaded models may fill.",
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "class"
        verbose_name_plural = "classes"
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="class_has_a_name")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Someone belongs to a class."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    classroom = models.ForeignKey(Classroom, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["person__first_name", "joined_at"]
        constraints = [models.UniqueConstraint(fields=["classroom", "person"], name="one_membership_a_class")]

    def __str__(self) -> str:
        return f"{self.person} in {self.classroom}"


class GuestLink(models.Model):
    """An address that lets whoever has it look at a class's runs for a while. All its visitors are one person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    classroom = models.ForeignKey(Classroom, on_delete=models.CASCADE, related_name="guest_links")
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="guest_link")
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of its secret, which is kept nowhere.")
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"guests of {self.classroom}"


class ApiToken(models.Model):
    """Lets a program do what its person may do, or less, until it ends or is taken back (lab/people/tokens.py)."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        """look at what the person may look at"""
        STEER = "steer", "Read and steer"
        """also launch, stop and change runs, export and upload models, leave notes, as far as the person may"""

    NAME_LENGTH = 60

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=NAME_LENGTH, help_text="What it is for, in its owner's words.")
    scope = models.CharField(max_length=10, choices=Scope)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, which is kept nowhere.")
    sign_in_hash = models.CharField(max_length=64, help_text="Differs from the person's once they have a new password.")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=["read", "steer"]), name="token_scope_is_known"),
            models.CheckConstraint(condition=~Q(name=""), name="token_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class KeptAnswer(models.Model):
    """What a deed with an Idempotency-Key was answered, for a day (lab/people/once.py)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    asked = models.CharField(max_length=64, help_text="SHA-256 of what was asked.")
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_answer_a_key")]

    def __str__(self) -> str:
        return self.key


class FailedSignIn(models.Model):
    """One wrong password, code or link, kept for the minutes in which it counts (lab/people/tries.py)."""

    username = models.CharField(max_length=150)
    address = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "failed sign-in"
        indexes = [models.Index(fields=["username", "at"])]

    def __str__(self) -> str:
        return f"{self.username} from {self.address}"
