"""Stores elsewhere: the SPARQL 1.1 protocol behind the Protocol of ``failuregraph.store``, and loading them."""
