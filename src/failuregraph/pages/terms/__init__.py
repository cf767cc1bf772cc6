"""The pages of the ontology and of the shapes, with the drawing of the classes."""
