"""Pages: views as frozen dataclasses, filled from documents and stored queries, shown by Jinja2 templates.

No template sees a graph, and no query sees HTML.
"""
