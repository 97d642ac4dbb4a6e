"""Reports as JSON, and the JSON Schema they follow."""

import json
from collections.abc import Sequence
from typing import Any

from answerprint.report import Report


def to_json(reports: Sequence[Report]) -> str:
    """Write one report as an object, several as an array."""
    dumped = [report.model_dump(mode="json") for report in reports]
    return (
        json.dumps(dumped[0] if len(dumped) == 1 else dumped, indent=1, ensure_ascii=False) + "\n"
    )


def to_jsonl(reports: Sequence[Report]) -> str:
    """Write every report as one line."""
    return "".join(report.model_dump_json() + "\n" for report in reports)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a report as it is written (draft 2020-12); it ships as `report.schema.json`."""
    schema = Report.model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "answerprint.report/1",
    } | schema
