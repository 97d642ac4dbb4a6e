"""The reference tables of the README, generated from what the code says of itself."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from answerprint.checks.catalogue import CHECKS
from answerprint.checks.check import Check
from answerprint.checks.explain import limits_in_force, spell_value
from answerprint.checks.limits import Limits
from answerprint.checks.profile import profile_names, profile_summary, profile_table
from answerprint.color.views import view_named
from answerprint.deliverables.preset import Preset, load_preset, preset_names
from answerprint.order import Order
from answerprint.providers.features import feature_table
from answerprint.providers.services import SERVICES, service_named
from answerprint.record import meanings
from answerprint.rehearsal.faults import FAULTS

_MARK: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def refresh(readme: str) -> str:
    """Return the README's text with every table between its marks generated anew.

    Raises KeyError for a mark that names no table.
    """
    return _MARK.sub(lambda mark: f"{mark[1]}{TABLES[mark[2]]()}\n{mark[3]}", readme)


def checks_table() -> str:
    """Return every check with what it finds, its severity, its limits, and where they come from."""
    head = ("check", "family", "what has to hold", "severity", "limit", "source", "EBU QC")
    rows = [
        (f"`{c.id}`", c.family, c.title, c.severity.value, _limits(c), c.source or "", c.ebu or "")
        for c in CHECKS
    ]
    return _table(head, rows)


def profiles_table() -> str:
    """Return every profile with what it is for, and what it changes."""
    rows = [
        (f"`{name}`", profile_summary(name), ", ".join(f"`{key}`" for key in _settings(name)))
        for name in profile_names()
    ]
    return _table(("profile", "what it is for", "what it sets"), rows)


def presets_table() -> str:
    """Return every preset with what it makes."""
    head = ("preset", "what it is for", "container", "codec", "pixel format", "color", "sound")
    rows = [
        (
            f"`{p.name}`",
            p.summary,
            p.container.format if p.container else "frames" if p.frames else "one picture",
            *_picture(p),
            _color(p),
            p.sound.codec if p.sound else "",
        )
        for p in map(load_preset, preset_names())
    ]
    return _table(head, rows)


def order_table() -> str:
    """Return every key of an order with what it means."""
    said = meanings(Order)
    rows = [(f"`{name}`", said.get(name, "")) for name in Order.model_fields if name != "assumed"]
    return _table(("key", "meaning"), rows)


def services_table() -> str:
    """Return every service with the variables its keys come from and what it lets us do with a job."""
    rows = []
    for service in map(service_named, SERVICES):
        account = service.account
        needs = ", ".join(f"`{name}`" for name in (*account.needs, *account.may_have))
        can = [word for word, yes in (("found by our name", service.names_jobs), ("called off", service.cancels)) if yes]  # fmt: skip
        rows.append((f"`{account.name}`", account.title, needs, " and ".join(can) or "neither"))
    return _table(("service", "", "keys", "a job can be"), rows)


def features_table() -> str:
    """Return every feature with what each service makes of it."""
    found = feature_table()
    names = tuple(sorted(SERVICES))
    rows = [(row.name, *(row.abilities[name] for name in names)) for row in found]
    return _table(("feature", *names), rows)


def faults_table() -> str:
    """Return every fault a rehearsal can play."""
    return _table(("fault", "what happens"), [(f"`{name}`", said) for name, said in FAULTS.items()])


TABLES: Final[dict[str, Callable[[], str]]] = {
    "checks": checks_table,
    "profiles": profiles_table,
    "presets": presets_table,
    "order": order_table,
    "services": services_table,
    "features": features_table,
    "faults": faults_table,
}
"""Tables by the name their mark carries."""


def _limits(check: Check) -> str:
    """Return the limits of a check with their built-in values."""
    found = limits_in_force(check, Limits())
    return "<br>".join(f"`{limit.key}` {spell_value(limit.value)}" for limit in found)


def _settings(profile: str) -> list[str]:
    """Return what a profile sets, by table and key; checks by their id alone."""
    tables = profile_table(profile).items()
    return [
        key if table == "severity" else f"{table}.{key}" for table, keys in tables for key in keys
    ]


def _picture(preset: Preset) -> tuple[str, str]:
    """Return codec and pixel format of a preset."""
    if preset.video is not None:
        formats = (preset.video.pixel_format, preset.video.alpha_format)
        return preset.video.codec, " or ".join(filter(None, formats))
    if preset.stills is not None:
        return preset.stills.format, preset.stills.pixel_format
    assert preset.exr is not None
    return f"OpenEXR, {preset.exr.compression}", "half"


def _color(preset: Preset) -> str:
    """Return the color of a preset's pictures in words."""
    if preset.exr is not None:
        return f"scene light, {preset.exr.primaries}"
    view = view_named(preset.view)
    kind = {"smpte2084": "PQ", "arib-std-b67": "HLG"}.get(view.tags.transfer or "", "SDR")
    static = f", mastered at {view.peak} cd/m2" if preset.mastering else ""
    return f"{kind}, {view.gamut}{static}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )
