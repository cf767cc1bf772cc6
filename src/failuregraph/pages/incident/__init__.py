"""The page of an incident: its facts, path, impact, sources, the records of its event, and those like it."""
