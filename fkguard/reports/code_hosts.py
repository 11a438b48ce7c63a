"""What GitHub and GitLab show beside the lines of a change."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping

from .entries import ERROR, INFO, WARNING, Entry, Report, in_order

_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}
_SEVERITIES = {ERROR: "critical", WARNING: "minor", INFO: "info"}


def github(report: Report) -> str:
    """Return the workflow commands that make annotations.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    lines = []
    for each in in_order(report.entries):
        properties = {
            "file": each.file,
            "line": str(each.line or "") if each.file else "",
            "title": f"{each.code} {each.slug}".strip(),
        }
        lines.append(_command(_COMMANDS[each.level], properties, _words(each)))
    for problem in report.problems:
        properties = {
            "file": problem.file,
            "line": str(problem.line or "") if problem.file else "",
            "title": "fkguard: not checked",
        }
        label = f"{problem.label}: " if problem.label else ""
        lines.append(_command("error", properties, f"{label}{problem.message}"))
    return "\n".join(lines)


def gitlab(report: Report) -> str:
    """Return a Code Quality report.

    https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    seen: Counter[str] = Counter()
    issues = []
    for each in in_order(report.entries):
        # GitLab wants each once, and a finding may differ by database alone.
        again, mark = seen[each.fingerprint], each.fingerprint
        seen[each.fingerprint] += 1
        if again:
            mark = hashlib.sha256(f"{mark}\0{again}".encode()).hexdigest()[:32]
        issues.append(
            {
                "type": "issue",
                "check_name": each.code,
                "description": each.message,
                "content": {"body": _words(each)},
                "categories": ["Bug Risk"],
                "severity": _SEVERITIES[each.level],
                "fingerprint": mark,
                "location": _location(each.file or each.label, each.line),
            }
        )
    for problem in report.problems:
        where = problem.file or problem.label or "."
        digest = hashlib.sha256(f"{where}\0{problem.message}".encode()).hexdigest()
        issues.append(
            {
                "type": "issue",
                "check_name": "fkguard.not_judged",
                "description": problem.message,
                "categories": ["Bug Risk"],
                "severity": "blocker",
                "fingerprint": digest[:32],
                "location": _location(where, problem.line),
            }
        )
    return json.dumps(issues, indent=2, ensure_ascii=False)


def _words(entry: Entry) -> str:
    parts = [entry.message, entry.hint]
    if entry.url and entry.url not in entry.hint:
        parts.append(f"See {entry.url}")
    return "\n".join(filter(None, parts))


def _location(path: str, line: int | None) -> dict[str, object]:
    return {"path": path, "lines": {"begin": line or 1}}


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    shown = ",".join(
        f"{key}={_property(value)}" for key, value in properties.items() if value
    )
    return f"::{name} {shown}::{_data(message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
