"""A browser's page in the tests of people."""

import json
import sys
from pathlib import Path

from django.test import Client

sys.path.insert(0, str(Path(__file__).parents[2] / "frontend" / "tools"))
import said

ANYWHERE = "/api/v1"


class Page(Client):
    """JSON in and out, with the CSRF token it was given, from one address."""

    def __init__(self, person=None, address="127.0.0.1"):
        super().__init__(enforce_csrf_checks=True, REMOTE_ADDR=address)
        if person is not None:
            self.force_login(person)
        self.csrf = self.me()["csrf"]

    def ask(self, path, **query):
        return self.get(f"{ANYWHERE}{path}", query)

    def me(self):
        told = self.get(f"{ANYWHERE}/me").json()
        self.csrf = told["csrf"]
        return told

    def say(self, path, method="POST", **content):
        answer = self.generic(
            method, f"{ANYWHERE}{path}", json.dumps(content), "application/json", headers={"X-CSRFToken": self.csrf}
        )
        is_json = answer.content and "json" in answer.headers.get("Content-Type", "")
        if is_json and "csrf" in answer.json():
            self.csrf = answer.json()["csrf"]
        return answer

    def join(self, code, nickname="Ophelia", pawn=3):
        return self.say("/auth/join", code=code, nickname=nickname, pawn=pawn)


def refused(answer, status, field=None):
    """The problem that was answered, in sentences that the pages know (frontend/tools/said.py)."""
    assert answer.status_code == status, answer.content
    problem = answer.json()
    told = [error["message"] for error in problem["errors"]]
    listed = "; ".join(f"{error['field']} {error['message']}" for error in problem["errors"][:3]) + "."
    assert [one for one in [problem["detail"], *told] if one != listed and not said.known(one)] == []
    if field is not None:
        assert field in [error["field"] for error in problem["errors"]]
    return problem
