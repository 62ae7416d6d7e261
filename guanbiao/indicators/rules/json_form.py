"""What YAML says, in the JSON form of a composed model."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any


def json_ready(value: Any) -> Any:
    """Exact decimals as JSON numbers, numbers written as text too where the format has numbers; everything else as it is."""
    if isinstance(value, dict):
        return {key: json_ready(_number(item) if key in _NUMBER_KEYS else item) for key, item in value.items()}
    if isinstance(value, list):
        return [json_ready(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


_NUMBER_KEYS = frozenset({"points", "min", "max", "at_least", "above", "below", "full"})
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _number(value: Any) -> Any:
    if isinstance(value, list):
        return [_number(item) for item in value]
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    return value
