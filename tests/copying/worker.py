"""Run commands one after the other, as processes of their own would, less their start.

Reads a line for each, a JSON list of its arguments, and writes one with its exit status
and what it has printed.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from django.core.management import ManagementUtility


def run(arguments: list[str]) -> tuple[int, str, str]:
    with (
        redirect_stdout(io.StringIO()) as output,
        redirect_stderr(io.StringIO()) as errors,
    ):
        code: Any = 0
        try:
            ManagementUtility(["manage.py", *arguments]).execute()
        except SystemExit as error:
            code = error.code or 0
    return code, output.getvalue(), errors.getvalue()


if __name__ == "__main__":
    lines, answers = sys.stdin, sys.stdout
    # Nobody answers a question.
    sys.stdin = io.StringIO()
    for line in lines:
        answers.write(json.dumps(run(json.loads(line))) + "\n")
        answers.flush()
