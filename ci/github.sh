#!/usr/bin/env bash
# Annotate the lines of a change, and write a summary of the job. Run by action.yml.
set -euo pipefail

# Word splitting is wanted: both hold several arguments.
# shellcheck disable=SC2206
manage=(${FKGUARD_MANAGE:-python manage.py}) arguments=(${FKGUARD_ARGUMENTS:-})
lint=("${manage[@]}" fkguard lint)
if [ -n "${FKGUARD_BASE:-}" ]; then
    lint+=(--git-base "$FKGUARD_BASE")
fi
lint+=("${arguments[@]}")

status=0
"${lint[@]}" --format github || status=$?
# The other reports repeat what is known; they do not change the result.
report() {
    "${lint[@]}" --format "$1" --output "$2" >/dev/null || [ $? -eq 1 ] || status=2
}
if [ -n "${FKGUARD_HTML:-}" ]; then
    report html "$FKGUARD_HTML"
fi
if [ -n "${FKGUARD_SARIF:-}" ]; then
    report sarif "$FKGUARD_SARIF"
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    summary=$(mktemp)
    report markdown "$summary"
    cat "$summary" >>"$GITHUB_STEP_SUMMARY"
    rm -f "$summary"
fi
exit "$status"
