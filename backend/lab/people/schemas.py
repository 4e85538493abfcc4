"""What the API takes and gives about people."""

from typing import Literal

from ninja import Field, Schema
from pydantic import ConfigDict


class UserOut(Schema):
    name: str
    role: Literal["instructor", "student"]


class MeOut(Schema):
    user: UserOut | None = Field(description="null: nobody is signed in")
    csrf: str = Field(description="To be sent as X-CSRFToken with every change")


class SignInIn(Schema):
    model_config = ConfigDict(extra="forbid")
    username: str = Field(min_length=1, max_length=150)
    password: str = Field(min_length=1, max_length=1000)
