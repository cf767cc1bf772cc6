"""A knowledge graph of AI incidents, the organisations in them and the ways in which they failed.

The package root holds the version alone and re-exports nothing, so that importing it is free and no
cycle can pass through it: import from the modules, for example ``from failuregraph.project import Project``.
"""

__version__ = "0.1.0"
