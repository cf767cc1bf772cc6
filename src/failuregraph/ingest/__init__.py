"""Importers: one module for each outside registry, each writing Turtle for review and nothing else.

They read a file that the user names and never open a network connection.
"""
