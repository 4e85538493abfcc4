"""People, and the sign-ins that failed."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    """Someone with an account. The role says what they may do."""

    class Role(models.TextChoices):
        INSTRUCTOR = "instructor", "Instructor"
        """launches and stops runs, downloads everything, reads the admin"""
        STUDENT = "student", "Student"
        """watches runs and takes models home"""

    role = models.CharField(max_length=20, choices=Role, default=Role.STUDENT)

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=["instructor", "student"]), name="person_role_is_known")
        ]

    def __str__(self) -> str:
        """The name that others see."""
        return self.get_full_name() or self.username

    @property
    def is_instructor(self) -> bool:
        return self.is_active and (self.is_superuser or self.role == self.Role.INSTRUCTOR)

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The admin's own question is "staff?"; the answer follows from the role, so the two cannot differ.
        self.is_staff = self.is_superuser or self.role == self.Role.INSTRUCTOR
        if kwargs.get("update_fields") is not None and "role" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "is_staff"}
        super().save(*args, **kwargs)


class FailedSignIn(models.Model):
    """One wrong password, kept for the minutes in which it counts (lab/people/services.py)."""

    username = models.CharField(max_length=150)
    address = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "failed sign-in"
        indexes = [models.Index(fields=["username", "at"])]

    def __str__(self) -> str:
        return f"{self.username} from {self.address}"
