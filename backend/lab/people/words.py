"""A wrong value and what is allowed, in plain words that stand after a field's name."""

import math
import re
import unicodedata
from typing import Any

LONGEST_VALUE = 100
"""characters of a wrong value that are shown"""


def sentence(detail: Any, schema: dict[str, Any]) -> str:
    """What is wrong, in plain words that stand after the field's name."""
    kind, context = detail["type"], detail.get("ctx", {})
    match kind:
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            value = f"{written(detail['input'])} " if "input" in detail else ""
            return f"{value}is outside; allowed is {allowed(schema, context)}"
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is no setting" if schema == {} else "is not known"
        case "finite_number":
            return "must be a finite number"
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return "must be a whole number"
        case "float_type" | "float_parsing":
            return "must be a number"
        case "bool_type" | "bool_parsing":
            return "must be true or false"
        case "string_type":
            return "must be text"
        case "list_type":
            return "must be a list"
        case "too_long":
            return f"has more than {context['max_length']} entries"
        case "too_short":
            return f"has fewer than {context['min_length']} entries"
        case "model_attributes_type" | "model_type" | "dict_type":
            return "must be an object"
        case "literal_error":
            return f"must be {context['expected']}"
        case "string_pattern_mismatch":
            return f"must match {context['pattern']}"
        case "string_too_long":
            return f"has more than {context['max_length']} characters"
        case "string_too_short":
            return "is missing" if context["min_length"] == 1 else f"needs at least {context['min_length']} characters"
    return re.sub(r"^(Value error, |Input should )", "", str(detail["msg"]))


def line_trouble(stripped: str, most: int) -> str | None:
    """What is wrong with a line of text that others will read; None if nothing is."""
    if not 1 <= len(stripped) <= most:
        return f"has {len(stripped)} characters; allowed are 1 to {most}"
    if bad := next((sign for sign in stripped if unicodedata.category(sign) in ("Cc", "Cs")), None):
        return f"has the control character U+{ord(bad):04X}; take visible ones"
    return None


def allowed(schema: dict[str, Any], context: dict[str, Any]) -> str:
    """The range of a field, from its JSON schema, or the one limit that was broken."""
    kinds = [schema, *schema.get("anyOf", [])]

    def limit(key: str, short: str) -> Any:
        return next((kind[key] for kind in kinds if key in kind), context.get(short))

    low, above = limit("minimum", "ge"), limit("exclusiveMinimum", "gt")
    high, below = limit("maximum", "le"), limit("exclusiveMaximum", "lt")
    if low is None and above is None:
        return f"below {written(below)}" if high is None else f"at most {written(high)}"
    start = f"above {written(above)}" if low is None else written(low)
    if high is None and below is None:
        return start if low is None else f"{start} or more"
    return f"{start} to {written(high)}" if below is None else f"{start} to below {written(below)}"


def written(value: Any) -> str:
    """A number as people write it; anything else, shortened."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return repr(shown(value))
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:g}"


def shown(value: Any) -> Any:
    """A value fit to be sent back: short, and JSON."""
    match value:
        case None | bool():
            return value
        case int() if abs(value) < 2**53:
            return value
        case float() if math.isfinite(value):
            return value
        case str() if len(value) <= LONGEST_VALUE:
            return value
        case str():
            return value[: LONGEST_VALUE - 1] + "…"
    text = repr(value) if not isinstance(value, int) else f"{value:e}" if abs(value) < 10**300 else "a huge number"
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
