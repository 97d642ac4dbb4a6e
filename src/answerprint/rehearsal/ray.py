"""The values the settings of Ray 3.2 take, which every service spells alike.

They are those of the official SDK's create schema (luma-agents 0.5.0).
"""

from typing import Annotated, Literal

from pydantic import Field

Aspect = Literal["9:16", "3:4", "1:1", "4:3", "16:9", "21:9"]
Resolution = Literal["540p", "720p", "1080p"]
Strength = Literal[
    "adhere_1", "adhere_2", "adhere_3",
    "flex_1", "flex_2", "flex_3",
    "reimagine_1", "reimagine_2", "reimagine_3",
]  # fmt: skip
Share = Annotated[float, Field(ge=0, le=1)]
