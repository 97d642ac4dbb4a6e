"""Reports as JSON, and the JSON Schema they follow."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from answerprint.record import meanings
from answerprint.report import Report


def to_json(reports: Sequence[Report]) -> str:
    """Write one report as an object, several as an array."""
    dumped = [json.loads(report.model_dump_json()) for report in reports]
    told = dumped[0] if len(dumped) == 1 else dumped
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def to_jsonl(reports: Sequence[Report]) -> str:
    """Write every report as one line."""
    return "".join(report.model_dump_json() + "\n" for report in reports)


class _Told(GenerateJsonSchema):
    """Makes schemas that say what every field means."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        record: type[BaseModel] = schema["cls"]
        said = meanings(record)
        for name, field in record.model_fields.items():
            key = field.serialization_alias or field.alias or name
            if name in said and key in made.get("properties", {}):
                made["properties"][key].setdefault("description", said[name])
        return made


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a report as it is written (draft 2020-12); it ships as `report.schema.json`."""
    schema = Report.model_json_schema(mode="serialization", by_alias=True, schema_generator=_Told)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "answerprint.report/1",
    } | schema
