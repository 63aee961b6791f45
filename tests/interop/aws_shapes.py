"""Whether JSON is what a shape of botocore's model says: no member unknown, no type wrong."""

from numbers import Real

# "The field also supports ANY, and AGGREGATE_ALL": so says AWS's prose; its enumeration does not.
WORDS_OF_PROSE = {"MalwareScanner": ["AGGREGATE_ALL"]}


def complaints(shape, value, path: str = "$") -> list[str]:
    """What is wrong with `value`, with the places; nothing if all is right."""
    check = CHECKS[shape.type_name]
    return check(shape, value, path)


def structure(shape, value, path):
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no structure"]
    missing = [f"{path}.{name} is missing" for name in shape.required_members if name not in value]
    unknown = [f"{path}.{name} is unknown" for name in value if name not in shape.members]
    wrong = (
        complaints(shape.members[name], each, f"{path}.{name}")
        for name, each in value.items()
        if name in shape.members
    )
    return missing + unknown + sum(wrong, [])


def list_of(shape, value, path):
    if not isinstance(value, list):
        return [f"{path}: {value!r} is no list"]
    wrong = (complaints(shape.member, each, f"{path}[{at}]") for at, each in enumerate(value))
    return sum(wrong, [])


def map_of(shape, value, path):
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no map"]
    keys = (complaints(shape.key, key, f"{path} key") for key in value)
    values = (complaints(shape.value, each, f"{path}.{key}") for key, each in value.items())
    return sum(keys, []) + sum(values, [])


def string(shape, value, path):
    if not isinstance(value, str):
        return [f"{path}: {value!r} is no string"]
    is_known = not shape.enum or value in [*shape.enum, *WORDS_OF_PROSE.get(shape.name, [])]
    return [] if is_known else [f"{path}: {value!r} is none of {shape.enum}"]


def boolean(shape, value, path):
    return [] if isinstance(value, bool) else [f"{path}: {value!r} is no boolean"]


def whole(shape, value, path):
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return [] if is_whole else [f"{path}: {value!r} is no whole number"]


def timestamp(shape, value, path):
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return [] if is_number else [f"{path}: {value!r} is no number of seconds"]


CHECKS = {
    "structure": structure,
    "list": list_of,
    "map": map_of,
    "string": string,
    "boolean": boolean,
    "integer": whole,
    "long": whole,
    "timestamp": timestamp,
}
