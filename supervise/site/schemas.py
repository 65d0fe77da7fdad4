"""JSON Schema of every kind of file, made from the models that read it, for editors that complete and check.

Keys, kinds and choices come from the models; phrases and the Chinese of every key from ``keys``. Names that point to
each other (a state, an action) are left to ``supervise check``: no schema can follow them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from supervise.dates import YearFile
from supervise.errors import Problem, Unknown, did_you_mean
from supervise.intake.breakdown import Breakdown
from supervise.people import UnitsFile
from supervise.reading import Strict
from supervise.rules.ruleset import AssessmentRules, BoardRules, Ladder, Lights, Reminders
from supervise.rules.scheme import Scheme
from supervise.rules.sending import Sending
from supervise.site.keys import HEAD, MEANING, PHRASES
from supervise.site.stories import Story
from supervise.workflows.definition import Definition, as_tuple

MODELS: Mapping[str, type[Strict]] = {
    "definition": Definition,
    "ladder": Ladder,
    "lights": Lights,
    "reminders": Reminders,
    "board": BoardRules,
    "assessment": AssessmentRules,
    "sending": Sending,
    "scheme": Scheme,
    "units": UnitsFile,
    "year": YearFile,
    "story": Story,
    "breakdown": Breakdown,
}
"""Kind of file → its model; a file of stories is a list of them."""
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one kind of file.

    Args:
        kind: such as ``definition`` or ``board``.

    Raises:
        Unknown: F08 when there is no such kind.
    """
    if kind not in MODELS:
        raise Unknown(Problem("F08", f"没有“{kind}”这种文件{did_you_mean(kind, MODELS)}"))
    model = MODELS[kind]
    made = model.model_json_schema(by_alias=True)
    parts = {inner.__name__: inner for inner in models(model)}
    for name, part in made.get("$defs", {}).items():
        _explain(part, parts[name])
    _explain(made, model)
    if model is Story:
        inner = made.pop("$defs", {})
        made = {"type": "array", "items": made, "$defs": inner, "description": "验收故事,一个接一个"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"supervise {kind}", **made}


def models(model: type[Strict]) -> Iterator[type[Strict]]:
    """A model and every model inside it; one that holds itself is not entered again."""
    yield from _models(model, set())


def _models(model: type[Strict], inside: set[type[Strict]]) -> Iterator[type[Strict]]:
    yield model
    for field in model.model_fields.values():
        for inner in _classes(field.annotation):
            if inner not in inside:
                yield from _models(inner, inside | {model, inner})


def _classes(annotation: Any) -> Iterator[type[Strict]]:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        yield annotation
    for inner in get_args(annotation):
        yield from _classes(inner)


def _explain(made: dict[str, Any], model: type[Strict]) -> None:
    """Say in Chinese what every key means, and let its words and phrases be seen."""
    name = model.__name__
    phrases = PHRASES.get(name, {})
    made.pop("title", None)
    made["description"] = MEANING.get(name, {}).get("", "")
    for field, spec in model.model_fields.items():
        key = spec.alias or field
        value = _plain(made["properties"][key])
        if any(getattr(part, "func", None) is as_tuple for part in spec.metadata):
            value = {"anyOf": [{"type": "string"}, value]}
        closer = phrases.get(key)
        if closer is not None:  # what says a type of its own replaces what the model leaves open
            value = dict(closer) if {"type", "anyOf"} & closer.keys() else value | closer
        made["properties"][key] = value | {"description": meaning(name, key, value)}


def meaning(model: str, key: str, value: Mapping[str, Any]) -> str:
    """What a key means, with an example where it holds a phrase.

    Args:
        model: name of the model that has it.
        key: as it is written.
        value: its schema, as far as it is made.
    """
    said = MEANING.get(model, {}).get(key) or HEAD.get(key, "")
    examples = value.get("examples") or next((v["examples"] for v in value.get("anyOf", ()) if "examples" in v), ())
    return f"{said},如 {'、'.join(map(str, examples))}" if examples else said


def _plain(value: Any) -> Any:
    """The schema of a value without what only a program needs; days as they are written."""
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    kept = {k: _plain(v) for k, v in value.items() if k != "title"}
    if isinstance(kept.get("default"), list | dict):
        del kept["default"]
    return kept | ({"pattern": _DAY} if kept.get("format") == "date" else {})
