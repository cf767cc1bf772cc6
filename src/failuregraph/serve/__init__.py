"""The server: SPARQL, linked-data documents and pages from one release, without any way to write.

The front process negotiates, caches and renders; a foreign query runs in a worker that can be killed.
"""
