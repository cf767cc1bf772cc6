"""The hostile corpus: queries that are meant to hurt, and what a server may honestly say to each."""
