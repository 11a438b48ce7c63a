"""SARIF 2.1.0, which code scanning reads.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.core import checks

from .. import __version__
from ..judgement.hazards import HAZARDS, Hazard, page
from .entries import ERROR, INFO, WARNING, Entry, Level, Problem, Report, in_order

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
)
HOME = "https://fkguard.readthedocs.io/"
#: What paths are relative to. It has no URI, which would name this machine.
ROOT = "%SRCROOT%"

_LEVELS = {ERROR: "error", WARNING: "warning", INFO: "note"}


def write(report: Report) -> str:
    """Return one run of the tool."""
    entries = in_order(report.entries)
    rules = [*map(_rule, HAZARDS), *_other_rules(entries)]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "fkguard",
                "version": __version__,
                "informationUri": HOME,
                "rules": rules,
            }
        },
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "The root of the project."}}
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.problems,
                "toolExecutionNotifications": [
                    _notification(each) for each in report.problems
                ],
            }
        ],
        "results": [_result(each, index) for each in entries],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _rule(hazard: Hazard) -> dict[str, Any]:
    text = page(hazard)
    return {
        "id": f"fkguard.{hazard.id}",
        "name": type(hazard).__name__,
        "shortDescription": {"text": hazard.title},
        "fullDescription": {"text": _opening(text) or hazard.title},
        "help": {"text": text, "markdown": text},
        "helpUri": hazard.url,
        "defaultConfiguration": {"level": _LEVELS[_level(hazard)]},
        "properties": {"tags": ["django", "migrations", "constraints"]},
    }


def _level(hazard: Hazard) -> Level:
    if hazard.level >= checks.ERROR:
        return ERROR
    return WARNING if hazard.level >= checks.WARNING else INFO


def _other_rules(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the rules of findings that no hazard stands for, such as W006."""
    known = {each.id for each in HAZARDS}
    rules: dict[str, dict[str, Any]] = {}
    for each in entries:
        if each.id in known or each.code in rules:
            continue
        words = each.slug.replace("_", " ") or each.code
        rules[each.code] = {
            "id": each.code,
            "name": (each.slug or each.id).title().replace("_", ""),
            "shortDescription": {"text": f"{words[:1].upper()}{words[1:]}."},
            "defaultConfiguration": {"level": _LEVELS[each.level]},
            "properties": {"tags": ["django", "migrations", "constraints"]},
        }
        if each.url:
            rules[each.code]["helpUri"] = each.url
    return list(rules.values())


def _opening(text: str) -> str:
    """Return the first section of a hazard's page, in one line for each paragraph."""
    section = re.search(r"^## What happens\n+(.*?)(?=^## )", text, re.M | re.S)
    if section is None:
        return ""
    paragraphs = re.split(r"\n{2,}", section[1].strip())
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


def _result(entry: Entry, index: dict[str, int]) -> dict[str, Any]:
    words = "\n\n".join(filter(None, (entry.message, entry.hint)))
    return {
        "ruleId": entry.code,
        "ruleIndex": index[entry.code],
        "level": _LEVELS[entry.level],
        "message": {"text": words},
        "locations": [_location(entry.file, entry.line, entry.label)],
        "partialFingerprints": {"fkguard/v1": entry.fingerprint},
        "properties": {
            "vendors": list(entry.vendors),
            "table": entry.table,
            "constraint": entry.constraint,
            "direction": entry.direction,
        },
    }


def _notification(problem: Problem) -> dict[str, Any]:
    notification: dict[str, Any] = {
        "level": "error",
        "message": {"text": problem.message},
    }
    if problem.file or problem.label:
        notification["locations"] = [
            _location(problem.file, problem.line, problem.label)
        ]
    return notification


def _location(file: str, line: int | None, label: str) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if file:
        place: dict[str, Any] = {
            "artifactLocation": {"uri": quote(file), "uriBaseId": ROOT}
        }
        if line:
            place["region"] = {"startLine": line}
        location["physicalLocation"] = place
    if label:
        location["logicalLocations"] = [{"fullyQualifiedName": label, "kind": "module"}]
    return location
