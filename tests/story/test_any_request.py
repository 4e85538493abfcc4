"""Requests of every shape that the API's own document allows, and some that it does not, on the real product.

Schemathesis makes them up from /api/v1/openapi.json: no answer is our fault (500), and each is one that the document
tells of, as it tells of it. The limits of lab/people/pacing.py stand, so a part of the answers is 429. A token that
only reads is tried less: what it may ask, the token that steers asks in every shape; the rest it is refused unread.
`HAMLET_REQUESTS` says how many are made up for each address (default 3).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.story.test_from_a_program import token  # noqa: F401


@pytest.mark.parametrize(("scope", "phases"), [("read", "fuzzing"), ("steer", "examples,coverage,fuzzing")])
def test_no_request_is_answered_otherwise_than_documented(hamlet_up, token, scope, phases, tmp_path):  # noqa: F811
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert program, "schemathesis is missing: pip install -e '.[test]'"
    words = [
        f"--header=Authorization: Bearer {token(scope)}",
        "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        f"--phases={phases}",
        f"--max-examples={os.environ.get('HAMLET_REQUESTS', '3')}",
        "--seed=1",
        "--no-color",
        "--request-timeout=30",
    ]
    said = subprocess.run(
        [program, "run", f"{hamlet_up.url}/api/v1/openapi.json", *words],
        cwd=tmp_path, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    print(said.stdout[-4000:])
    assert said.returncode == 0, said.stdout[-6000:] + said.stderr[-2000:]
