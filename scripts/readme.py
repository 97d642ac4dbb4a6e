"""Generates what is generated: the README's tables and picture, and the JSON Schema that ships."""

import json
from pathlib import Path

import imageio.v3 as imageio
import numpy as np

from answerprint.color.transforms import to_display
from answerprint.reference import refresh
from answerprint.rehearsal.scenery.scene import Scene, render
from answerprint.render.json import json_schema

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    readme = ROOT / "README.md"
    readme.write_text(refresh(readme.read_text(encoding="utf-8")), encoding="utf-8")
    schema = json.dumps(json_schema(), indent=1) + "\n"
    (ROOT / "src/answerprint/render/report.schema.json").write_text(schema, encoding="utf-8")
    light = render(Scene(8, (960, 400), 120), 60)
    picture = (to_display(light, "sdr-rec709") // 257).astype(np.uint8)
    imageio.imwrite(ROOT / "fixtures" / "bay.jpg", picture, quality=88)


if __name__ == "__main__":
    main()
