"""The loader of YAML: safe types, dates as the text that they are, and no aliases, which can grow without end."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

__all__ = ["load"]


def load(text: str) -> Any:  # noqa: ANN401 - whatever the text holds
    """Return the value of a YAML document; raises YAMLError, also for an alias or a key that stands twice."""
    loader = _loader()
    # libyaml composes nodes out of reach of the class below, so that aliases are looked for among the events.
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent):
            mark: Any = event.start_mark
            raise yaml.composer.ComposerError(None, None, "an alias (*) stands here; write the value out", mark)
    return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader without dates and aliases


@cache
def _loader() -> type[Any]:
    """Return the loader class; libyaml's parser where PyYAML has it, for speed alone."""
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]  # the base is chosen when it runs
        """A safe loader that keeps dates as text and refuses repeated keys."""

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - PyYAML names no types
            seen: set[Any] = set()
            for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
                name = key.value if isinstance(key, yaml.ScalarNode) else id(key)
                if name in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key “{name}” stands twice", key.start_mark
                    )
                seen.add(name)
            return super().construct_mapping(node, deep)

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in base.yaml_implicit_resolvers.items()
    }
    return Loader
